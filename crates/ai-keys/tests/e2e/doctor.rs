//! A look at a whole set-up: what is found, and with which code it ends.

use ai_keys_sandbox::{Act, FaultRule, Refusal};
use serde_json::{Value, json};

use crate::action::testing::{FakeGithub, Reply, person};
use crate::support::{Folder, MANIFEST, Ran, TODAY, World, finish, run_in};

fn doctor(world: &World, words: &[&str]) -> Ran {
    world.sets_its_clock();
    world.run(&[&["doctor", "--today", TODAY], words].concat())
}

#[test]
fn a_set_up_that_works_is_said_to_work_and_nothing_is_written() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.take_calls();
    let ran = doctor(&world, &[]).ended(0);
    let ran = ran.shows("ok      manifest: keys.toml: no errors\n");
    let ran = ran.shows("warning endpoint [prod]: requests go to http://127.0.0.1:");
    let ran = ran.shows("ok      clock [prod]: agrees with the server's\n");
    let ran = ran.shows("in account 123456789012\n");
    let ran = ran.shows("ok      account [prod]: 123456789012, as the manifest says\n");
    let ran = ran.shows("ok      permissions [prod]: a plan may read what it needs");
    ran.shows("warning workflow: no workflow here uses the Action");
    assert_eq!(world.take_writes(), [""; 0]);
}

#[test]
fn what_is_not_tried_is_said() {
    let world = World::new(MANIFEST);
    world.take_calls();
    let ran = doctor(&world, &[]).ended(0);
    ran.shows("a plan may read keys and usage plans; GetUsagePlanKeys and GetUsage are not tried, since there is no usage plan");
    let calls = world.take_calls();
    assert!(!calls.contains(&"GetUsage".to_owned()), "{calls:?}");

    let folder = Folder::new();
    let deliver = "description = \"First\"\ndeliver = [{ to = \"github-secret\", repository = \"acme/a\", name = \"KEY\" }]";
    folder.write(
        "keys.toml",
        MANIFEST.replace("description = \"First\"", deliver),
    );
    let words = ["doctor", "--sandbox", "--today", TODAY];
    run_in(folder.path(), &words)
        .ended(0)
        .shows("skipped github token: not asked: --sandbox stands in for GitHub too\n");
    folder.write("keys.toml", MANIFEST);
    let ran = run_in(folder.path(), &words).ended(0);
    assert!(!ran.out.contains("github token"), "{}", ran.out);
}

#[test]
fn each_problem_is_found_and_the_others_are_looked_at_all_the_same() {
    let world = World::new(MANIFEST);
    let refusal = Refusal {
        status: 403,
        code: "AccessDeniedException".to_owned(),
        message: "not authorized".to_owned(),
    };
    let denied = |operation: &str| FaultRule::on(operation, Act::Refuse(refusal.clone()));
    world.faults(vec![denied("GetApiKeys"), denied("GetRestApis")]);
    let ran = doctor(&world, &[]).ended(6);
    let ran = ran.shows("problem permissions [prod]: GetApiKeys in eu-west-1");
    let ran = ran.shows("→ allow `apigateway:GET` on `arn:aws:apigateway:eu-west-1::/apikeys`");
    ran.shows("→ allow `apigateway:GET` on `arn:aws:apigateway:eu-west-1::/restapis`");
    world.faults(Vec::new());
    world.edit("123456789012", "210987654321");
    let ran = doctor(&world, &[]).ended(5);
    ran.shows(
        "problem account [prod]: the target is 210987654321, the credentials are of 123456789012",
    );
}

#[test]
fn what_needs_no_account_is_looked_at_without_one() {
    let folder = Folder::new();
    let ran = run_in(folder.path(), &["doctor", "--offline"]).ended(2);
    let ran = ran.shows("problem manifest: there is no file keys.toml");
    ran.shows("skipped accounts: not asked: --offline");
    folder.write("keys.toml", MANIFEST);
    run_in(folder.path(), &["doctor", "--offline", "--today", TODAY]).ended(0);
    let ran = run_in(folder.path(), &["doctor", "--today", TODAY]).ended(6);
    ran.shows("problem credentials [prod]: ")
        .shows("→ set AWS_PROFILE");
    folder.write(
        "keys.toml",
        MANIFEST.replace("[\"standard\"]", "[\"standrad\"]"),
    );
    let ran = run_in(folder.path(), &["doctor", "--today", TODAY]).ended(1);
    let ran = ran.shows("problem manifest: keys.toml: 1 error");
    ran.shows("skipped accounts: which ones, only a valid manifest says");
}

#[test]
fn a_new_user_sees_that_the_sandbox_works() {
    let folder = Folder::new();
    run_in(folder.path(), &["init"]).ended(0);
    let ran = run_in(folder.path(), &["doctor", "--sandbox"]).ended(0);
    ran.shows("ok      permissions [prod]").shows("0 problems");
}

