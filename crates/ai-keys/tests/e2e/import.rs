//! From an account or another tool's file to a manifest that takes everything over.

use ai_keys_sandbox::{SeedKey, SeedUsagePlan};

use crate::support::{Folder, World, run_in, scope};

/// An account that somebody made by hand: two keys on a usage plan, one on none.
fn by_hand() -> World {
    let world = World::new("");
    let key = |name: &str, enabled: bool, usage_plans: &[&str]| SeedKey {
        name: name.to_owned(),
        description: format!("Of {name}"),
        enabled,
        value: None,
        usage_plans: usage_plans.iter().map(|&name| name.to_owned()).collect(),
    };
    let usage_plan = SeedUsagePlan {
        name: "Standard".to_owned(),
        ..SeedUsagePlan::default()
    };
    let keys = [
        key("Chat Web", true, &["Standard"]),
        key("batch", false, &["Standard"]),
        key("unused", true, &[]),
    ];
    world.sandbox.seed(&scope(), &[usage_plan], &keys).unwrap();
    world
}

const IMPORT: [&str; 7] = [
    "import",
    "--namespace",
    "acme",
    "--region",
    "eu-west-1",
    "--out",
    "imported.toml",
];

#[test]
fn an_account_is_taken_over_with_every_value() {
    let world = by_hand();
    let before = world.keys();
    let ran = world.run(&IMPORT).ended(0);
    assert!(
        ran.err
            .contains("wrote imported.toml: 3 keys and 1 usage plan"),
        "{}",
        ran.err
    );
    let plan = world.run(&["plan", "imported.toml"]).ended(0);
    plan.shows("4 to adopt");
    world.run(&["apply", "--yes", "imported.toml"]).ended(0);
    let after = world.keys();
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(
            (&before.id, &before.value, before.enabled),
            (&after.id, &after.value, after.enabled)
        );
        assert_eq!(before.usage_plans, after.usage_plans);
    }
    world
        .run(&["plan", "--detailed-exitcode", "imported.toml"])
        .ended(0)
        .shows("no changes");
}

#[test]
fn filters_choose_and_a_file_that_is_there_stays() {
    let world = by_hand();
    let only = [
        &IMPORT[..],
        &["--name", "chat*", "--name", "Chat*", "--keys-only"],
    ]
    .concat();
    world.run(&only).ended(0);
    let text = world.folder.read("imported.toml");
    assert!(
        text.contains("[key.chat-web]\nname = \"Chat Web\""),
        "{text}"
    );
    assert!(
        text.contains("manage = false") && !text.contains("batch"),
        "{text}"
    );
    world.take_calls();
    world
        .run(&IMPORT)
        .ended(2)
        .says("imported.toml exists already");
    assert_eq!(
        world.take_calls(),
        [""; 0],
        "nothing is asked of the account"
    );
    assert_eq!(world.folder.read("imported.toml"), text);
    let none = [&IMPORT[..6], &["other.toml", "--tag", "a=b"]].concat();
    world.run(&none).ended(2).says("no key passes the filters");
    let bad = [&IMPORT[..6], &["other.toml", "--tag", "ab"]].concat();
    world.run(&bad).ended(2).says("NAME=VALUE");
}

#[test]
fn tags_and_usage_plans_choose_too_and_bring_only_the_usage_plans_of_the_keys() {
    let folder = Folder::new();
    let key = |name: &str, team: &str| serde_json::json!({"name": name, "liveness": {"is": "active"}, "tags": {"team": team, "env": "prod"}});
    let usage_plan =
        |name: &str, keys: &[&str]| serde_json::json!({"name": name, "keys": keys, "stages": {}});
    let live = serde_json::json!({"format": 1, "provider": "aws-api-gateway", "account": "123456789012",
        "region": "eu-west-1", "apis": {},
        "usage-plans": {"u1": usage_plan("standard", &["k1", "k2"]), "u2": usage_plan("partner", &["k3"])},
        "keys": {"k1": key("web", "chat"), "k2": key("batch", "search"), "k3": key("acme", "chat")}});
    folder.write("live.json", live.to_string());
    let chosen = |filters: &[&str]| -> Vec<String> {
        let _ = std::fs::remove_file(folder.path().join("imported.toml"));
        let words = [&IMPORT[..], &["--live", "live.json"], filters].concat();
        run_in(folder.path(), &words).ended(0);
        let text = folder.read("imported.toml");
        let tables = text
            .lines()
            .filter(|line| line.starts_with("[key.") || line.starts_with("[usage-plan."));
        tables.map(str::to_owned).collect()
    };
    assert_eq!(
        chosen(&["--tag", "team=search"]),
        ["[usage-plan.standard]", "[key.batch]"]
    );
    assert_eq!(
        chosen(&["--usage-plan", "part*"]),
        ["[usage-plan.partner]", "[key.acme]"]
    );
    // Every tag has to be there, any of the usage plans.
    let two = ["--tag", "team=chat", "--tag", "env=prod"];
    let of_chat = [
        "[usage-plan.partner]",
        "[usage-plan.standard]",
        "[key.acme]",
        "[key.web]",
    ];
    assert_eq!(chosen(&two), of_chat);
    let plans = [
        "--usage-plan",
        "partner",
        "--usage-plan",
        "standard",
        "--name",
        "*e*",
    ];
    assert_eq!(chosen(&plans), of_chat);
}

