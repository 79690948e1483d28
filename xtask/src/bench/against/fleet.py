"""The fleet of `cargo xtask bench --against terraform` as a plain script keeps it.

Usage: fleet.py plan|apply|disable SIZE tagged|untagged ENDPOINT

Lists what is live, compares, and with `apply` makes what is missing, one by one. `disable` switches
every key of the fleet off. Retries are boto3's own.
"""

import sys

import boto3

PLAN = {
    "name": "standard",
    "description": "Consumers",
    "throttle": {"rateLimit": 10, "burstLimit": 20},
}


def wanted(size, is_tagged):
    """Returns each key by its name, as `create_api_key` takes it."""
    keys = {}
    for number in range(size):
        name = f"key-{number:05}"
        keys[name] = {
            "name": name,
            "description": f"Nightly job {number}",
            "enabled": True,
            "tags": {"team": f"team-{number % 50}"} if is_tagged else {},
        }
    return keys


def everything(client, operation, **arguments):
    """Returns the items of all pages."""
    pages = client.get_paginator(operation).paginate(
        **arguments, PaginationConfig={"PageSize": 500}
    )
    return [item for page in pages for item in page["items"]]


def is_as_wanted(live, key):
    """Returns whether nothing has to change."""
    return (
        live.get("description") == key["description"]
        and live["enabled"] == key["enabled"]
        and live.get("tags", {}) == key["tags"]
    )


def disable(client, keys):
    """Switches off what is on."""
    for key in keys:
        if key["enabled"]:
            off = {"op": "replace", "path": "/enabled", "value": "false"}
            client.update_api_key(apiKey=key["id"], patchOperations=[off])


def main(verb, size, is_tagged, endpoint):
    """Prints how much differs; `apply` also makes what is missing."""
    client = boto3.client(
        "apigateway",
        endpoint_url=endpoint,
        region_name="eu-west-1",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="nobody-checks-it",
    )
    fleet = wanted(size, is_tagged)
    keys = {key["name"]: key for key in everything(client, "get_api_keys")}
    if verb == "disable":
        disable(client, [key for name, key in keys.items() if name in fleet])
        return
    plans = {plan["name"]: plan for plan in everything(client, "get_usage_plans")}
    plan = plans.get(PLAN["name"])
    members = set()
    if plan:
        listed = everything(client, "get_usage_plan_keys", usagePlanId=plan["id"])
        members = {member["id"] for member in listed}

    changes = 0
    if not plan:
        changes += 1
        if verb == "apply":
            plan = client.create_usage_plan(**PLAN)
    for name, key in fleet.items():
        live = keys.get(name)
        if live and not is_as_wanted(live, key):
            sys.exit(f"{name} differs: this script only makes keys")
        if not live:
            changes += 1
            if verb == "apply":
                live = client.create_api_key(**key)
        if not live or live["id"] not in members:
            changes += 1
            if verb == "apply":
                client.create_usage_plan_key(
                    usagePlanId=plan["id"], keyId=live["id"], keyType="API_KEY"
                )
    print(f"{changes} changes" if changes else "no changes")


main(sys.argv[1], int(sys.argv[2]), sys.argv[3] == "tagged", sys.argv[4])
