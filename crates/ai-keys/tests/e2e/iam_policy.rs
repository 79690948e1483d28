//! What `iam-policy` prints allows every request that a story makes, and no more than it says.

use ai_keys_sandbox::{Act, FaultRule, JournalEntry, Turn};
use serde_json::Value;

use crate::support::{MANIFEST, TODAY, World, run_in, scope};

const ROTATED: &str = "2027-02-21";

/// Keys on a managed usage plan, delivered in every way that there is.
fn manifest() -> String {
    MANIFEST
        .replace(
            "description = \"First\"",
            r#"description = "First"
tags = { cost-center = "cc-1" }
rotate = { every = "90d", overlap = "7d" }
deliver = [
  { to = "secrets-manager", name = "ai/{key}", field = "key", kms-key = "alias/ai", tags = { team = "a" }, readers = ["arn:aws:iam::123456789012:role/chat"], replicas = ["us-east-1"] },
  { to = "ssm", name = "/ai/{key}", tags = { team = "a" } },
]"#,
        )
        .replace(
            "description = \"Second\"",
            "description = \"Second\"\ndeliver = [{ to = \"secrets-manager\", name = \"plain/{key}\" }]",
        )
}

/// Actions and resources that a policy allows; its conditions are about KMS alone.
struct Allowed(Vec<(String, String)>);

impl Allowed {
    fn read(policy: &Value) -> Self {
        let texts = |value: &Value| -> Vec<String> {
            let all = value.as_array().unwrap().iter();
            all.map(|one| one.as_str().unwrap().to_owned()).collect()
        };
        let mut pairs = Vec::new();
        for statement in policy["Statement"].as_array().unwrap() {
            for action in texts(&statement["Action"]) {
                for resource in texts(&statement["Resource"]) {
                    pairs.push((action.clone(), resource));
                }
            }
        }
        Self(pairs)
    }

    fn allows(&self, action: &str, resource: &str) -> bool {
        let mut pairs = self.0.iter();
        pairs.any(|(allowed, pattern)| allowed == action && matches(pattern, resource))
    }
}

/// As IAM does: `*` is any text, `?` any character.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    matches_from(&pattern, &text)
}

fn matches_from(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], text) => text.is_empty(),
        (['*', rest @ ..], []) => matches_from(rest, text),
        (['*', rest @ ..], [_, after @ ..]) => {
            matches_from(rest, text) || matches_from(pattern, after)
        }
        (['?', rest @ ..], [_, after @ ..]) => matches_from(rest, after),
        ([one, rest @ ..], [other, after @ ..]) => one == other && matches_from(rest, after),
        (_, []) => false,
    }
}

/// Returns what a request needs: action and resource. None needs none.
fn needs(entry: &JournalEntry, world: &World) -> Vec<(String, String)> {
    let operation = entry.operation.as_deref().unwrap();
    if operation == "GetCallerIdentity" {
        return Vec::new();
    }
    if entry.path != "/" {
        let path = entry.path.split('?').next().unwrap();
        let resource = format!("arn:aws:apigateway:{}::{path}", entry.region);
        return vec![(format!("apigateway:{}", entry.method), resource)];
    }
    let of_ssm = ["Parameter", "TagsToResource", "TagsFromResource"];
    if of_ssm.iter().any(|part| operation.contains(part)) {
        let action = format!("ssm:{operation}");
        if operation == "DescribeParameters" {
            return vec![(action, "*".to_owned())];
        }
        let names = world.sandbox.parameters(&scope()).into_iter();
        return names
            .map(|one| {
                (
                    action.clone(),
                    format!("arn:aws:ssm:eu-west-1:123456789012:parameter{}", one.name),
                )
            })
            .collect();
    }
    let action = format!("secretsmanager:{operation}");
    if operation == "ListSecrets" {
        return vec![(action, "*".to_owned())];
    }
    let secrets = world.sandbox.secrets(&scope()).into_iter();
    secrets
        .map(|one| {
            let arn = format!(
                "arn:aws:secretsmanager:eu-west-1:123456789012:secret:{}-a1b2c3",
                one.name
            );
            (action.clone(), arn)
        })
        .collect()
}

fn printed(world: &World, role: &str) -> Allowed {
    let ran = run_in(world.folder.path(), &["iam-policy", role]).ended(0);
    Allowed::read(&serde_json::from_str(&ran.out).unwrap())
}

/// Runs a command, and checks each of its requests.
#[track_caller]
fn is_allowed(world: &World, role: &str, words: &[&str]) -> usize {
    let allowed = printed(world, role);
    world.sandbox.clear_journal();
    world.run(words).ended(0);
    let journal = world.sandbox.journal();
    for entry in &journal {
        // Which of several secrets a request was about, the journal does not say.
        let needs = needs(entry, world);
        let mut any = needs.iter();
        assert!(
            needs.is_empty() || any.any(|(action, resource)| allowed.allows(action, resource)),
            "{role} may not do one of {needs:?}, and {words:?} does"
        );
    }
    journal.len()
}