#[test]
fn a_workflow_of_the_repository_is_read_from_a_folder_below() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path().join(".github/workflows")).unwrap();
    std::fs::create_dir(folder.path().join("team")).unwrap();
    let workflow = include_str!("../../../../examples/workflows/single-account.yml");
    folder.write(".github/workflows/keys.yml", workflow);
    folder.write("team/keys.toml", MANIFEST);
    let look = ["doctor", "--offline", "--today", TODAY, "team/keys.toml"];
    let ran = run_in(folder.path(), &look).ended(0);
    ran.shows("warning workflow: keys.yml uses the Action at `v1`, which can be moved");
    let dated = MANIFEST.replace("\"First\"", "\"First\"\nexpires = 2027-06-30");
    folder.write("team/keys.toml", dated);
    let undone = "the manifest has `expires`, and no workflow applies on a schedule";
    run_in(folder.path(), &look).ended(0).shows(undone);
    let nightly = include_str!("../../../../examples/workflows/nightly-apply.yml");
    folder.write(".github/workflows/nightly.yml", nightly);
    let ran = run_in(folder.path(), &look).ended(0);
    assert!(!ran.out.contains(undone), "{}", ran.out);
    folder.write(
        ".github/workflows/keys.yml",
        workflow.replace("id-token: write", "id-token: none"),
    );
    let ran = run_in(folder.path(), &look).ended(1);
    ran.shows(
        "problem workflow: keys.yml does not give `id-token: write`: the role cannot be assumed",
    );
}

#[test]
fn a_clock_that_is_wrong_by_an_hour_is_a_problem() {
    let world = World::new(MANIFEST);
    world.sets_its_clock();
    let hour = std::time::Duration::from_hours(1);
    world.sandbox.clock().advance(hour).unwrap();
    let ran = world.run(&["doctor", "--today", TODAY]).ended(6);
    ran.shows("problem clock [prod]: 3")
        .shows(" s behind the server's");
}

#[test]
fn json_holds_every_check() {
    let world = World::new(MANIFEST);
    let ran = doctor(&world, &["--format", "json"]).ended(0);
    let checkup: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(checkup["format"], 1);
    let checks = checkup["checks"].as_array().unwrap();
    let account = checks
        .iter()
        .find(|check| check["about"] == "account")
        .unwrap();
    assert_eq!(
        (&account["is"], &account["target"]),
        (&json!("ok"), &json!("prod"))
    );
    assert_eq!(account.get("help"), None);
}

/// A manifest that delivers to a repository, and a GitHub that knows the token.
fn delivering(scopes: Option<&str>) -> (World, FakeGithub) {
    let deliver = "\"First\"\ndeliver = [{ to = \"github-secret\", repository = \"acme/web\", name = \"KEY\" }]";
    let world = World::new(&MANIFEST.replace("\"First\"", deliver));
    let github = FakeGithub::start();
    let scopes = scopes.map(|scopes| ("x-oauth-scopes", scopes.to_owned()));
    let headers = scopes.into_iter().collect();
    github.fault("GET", "/user", Reply::Say(200, headers, person(7, "mona")));
    (world, github)
}

fn with_token(world: &World, github: &FakeGithub) -> Ran {
    world.sets_its_clock();
    let mut command = world.command(&["doctor", "--today", TODAY]);
    // Made for this test; opens nothing.
    command.env(
        "AI_KEYS_GITHUB_TOKEN",
        "ghp_NobodyMaySeeThisOne0123456789abcdef",
    );
    let ran = world.seen(finish(command.env("GITHUB_API_URL", github.url())));
    assert!(!format!("{}{}", ran.out, ran.err).contains("ghp_Nobody"));
    ran
}

#[test]
fn a_token_that_cannot_write_secrets_is_a_problem() {
    let (world, github) = delivering(Some("gist, read:org"));
    doctor(&world, &[])
        .ended(6)
        .shows("AI_KEYS_GITHUB_TOKEN is not set");
    let ran = with_token(&world, &github).ended(6);
    ran.shows(
        "problem github token: of mona, with the scopes gist, read:org: it cannot write secrets",
    );

    let (world, github) = delivering(None);
    let refused = Reply::say(403, "Resource not accessible by personal access token");
    github.fault("GET", "public-key", refused);
    let ran = with_token(&world, &github).ended(6);
    ran.shows("problem github token: acme/web: ")
        .shows("→ give the token write access to Secrets");
}

#[test]
fn a_token_that_may_see_the_secrets_key_is_good_and_a_broad_one_a_warning() {
    let key = json!({"key_id": "1", "key": "AAAA"});
    let (world, github) = delivering(None);
    github.fault(
        "GET",
        "public-key",
        Reply::Say(200, Vec::new(), key.clone()),
    );
    let ran = with_token(&world, &github);
    let ran = ran.shows("ok      github token: of mona, for chosen repositories");
    ran.shows("ok      github token: may see the secrets of acme/web");
    let (world, github) = delivering(Some("repo, gist"));
    github.fault("GET", "public-key", Reply::Say(200, Vec::new(), key));
    with_token(&world, &github).shows("warning github token: of mona, with the scopes repo, gist");
}