#[test]
fn a_state_is_read_without_credentials_and_its_values_are_told_of_not_kept() {
    let world = by_hand();
    let key = world.key("Chat Web");
    let state = format!(
        r#"{{"version": 4, "terraform_version": "1.11.4", "resources": [
          {{"mode": "managed", "type": "aws_api_gateway_api_key", "name": "chat", "instances": [
            {{"attributes": {{"id": "{}", "name": "Chat Web", "description": "Of Chat Web", "value": "{}"}}}}]}}]}}"#,
        key.id, key.value
    );
    world.folder.write("terraform.tfstate", state);
    let unplaced = [&IMPORT[..3], &["terraform.tfstate", "--out", "other.toml"]].concat();
    world.run(&unplaced).ended(2).says("--account and --region");
    let words = [
        &IMPORT[..],
        &["terraform.tfstate", "--account", "123456789012"],
    ]
    .concat();
    world.take_calls();
    world
        .run(&words)
        .ended(0)
        .says("holds 1 key value in clear text")
        .shows("removed {\n  from = aws_api_gateway_api_key.chat\n");
    assert_eq!(world.take_calls(), [""; 0]);
    let text = world.folder.read("imported.toml");
    assert!(
        text.contains("# from aws_api_gateway_api_key.chat\n[key.chat-web]"),
        "{text}"
    );
    assert!(!text.contains(&key.value));
    // The usage plan is not in that state: the key stays on it.
    world
        .run(&["plan", "imported.toml"])
        .ended(0)
        .shows("1 to adopt");
}

#[test]
fn a_description_that_quotes_a_value_of_a_pulumi_secret_is_written_without_it() {
    // Words, as people choose them: the rule that knows random values does not mind.
    let value = "the-web-front-end-opens-chat";
    let folder = Folder::new();
    // As `pulumi stack export --show-secrets` writes it: JSON in a text.
    let export = serde_json::json!({"version": 3, "deployment": {"resources": [{
        "urn": "urn:pulumi:prod::keys::aws:apigateway/apiKey:ApiKey::chat",
        "type": "aws:apigateway/apiKey:ApiKey", "custom": true, "id": "k1", "outputs": {
            "name": "chat", "description": format!("Opens with {value}"),
            "value": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
                "plaintext": format!("\"{value}\"")}}}]}});
    folder.write("stack.json", export.to_string());
    let words = [&IMPORT[..], &["stack.json", "--account", "123456789012"]].concat();
    let ran = run_in(folder.path(), &words).ended(0);
    let ran = ran.says("holds 1 key value in clear text");
    let text = folder.read("imported.toml");
    assert!(
        text.contains("description = \"Opens with ***\"\n"),
        "{text}"
    );
    for shown in [&text, &ran.out, &ran.err] {
        assert!(!shown.contains(value), "{shown}");
    }
}

