//! The merge: what was reviewed is applied, and nothing else.

use ai_keys_sandbox::{Act, FaultRule, Refusal, Turn};
use serde_json::{Value, json};

use super::step::{HEAD, NUMBER, Site, TOKEN, zip};
use super::testing::FakeGithub;
use crate::support::MANIFEST;

fn planned(manifest: &str) -> Site {
    let site = Site::new(manifest);
    site.run(&site.request("plan")).ended(0);
    site.merge();
    site.world.take_calls();
    site
}

#[test]
fn a_merge_applies_what_was_reviewed_and_closes_the_comment() {
    let site = planned(MANIFEST);
    let store = FakeGithub::start();
    store.state().archives = site.github.state().archives.clone();
    site.github.state().store = Some(store.url());
    let done = site
        .run(&site.merged())
        .ended(0)
        .logs("applied 5 of 5 to prod");
    let done = done
        .says("applied", "5")
        .says("remaining", "0")
        .says("failure-reason", "");
    let result: Value = serde_json::from_str(done.output("result")).unwrap();
    let keys = result["scopes"][0]["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2, "{result}");
    assert_eq!(keys[0]["key"], "alpha");
    let [body] = site.comments().try_into().unwrap();
    assert!(body.contains("✅ Applied 5 of 5 steps"), "{body}");
    assert!(body.contains("\"closed\":true"), "{body}");
    assert!(!site.plan_files().is_empty());
    assert!(
        !site
            .world
            .folder
            .path()
            .join("temp/ai-keys/unfinished.json")
            .exists()
    );
    for request in &store.state().journal {
        assert_eq!(request.token, None, "the token goes to GitHub only");
    }
    let journal = site.github.state().journal.clone();
    let tokens = journal
        .iter()
        .filter_map(|request| request.token.as_deref());
    assert!(tokens.clone().count() > 0);
    tokens.for_each(|token| assert_eq!(token, format!("Bearer {TOKEN}")));
    // Again: nothing is left, and history stays.
    site.take_github_writes();
    let done = site.run(&site.merged()).ended(0);
    done.says("applied", "0").says("remaining", "0");
    assert_eq!(site.comments(), [body]);
    assert_eq!(site.take_github_writes(), [""; 0]);
    // A later plan on the same pull request gets a comment of its own.
    site.run(&site.request("plan")).ended(0);
    assert_eq!(site.comments().len(), 2);
}

#[test]
fn half_of_an_apply_is_said_and_the_next_run_does_the_rest_without_a_review() {
    let site = planned(MANIFEST);
    let refusal = Act::Refuse(Refusal {
        status: 403,
        code: "AccessDeniedException".to_owned(),
        message: "not today".to_owned(),
    });
    let second = FaultRule::on("CreateUsagePlanKey", refusal).turn(Turn::Nth(2));
    site.world.faults(vec![second]);
    let done = site
        .run(&site.merged())
        .ended(4)
        .says("failure-reason", "partial");
    done.says("applied", "4").says("remaining", "1");
    let [body] = site.comments().try_into().unwrap();
    assert!(body.contains("Applied 4 of 5 steps"), "{body}");
    assert!(!body.contains("\"closed\":true"), "{body}");
    site.world.faults(Vec::new());
    site.github.state().journal.clear();
    let done = site.run(&site.merged()).ended(0);
    done.says("applied", "1").says("remaining", "0");
    let journal = site.github.state().journal.clone();
    let shown = journal.iter().filter_map(|sent| sent.body["body"].as_str());
    let began = shown.filter(|body| body.contains("🟠 Applying: 4 of 5 steps done"));
    assert_eq!(began.count(), 1, "what was done before counts");
    let [body] = site.comments().try_into().unwrap();
    assert!(body.contains("✅ Applied 5 of 5 steps"), "{body}");
}

#[test]
fn an_account_that_changed_since_the_review_is_refused_with_the_difference() {
    let site = Site::new(MANIFEST);
    site.world.apply().ended(0);
    site.world.edit(
        "[key.alpha]\ndescription = \"First\"",
        "[key.alpha]\ndescription = \"Changed\"",
    );
    site.run(&site.request("plan")).ended(0);
    site.merge();
    let key = site.world.key("alpha");
    site.world.behind("DELETE", &format!("/apikeys/{}", key.id));
    site.world.take_calls();
    let done = site
        .run(&site.merged())
        .ended(5)
        .says("failure-reason", "plan-changed");
    done.says("applied", "0")
        .logs("needed now, and not reviewed: create key alpha")
        .sums_up("⛔ Not applied");
    assert_eq!(site.world.take_writes(), [""; 0]);
    let [body] = site.comments().try_into().unwrap();
    assert!(body.contains("needed now, and not reviewed"), "{body}");
}

#[test]
fn a_plan_that_was_tampered_with_is_refused() {
    let site = planned(MANIFEST);
    let mut files = site.plan_files();
    files[0].1 = files[0].1.replace("First", "Worst");
    site.github.state().archives.insert(9, zip(&files));
    let done = site.run(&site.merged()).ended(5);
    done.logs("the plan was changed after it was made");
    assert_eq!(site.world.take_writes(), [""; 0]);
}

#[test]
fn guards_hold_and_an_acknowledgement_names_the_plan() {
    let site = Site::new(MANIFEST);
    site.world.apply().ended(0);
    let only_beta = MANIFEST.replace(
        "[key.alpha]\ndescription = \"First\"\nowner = \"team-a\"\n\n",
        "",
    );
    let text = only_beta.replace(
        "\n[key.beta]\ndescription = \"Second\"\nowner = \"team-a\"\n",
        "",
    );
    site.world.folder.write("keys.toml", text);
    site.run(&site.request("plan")).ended(0);
    site.merge();
    site.world.take_calls();
    let done = site
        .run(&site.merged())
        .ended(5)
        .says("failure-reason", "guard");
    let done = done.sums_up("an acknowledgement is missing");
    assert_eq!(site.world.take_writes(), [""; 0]);
    let [body] = site.comments().try_into().unwrap();
    let words: Vec<&str> = body
        .split('`')
        .filter(|word| word.starts_with("delete:") && word.contains('@'))
        .collect();
    assert!(!words.is_empty(), "{}\n{body}", done.log);
    let mut request = site.merged();
    request["ack"] = json!(words);
    site.run(&request).ended(0).says("remaining", "0");
}

#[test]
fn another_scope_that_is_refused_stops_all() {
    let manifest = MANIFEST.replace(
        "[defaults.key]",
        "[target.staging]\nprovider = \"aws-api-gateway\"\nregion = \"eu-central-1\"\naccount = \"999999999999\"\n\n[defaults.key]",
    );
    let site = Site::new(&manifest);
    let mut request = site.merged();
    request["event"]["name"] = json!("workflow_dispatch");
    let done = site.run(&request).ended(5);
    done.logs("999999999999")
        .sums_up("nothing is applied anywhere");
    assert_eq!(site.world.take_writes(), [""; 0]);
    request["targets"] = json!(["prod"]);
    site.run(&request).ended(0).says("applied", "5");
}

#[cfg(unix)]
#[test]
fn a_cancelled_apply_says_how_far_it_came_within_five_seconds() {
    let site = planned(MANIFEST);
    let slow = FaultRule::on("CreateApiKey", Act::Delay).delay_ms(1500);
    site.world.faults(vec![slow]);
    let running = site.start(&site.merged());
    let unfinished = site
        .world
        .folder
        .path()
        .join("temp/ai-keys/unfinished.json");
    let patience = std::time::Instant::now();
    while !unfinished.exists() && patience.elapsed().as_secs() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let told = std::fs::read_to_string(&unfinished).unwrap();
    assert!(
        site.comments()[0].contains("🟠 Applying"),
        "{}",
        site.comments()[0]
    );
    let asked = std::time::Instant::now();
    running.signal("INT");
    let done = running
        .end_step(&site)
        .ended(130)
        .says("failure-reason", "interrupted");
    assert!(asked.elapsed().as_secs_f64() < 5.0, "{:?}", asked.elapsed());
    done.sums_up("Ended before it was done");
    let [body] = site.comments().try_into().unwrap();
    assert!(body.contains("⚠️ Ended before it was done"), "{body}");
    assert!(!unfinished.exists());
    // Had it been killed instead, the next step would have said it.
    let (id, _) = site.github.bodies(NUMBER)[0];
    let left: Value = serde_json::from_str(&told).unwrap();
    let applying = left["comments"][0]["body"]
        .as_str()
        .unwrap()
        .replace("\"gen\":3", "\"gen\":2");
    site.github.state().comments.get_mut(&NUMBER).unwrap()[0]["body"] = json!(applying);
    std::fs::write(&unfinished, &told).unwrap();
    let mut finish = site.merged();
    finish["command"] = json!("finish");
    site.run(&finish).ended(0).logs("a re-run is safe");
    let (same, body) = site.github.bodies(NUMBER).remove(0);
    assert_eq!(same, id);
    assert!(body.contains("Ended before it was done"), "{body}");
    assert!(!unfinished.exists());
    site.take_github_writes();
    site.run(&finish).ended(0);
    assert_eq!(site.take_github_writes(), [""; 0]);
    site.world.faults(Vec::new());
    let done = site.run(&site.merged()).ended(0);
    done.says("remaining", "0");
    assert!(site.comments()[0].contains("✅ Applied 5 of 5 steps"));
}

#[test]
fn plans_that_are_named_take_the_place_of_those_that_are_looked_up() {
    let site = Site::new(MANIFEST);
    site.run(&site.request("plan")).ended(0);
    let (name, text) = site.plan_files().remove(0);
    site.world.folder.write("reviewed.json", text);
    let mut request = site.merged();
    request["plan-files"] = json!([site.world.folder.path().join("reviewed.json")]);
    request["github"]["token"] = Value::Null;
    site.run(&request).ended(0).says("applied", "5");
    request["plan-files"] = json!([site.world.folder.path().join("missing.json")]);
    let done = site.run(&request);
    assert_eq!(done.code, 2, "{name} {HEAD}");
}