#[test]
fn every_request_of_a_life_is_allowed_by_what_is_printed() {
    let world = World::at_hand(&manifest());
    let stage = "stages = [\"chat-api/prod\"]";
    let mut requests = 0;
    let mut step = |role: &str, words: &[&str]| requests += is_allowed(&world, role, words);
    let apply = ["apply", "--yes", "--today", TODAY];
    step("--plan", &["plan", "--today", TODAY]);
    // A lost answer makes apply look for what it made.
    world.faults(vec![
        FaultRule::on("CreateApiKey", Act::CloseAfter).turn(Turn::Nth(1)),
    ]);
    step("--apply", &apply);
    world.faults(Vec::new());
    step("--plan", &["plan", "--today", TODAY]);
    step("--plan", &["snapshot"]);
    world.edit("\"First\"", "\"Changed\"");
    world.edit("cost-center = \"cc-1\"", "owner = \"a\"");
    world.edit(
        "tags = { team = \"a\" }, readers",
        "tags = { owner = \"b\" }, readers",
    );
    world.edit("role/chat", "role/search");
    world.edit(
        "tags = { team = \"a\" } },\n]",
        "tags = { owner = \"b\" } },\n]",
    );
    world.edit(
        stage,
        "stages = [\"chat-api/prod\"]\nquota = { limit = 9, per = \"day\" }",
    );
    step("--apply", &apply);
    world.sandbox.clock().set_date(ROTATED).unwrap();
    for day in [ROTATED, "2027-02-28", "2027-03-15"] {
        world.sandbox.clock().set_date(day).unwrap();
        step("--apply", &["apply", "--yes", "--today", day]);
    }
    let revoke = [
        "rotate",
        "beta",
        "--revoke",
        "--yes",
        "--today",
        "2027-03-15",
    ];
    step("--apply", &revoke);
    step("--plan", &["usage", "--today", "2027-03-15"]);
    assert!(requests > 80, "{requests}");
    world.settles_on("2027-03-15", 200);
}

/// A secret without readers, copies or a field needs less, and that is enough.
#[test]
fn every_request_for_a_plain_secret_is_allowed() {
    let plain: String = manifest()
        .split_inclusive('\n')
        .filter(|line| !line.contains("field = \"key\""))
        .collect();
    let world = World::at_hand(&plain);
    is_allowed(&world, "--apply", &["apply", "--yes", "--today", TODAY]);
    world.edit("\"Second\"", "\"Changed\"");
    world.edit(
        "name = \"plain/{key}\" }",
        "name = \"plain/{key}\", tags = { a = \"b\" } }",
    );
    is_allowed(&world, "--apply", &["apply", "--yes", "--today", TODAY]);
    is_allowed(&world, "--plan", &["plan", "--today", TODAY]);
    world.settles_on(TODAY, 90);
}

/// The replay is worth something only if it can fail.
#[test]
fn a_role_that_plans_may_not_apply() {
    let world = World::at_hand(&manifest());
    let allowed = printed(&world, "--plan");
    world.apply().ended(0);
    let journal = world.sandbox.journal();
    let writes = journal.iter().filter(|entry| entry.is_write());
    let mut refused = 0;
    for entry in writes {
        for (action, resource) in needs(entry, &world) {
            assert!(!allowed.allows(&action, &resource), "{action}");
            refused += 1;
        }
    }
    assert!(refused >= 8, "{refused}");
}

#[test]
fn a_policy_is_printed_for_each_target_and_role() {
    let second = MANIFEST.replace(
        "\n[defaults.key]",
        "\n[target.staging]\nprovider = \"aws-api-gateway\"\nregion = \"us-east-1\"\n\n[defaults.key]",
    );
    let world = World::new(&second);
    let all = world.run(&["iam-policy"]).ended(0);
    let all: Value = serde_json::from_str(&all.out).unwrap();
    for (target, region) in [("prod", "eu-west-1"), ("staging", "us-east-1")] {
        for role in ["plan", "apply"] {
            let policy = &all[target][role];
            assert_eq!(policy["Version"], "2012-10-17");
            assert!(
                policy
                    .to_string()
                    .contains(&format!("arn:aws:apigateway:{region}::/apikeys"))
            );
            let flag = format!("--{role}");
            let one = world
                .run(&["iam-policy", "--target", target, &flag])
                .ended(0);
            assert_eq!(serde_json::from_str::<Value>(&one.out).unwrap(), *policy);
        }
    }
    world.run(&["iam-policy", "--plan", "--apply"]).ended(2);
    assert!(world.take_calls().is_empty(), "no account is needed");
}

#[test]
fn where_a_role_is_assumed_its_policy_stands_beside_that_of_the_run() {
    let role = "arn:aws:iam::123456789012:role/ai-keys";
    let account = "account = \"123456789012\"";
    let manifest = MANIFEST.replace(account, &format!("{account}\nrole = \"{role}\""));
    let world = World::new(&manifest);
    let both = world.run(&["iam-policy", "--plan"]).ended(0);
    let both: Value = serde_json::from_str(&both.out).unwrap();
    let statement = &both["credentials"]["Statement"][0];
    assert_eq!(statement["Action"], serde_json::json!(["sts:AssumeRole"]));
    assert_eq!(statement["Resource"], serde_json::json!([role]));
    world.edit(&format!("\nrole = \"{role}\""), "");
    let alone = world.run(&["iam-policy", "--plan"]).ended(0);
    assert_eq!(
        both[role],
        serde_json::from_str::<Value>(&alone.out).unwrap()
    );
    let whole = both.as_object().unwrap();
    assert_eq!(whole.len(), 2, "{both}");
}
