//! What other tools write, in its whole form: imported, adopted, and nothing is left to change.

use ai_keys_sandbox::{SeedKey, SeedUsagePlan};

use crate::support::{World, scope};

const PULUMI: &str = include_str!("../../../../tests/recorded/pulumi-stack-export.json");
const STACK: &str = include_str!("../../../../tests/recorded/cloudformation-stack-resources.json");
const TEMPLATE: &str = include_str!("../../../../tests/recorded/cloudformation-template.json");
const SERVERLESS: &str = include_str!("../../../../tests/recorded/serverless-print.json");

/// The account that the files are about; `usage_plan` is the name of the only usage plan.
fn account(usage_plan: &str) -> World {
    let world = World::new("");
    let usage_plan = SeedUsagePlan {
        name: usage_plan.to_owned(),
        stages: vec!["chat-api/prod".to_owned()],
        throttle: Some((10.0, 20)),
        ..SeedUsagePlan::default()
    };
    let key = |name: &str, description: &str, enabled: bool| SeedKey {
        name: name.to_owned(),
        description: description.to_owned(),
        enabled,
        value: None,
        usage_plans: vec![usage_plan.name.clone()],
    };
    let keys = [
        key("chat-web", "Managed by Pulumi", true),
        key("batch-embedder", "Of batch-embedder", false),
    ];
    let seeded = std::slice::from_ref(&usage_plan);
    world.sandbox.seed(&scope(), seeded, &keys).unwrap();
    world
}

/// Imports a file, takes everything over, and returns what hands it over in the other tool.
#[track_caller]
fn walk(recorded: &str, usage_plan: &str, values_in_clear: &str) -> String {
    let world = account(usage_plan);
    let (web, batch) = (world.key("chat-web"), world.key("batch-embedder"));
    let file = [
        ("KEY_WEB", &web.id),
        ("KEY_BATCH", &batch.id),
        ("VALUE_WEB", &web.value),
        ("VALUE_BATCH", &batch.value),
        ("PLAN_STANDARD", &web.usage_plans[0]),
        ("REST_API_ID", &world.stage.api_id),
    ]
    .into_iter()
    .fold(recorded.to_owned(), |text, (name, put)| {
        text.replace(name, put)
    });
    world.folder.write("recorded.json", file);
    let import = [
        "import",
        "recorded.json",
        "--namespace=acme",
        "--region=eu-west-1",
        "--account=123456789012",
        "--out=imported.toml",
    ];
    let ran = world.run(&import).ended(0);
    let ran = ran.says("wrote imported.toml: 2 keys and 1 usage plan");
    assert_eq!(
        ran.err.matches(" in clear text").count(),
        usize::from(!values_in_clear.is_empty())
    );
    assert!(ran.err.contains(values_in_clear), "{}", ran.err);
    let text = world.folder.read("imported.toml");
    for value in [&web.value, &batch.value] {
        assert!(!text.contains(value.as_str()) && !ran.out.contains(value.as_str()));
    }
    world
        .run(&["plan", "imported.toml"])
        .ended(0)
        .shows("3 to adopt ·");
    world.take_calls();
    world.run(&["apply", "--yes", "imported.toml"]).ended(0);
    let mut writes = world.take_writes();
    writes.sort_unstable();
    assert_eq!(writes, ["UpdateApiKey", "UpdateApiKey", "UpdateUsagePlan"]);
    world
        .run(&["plan", "--detailed-exitcode", "imported.toml"])
        .ended(0)
        .shows("no changes");
    for (name, before) in [("chat-web", &web), ("batch-embedder", &batch)] {
        let after = world.key(name);
        assert_eq!((&after.id, &after.value), (&before.id, &before.value));
        assert_eq!(
            (after.enabled, &after.usage_plans),
            (before.enabled, &before.usage_plans)
        );
    }
    ran.out
}

/// Returns the lines that are not prose.
fn lines(handover: &str) -> Vec<&str> {
    let lines = handover.lines();
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

#[test]
fn an_export_of_pulumi_with_its_secrets_is_taken_over() {
    let handover = walk(PULUMI, "standard", "holds 2 key values in clear text");
    let urn = |what: &str| {
        format!("pulumi state delete --yes 'urn:pulumi:prod::keys::aws:apigateway/{what}'")
    };
    assert_eq!(
        lines(&handover),
        [
            urn("usagePlanKey:UsagePlanKey::batch"),
            urn("usagePlanKey:UsagePlanKey::chat-web"),
            urn("apiKey:ApiKey::batch"),
            urn("apiKey:ApiKey::chat-web"),
            urn("usagePlan:UsagePlan::standard"),
        ]
    );
}

/// What a stack lets go of; the REST API stays in it.
const OF_THE_STACK: [&str; 5] = [
    "BatchKey",
    "BatchOnStandard",
    "ChatWebKey",
    "ChatWebOnStandard",
    "StandardPlan",
];

#[test]
fn the_resources_of_a_stack_are_taken_over() {
    assert_eq!(lines(&walk(STACK, "standard", "")), OF_THE_STACK);
}

#[test]
fn a_template_is_taken_over_by_its_names() {
    let handover = walk(TEMPLATE, "standard", "holds 2 key values in clear text");
    assert_eq!(lines(&handover), OF_THE_STACK);
}

#[test]
fn a_service_of_the_serverless_framework_is_taken_over_by_its_names() {
    let handover = walk(
        SERVERLESS,
        "chat-standard-prod",
        "holds 1 key value in clear text",
    );
    assert_eq!(
        lines(&handover),
        [
            "ApiGatewayApiKeyStandard1",
            "ApiGatewayApiKeyStandard2",
            "ApiGatewayUsagePlanKeyStandard1",
            "ApiGatewayUsagePlanKeyStandard2",
            "ApiGatewayUsagePlanStandard",
        ]
    );
}
