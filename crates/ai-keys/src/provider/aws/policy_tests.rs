//! What is allowed, and that nothing more is.

use ai_keys_core::check::check_text;
use ai_keys_core::state::resolve;

use super::*;

const MANIFEST: &str = r#"version = 1
namespace = "acme-ai"

[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"

[usage-plan.standard]
stages = ["chat-api/prod"]

[key.alpha]
description = "First"
usage-plans = ["standard"]
deliver = [
  { to = "secrets-manager", name = "ai/{target}/{key}", field = "key", kms-key = "alias/ai" },
  { to = "ssm", name = "/ai/{key}", kms-key = "1234abcd-12ab-34cd-56ef-1234567890ab" },
]
"#;

fn printed(text: &str, role: Role) -> Value {
    let checked = check_text(text, None);
    let desired = resolve(checked.valid().unwrap(), "prod").unwrap();
    policy(&desired, role)
}

/// Returns every pair of action and resource that is allowed.
fn allowed(policy: &Value) -> BTreeSet<(String, String)> {
    let texts = |value: &Value| -> Vec<String> {
        let all = value.as_array().unwrap().iter();
        all.map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    let statements = policy["Statement"].as_array().unwrap().iter();
    statements
        .flat_map(|statement| {
            assert_eq!(statement["Effect"], "Allow");
            let resources = texts(&statement["Resource"]);
            texts(&statement["Action"])
                .into_iter()
                .flat_map(move |action| {
                    let pair = |resource: &String| (action.clone(), resource.clone());
                    resources.iter().map(pair).collect::<Vec<_>>()
                })
        })
        .collect()
}

fn is_write(action: &str) -> bool {
    let (service, verb) = action.split_once(':').unwrap();
    let is_read = match service {
        "apigateway" => verb == "GET",
        _ => ["Get", "List", "Describe"]
            .iter()
            .any(|read| verb.starts_with(read)),
    };
    !is_read
}

#[test]
fn a_role_that_plans_may_write_nothing_and_read_no_secret() {
    for (action, _) in allowed(&printed(MANIFEST, Role::Plan)) {
        assert!(!is_write(&action), "{action}");
        assert!(!action.starts_with("kms:"), "{action}");
        assert_ne!(action, "secretsmanager:GetSecretValue");
        assert_ne!(action, "ssm:GetParameter");
    }
}

#[test]
fn a_role_that_applies_may_do_what_a_role_that_plans_may() {
    let plan = allowed(&printed(MANIFEST, Role::Plan));
    let apply = allowed(&printed(MANIFEST, Role::Apply));
    assert!(plan.is_subset(&apply));
    assert!(apply.iter().any(|(action, _)| is_write(action)));
}

#[test]
fn stores_are_named_and_no_write_is_allowed_on_everything() {
    let apply = allowed(&printed(MANIFEST, Role::Apply));
    for (action, resource) in &apply {
        assert!(!action.contains('*'), "{action}");
        assert!(!is_write(action) || resource != "*", "{action}");
    }
    let on = |action: &str| -> Vec<&str> {
        let found = apply.iter().filter(|(allowed, _)| allowed == action);
        found.map(|(_, resource)| resource.as_str()).collect()
    };
    assert_eq!(
        on("secretsmanager:UpdateSecret"),
        ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:ai/prod/alpha-??????"]
    );
    assert_eq!(
        on("ssm:PutParameter"),
        ["arn:aws:ssm:eu-west-1:123456789012:parameter/ai/alpha"]
    );
    assert_eq!(
        on("kms:Encrypt"),
        ["arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
    );
    assert!(
        on("secretsmanager:ReplicateSecretToRegions").is_empty(),
        "no copies"
    );
}

#[test]
fn a_key_by_its_alias_is_allowed_by_its_alias_and_through_the_store_alone() {
    let policy = printed(MANIFEST, Role::Apply);
    let statements = policy["Statement"].as_array().unwrap().iter();
    let mut of_alias =
        statements.filter(|one| !one["Condition"]["ForAnyValue:StringEquals"].is_null());
    let statement = of_alias.next().unwrap();
    assert_eq!(
        statement["Condition"],
        json!({
            "StringEquals": { "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com" },
            "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/ai" },
        })
    );
}

#[test]
fn a_manifest_that_only_refers_to_usage_plans_may_not_change_them() {
    let referred = MANIFEST.replace("stages = [\"chat-api/prod\"]", "manage = false");
    let apply = allowed(&printed(&referred, Role::Apply));
    let usage_plan = "arn:aws:apigateway:eu-west-1::/usageplans/*";
    let may = |action: &str| apply.contains(&(action.to_owned(), usage_plan.to_owned()));
    assert!(!may("apigateway:PATCH") && !may("apigateway:DELETE"));
    assert!(
        !apply
            .iter()
            .any(|(_, resource)| resource.ends_with("/restapis"))
    );
}

const VAULT: &str = "arn:aws:iam::210987654321:role/vault";

/// Adds a delivery to another account, by a role of that account.
fn delivering_to_the_vault(manifest: &str) -> String {
    let there =
        "deliver = [\n  { to = \"secrets-manager\", name = \"{key}\", target = \"vault\" },";
    let vault = format!(
        "[target.vault]\nprovider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\nrole = \"{VAULT}\"\n\n[usage-plan.standard]"
    );
    manifest
        .replace("deliver = [", there)
        .replace("[usage-plan.standard]", &vault)
        .replace(
            "description = \"First\"",
            "description = \"First\"\ntargets = [\"prod\"]",
        )
}

fn of_roles(text: &str, role: Role) -> BTreeMap<String, BTreeSet<(String, String)>> {
    let checked = check_text(text, None);
    let desired = resolve(checked.valid().unwrap(), "prod").unwrap();
    let policies = assumed_policies(&desired, role).into_iter();
    policies
        .map(|(arn, policy)| (arn, allowed(&policy)))
        .collect()
}

#[test]
fn the_secret_of_another_account_is_allowed_to_the_role_there_and_the_role_to_the_run() {
    let manifest = delivering_to_the_vault(MANIFEST);
    let first = allowed(&printed(&manifest, Role::Apply));
    let mut expected = allowed(&printed(MANIFEST, Role::Apply));
    expected.insert(("sts:AssumeRole".to_owned(), VAULT.to_owned()));
    assert_eq!(first, expected);
    let there = of_roles(&manifest, Role::Apply);
    assert_eq!(there.keys().collect::<Vec<_>>(), [VAULT]);
    let secret = "arn:aws:secretsmanager:eu-west-1:210987654321:secret:alpha-??????";
    let may_create = ("secretsmanager:CreateSecret".to_owned(), secret.to_owned());
    assert!(there[VAULT].contains(&may_create));
    let is_of_keys = |(action, _): &(String, String)| action.starts_with("apigateway:");
    assert!(!there[VAULT].iter().any(is_of_keys));
}

#[test]
fn a_target_with_a_role_leaves_the_run_nothing_but_to_assume_it() {
    let role = "arn:aws:iam::123456789012:role/ai-keys";
    let account = "account = \"123456789012\"";
    let manifest = MANIFEST.replace(account, &format!("{account}\nrole = \"{role}\""));
    for of in [Role::Plan, Role::Apply] {
        let first = allowed(&printed(&manifest, of));
        let assume = ("sts:AssumeRole".to_owned(), role.to_owned());
        assert_eq!(first, [assume].into());
        let as_before = allowed(&printed(MANIFEST, of));
        assert_eq!(
            of_roles(&manifest, of),
            [(role.to_owned(), as_before)].into()
        );
    }
}

#[test]
fn every_operation_of_ours_is_in_one_of_the_lists() {
    let everything = MANIFEST.replace(
        "field = \"key\", ",
        "field = \"key\", readers = [\"arn:aws:iam::123456789012:role/chat\"], replicas = [\"us-east-1\"], ",
    );
    let everything = delivering_to_the_vault(&everything);
    let allowed = allowed(&printed(&everything, Role::Apply));
    for operation in Operation::ALL {
        let needs = operation.needs();
        let is_allowed = allowed.iter().any(|(action, _)| action == needs.action);
        let needs_none = needs.action == "sts:GetCallerIdentity";
        assert!(is_allowed || needs_none, "{operation:?}");
    }
}

#[test]
fn other_partitions_have_their_own_arns() {
    let china = MANIFEST
        .replace("eu-west-1", "cn-north-1")
        .replace(", kms-key = \"alias/ai\"", "");
    for (_, resource) in allowed(&printed(&china, Role::Apply)) {
        assert!(
            resource == "*" || resource.starts_with("arn:aws-cn:"),
            "{resource}"
        );
    }
}
