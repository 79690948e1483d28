//! The nightly run: one issue for each scope, as long as there is drift.

use ai_keys_sandbox::{Act, FaultRule, Refusal};
use serde_json::{Value, json};

use super::step::{MERGE, Site};
use super::testing::{Reply, person};
use crate::support::{MANIFEST, scope};

fn nightly(site: &Site, run: u64, day: &str) -> Value {
    let mut request = site.request("drift");
    let event = &mut request["event"];
    event["name"] = json!("schedule");
    event["ref"] = json!("refs/heads/main");
    event["head-sha"] = json!(MERGE);
    event["pull-request"] = Value::Null;
    event["run-id"] = json!(run);
    event["today"] = json!(day);
    request
}

fn state(site: &Site) -> Vec<(String, bool)> {
    let state = site.github.state();
    let issues = state.issues.iter();
    issues
        .map(|issue| {
            let is_ours = issue["body"].as_str().unwrap().starts_with("<!-- ai-keys ");
            (issue["state"].as_str().unwrap().to_owned(), is_ours)
        })
        .collect()
}

#[test]
fn an_issue_is_opened_kept_updated_closed_and_opened_again() {
    let site = Site::new(MANIFEST);
    site.world.apply().ended(0);
    site.run(&nightly(&site, 1, "2026-11-24"))
        .ended(0)
        .says("has-changes", "false");
    assert_eq!(state(&site), []);

    let key = site.world.key("alpha").id;
    site.world.behind("DELETE", &format!("/apikeys/{key}"));
    let done = site
        .run(&nightly(&site, 2, "2026-11-25"))
        .ended(0)
        .logs("opened issue #1");
    done.says("has-changes", "true")
        .says("create", "1")
        .says("failure-reason", "");
    assert_eq!(state(&site), [("open".to_owned(), true)]);
    assert_eq!(
        site.github.state().issues[0]["labels"],
        json!(["ai-keys-drift"])
    );

    site.take_github_writes();
    let mut next = nightly(&site, 3, "2026-11-26");
    next["event"]["head-sha"] = json!("0".repeat(40));
    let done = site.run(&next).ended(0);
    done.logs("issue #1 says so already");
    assert_eq!(
        site.take_github_writes(),
        [""; 0],
        "another night, the same drift"
    );

    let key = site.world.key("beta").id;
    site.world.behind("DELETE", &format!("/apikeys/{key}"));
    site.run(&nightly(&site, 4, "2026-11-27"))
        .ended(0)
        .logs("brought issue #1 up to date");
    site.run(&nightly(&site, 3, "2026-11-27"))
        .ended(0)
        .logs("of a newer run");

    site.world.apply().ended(0);
    site.run(&nightly(&site, 5, "2026-11-28"))
        .ended(0)
        .logs("closed issue #1");
    assert_eq!(state(&site), [("closed".to_owned(), true)]);
    site.take_github_writes();
    site.run(&nightly(&site, 6, "2026-11-29")).ended(0);
    assert_eq!(site.take_github_writes(), [""; 0]);

    let key = site.world.key("alpha").id;
    site.world.behind("DELETE", &format!("/apikeys/{key}"));
    site.run(&nightly(&site, 7, "2026-11-30"))
        .ended(0)
        .logs("opened issue #1 again");
    assert_eq!(state(&site), [("open".to_owned(), true)]);
    assert!(
        site.world
            .take_writes()
            .iter()
            .all(|call| call != "UpdateApiKey")
    );
}

#[test]
fn an_issue_names_no_word_that_lapses_overnight() {
    let site = Site::new(MANIFEST);
    site.world.apply().ended(0);
    let without_keys = MANIFEST.split("\n[key.alpha]").next().unwrap();
    site.world.folder.write("keys.toml", without_keys);
    site.run(&nightly(&site, 1, "2026-11-24")).ended(0);
    let body = site.github.state().issues[0]["body"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(body.contains("It takes 2 acknowledgements"), "{body}");
    assert!(
        !body.contains("--ack") && !body.contains("delete:"),
        "{body}"
    );
    // The way that it describes leads there.
    let plain = site
        .world
        .run(&["apply", "--yes", "--today", "2026-11-25"])
        .ended(5);
    plain
        .shows("--ack 'delete:alpha@")
        .shows("--ack 'delete:beta@");
    site.world.apply_acknowledged("2026-11-25").ended(0);
}

#[test]
fn drift_fails_the_step_where_warnings_do() {
    let site = Site::new(MANIFEST);
    let mut request = nightly(&site, 1, "2026-11-24");
    request["fail-on"] = json!("warning");
    site.run(&request).ended(1).says("failure-reason", "drift");
}

#[test]
fn an_issue_that_cannot_be_written_is_a_warning() {
    let site = Site::new(MANIFEST);
    for method in ["GET", "POST"] {
        let refusal = Reply::say(403, "Resource not accessible by integration");
        site.github.fault(method, "/issues", refusal);
        let done = site.run(&nightly(&site, 1, "2026-11-24")).ended(0);
        done.logs("warning: the issue on drift")
            .logs("issues: write")
            .says("has-changes", "true");
    }
}

#[test]
fn an_issue_of_a_stranger_with_our_marker_is_left_alone() {
    let site = Site::new(MANIFEST);
    site.run(&nightly(&site, 1, "2026-11-24")).ended(0);
    site.github.state().issues[0]["user"] = person(1, "mallory");
    site.run(&nightly(&site, 2, "2026-11-25"))
        .ended(0)
        .logs("opened issue #2");
}

#[test]
fn the_summary_says_who_uses_the_keys() {
    let site = Site::new(MANIFEST);
    site.world.apply().ended(0);
    let usage_plan = site.world.sandbox.usage_plans(&scope())[0].id.clone();
    let key = site.world.key("alpha").id;
    let days = [("2026-11-23", 40)];
    let seeded = site
        .world
        .sandbox
        .seed_usage(&scope(), &usage_plan, &key, &days);
    seeded.unwrap();
    site.world.take_calls();
    let done = site.run(&nightly(&site, 1, "2026-11-24")).ended(0);
    done.sums_up("**Usage** of `prod` from 2026-10-26 to 2026-11-24")
        .sums_up("| `alpha` | 40 | 2026-11-23 |");
    let calls = site.world.take_calls();
    let of_usage = calls.iter().filter(|call| *call == "GetUsage").count();
    assert_eq!(of_usage, 1, "one for each usage plan");
}

#[test]
fn a_role_that_may_not_read_usage_looks_for_drift_all_the_same() {
    let site = Site::new(MANIFEST);
    site.world.apply().ended(0);
    let refusal = Refusal {
        status: 403,
        code: "AccessDeniedException".to_owned(),
        message: "not authorized".to_owned(),
    };
    site.world
        .faults(vec![FaultRule::on("GetUsage", Act::Refuse(refusal))]);
    let done = site.run(&nightly(&site, 1, "2026-11-24")).ended(0);
    let done = done.logs("warning: the summary says nothing of usage");
    assert!(!done.summary.contains("**Usage**"), "{}", done.summary);
}