#[test]
fn a_stack_is_looked_up_in_the_account() {
    let world = by_hand();
    let key = world.key("batch");
    let stack = format!(
        r#"{{"StackResourceSummaries": [
          {{"LogicalResourceId": "Batch", "PhysicalResourceId": "{}", "ResourceType": "AWS::ApiGateway::ApiKey"}},
          {{"LogicalResourceId": "Gone", "PhysicalResourceId": "gone", "ResourceType": "AWS::ApiGateway::ApiKey"}}]}}"#,
        key.id
    );
    world.folder.write("stack.json", stack);
    world
        .run(&[&IMPORT[..], &["stack.json"]].concat())
        .ended(0)
        .says("key Gone: left out, since it is not in the account")
        .shows("DeletionPolicy: Retain");
    let text = world.folder.read("imported.toml");
    assert!(
        text.contains("# from Batch\n[key.batch]") && text.contains("enabled = false"),
        "{text}"
    );
}

#[test]
fn a_template_whose_names_two_stacks_have_takes_neither_and_says_where_the_ids_are() {
    let folder = Folder::new();
    let key = |name: &str, stack: &str, id: &str| {
        serde_json::json!({"name": name, "liveness": {"is": "active"}, "tags": {
            "aws:cloudformation:stack-name": stack, "aws:cloudformation:logical-id": id}})
    };
    let live = serde_json::json!({"format": 1, "provider": "aws-api-gateway", "account": "123456789012",
        "region": "eu-west-1", "apis": {}, "usage-plans": {}, "keys": {
            "k1": key("web-blue", "chat-blue", "Web"), "k2": key("web-green", "chat-green", "Web"),
            "k3": key("batch", "chat-blue", "Batch")}});
    folder.write("live.json", live.to_string());
    let template = r#"{"Resources": {"Web": {"Type": "AWS::ApiGateway::ApiKey", "Properties": {}},
        "Batch": {"Type": "AWS::ApiGateway::ApiKey", "Properties": {}}}}"#;
    folder.write("template.json", template);
    let words = [&IMPORT[..], &["template.json", "--live", "live.json"]].concat();
    let ran = run_in(folder.path(), &words).ended(0);
    let ran = ran.says("key Web: left out, since 2 in the account fit: k1, k2;");
    assert!(ran.out.ends_with("\nBatch\n"), "{}", ran.out);
    let text = folder.read("imported.toml");
    assert!(
        text.contains("adopt = \"k3\"") && !text.contains("web"),
        "{text}"
    );
}

#[test]
fn a_file_that_is_none_of_them_is_told_apart() {
    let world = World::new("");
    for (text, says) in [
        (
            "resource \"aws_api_gateway_api_key\" \"a\" {}",
            "terraform show -json",
        ),
        ("{}", "neither a Terraform state"),
    ] {
        world.folder.write("odd", text);
        let words = [&IMPORT[..], &["odd"]].concat();
        world.run(&words).ended(2).says(says);
    }
    let none = [&IMPORT[..], &["none"]].concat();
    world.run(&none).ended(2).says("there is no file none");
    let named = ["import", "--namespace", "Acme AI"];
    world.run(&named).ended(2).says("not a valid name");
    assert_eq!(world.folder.names(), ["keys.toml", "odd"]);
}

#[test]
fn a_serverless_service_finds_its_own_keys_beside_another_of_the_same_ids() {
    let folder = Folder::new();
    let key = |name: &str, stack: &str| {
        serde_json::json!({"name": name, "liveness": {"is": "active"}, "tags": {
            "aws:cloudformation:stack-name": stack,
            "aws:cloudformation:logical-id": "ApiGatewayApiKey1"}})
    };
    // A service with the same logical ids, which CloudFormation writes into the tags.
    let live = serde_json::json!({"format": 1, "provider": "aws-api-gateway", "account": "123456789012",
        "region": "eu-west-1", "apis": {}, "usage-plans": {},
        "keys": {"k1": key("web", "chat-prod"), "k2": key("web", "search-prod")}});
    folder.write("live.json", live.to_string());
    let service = r#"{"service": "chat", "provider": {"name": "aws", "stage": "prod", "region": "eu-west-1",
        "apiGateway": {"apiKeys": ["web"]}}}"#;
    folder.write("service.json", service);
    let words = [&IMPORT[..], &["service.json", "--live", "live.json"]].concat();
    let ran = run_in(folder.path(), &words).ended(0);
    ran.shows("under `resources.extensions`")
        .shows("\nApiGatewayApiKey1\n");
    let text = folder.read("imported.toml");
    assert!(
        text.contains("adopt = \"k1\"") && !text.contains("\"k2\""),
        "{text}"
    );
}
