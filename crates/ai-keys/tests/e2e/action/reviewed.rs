//! Which plan was reviewed for the commit that is applied.

use serde_json::{Value, json};

use super::step::{HEAD, MERGE, Site, pull_request};
use super::testing::Reply;
use crate::support::MANIFEST;

/// The commit that the first of two queued pull requests ends with.
const FIRST_HEAD: &str = "1111111111111111111111111111111111111111";

/// A commit of the branch after the merge.
const LATER: &str = "2222222222222222222222222222222222222222";

fn planned(manifest: &str) -> Site {
    let site = Site::new(manifest);
    site.run(&site.request("plan")).ended(0);
    site.merge();
    site.world.take_calls();
    site
}

fn count(site: &Site, part: &str) -> usize {
    let state = site.github.state();
    let paths = state.journal.iter().map(|request| &request.path);
    paths.filter(|path| path.contains(part)).count()
}

/// A merge that GitHub does not list for its commit yet.
fn not_listed_yet(site: &Site, times: usize) {
    for _ in 0..times {
        let nothing = Reply::Say(200, Vec::new(), json!([]));
        site.github.fault("GET", "/commits/", nothing);
    }
}

#[test]
fn a_merge_that_github_lists_late_is_no_push_without_a_review() {
    let site = planned(MANIFEST);
    // Something else than what was reviewed is needed by now.
    site.world.edit("\"First\"", "\"Not reviewed\"");
    not_listed_yet(&site, 2);
    let done = site.run(&site.merged()).ended(5);
    done.says("failure-reason", "plan-changed");
    assert_eq!(count(&site, "/pulls?"), 3);
    assert_eq!(site.world.take_writes(), [""; 0]);
}

#[test]
fn a_merge_that_github_lists_nowhere_but_among_the_closed_ones_is_found() {
    let site = planned(MANIFEST);
    let mut other = pull_request();
    other["number"] = json!(8);
    other["merge_commit_sha"] = json!(HEAD);
    let mut state = site.github.state();
    state.pulls.clear();
    state.closed = vec![other, pull_request()];
    drop(state);
    site.run(&site.merged())
        .ended(0)
        .logs("what was reviewed is applied");
    assert!(site.comments()[0].contains("✅ Applied 5 of 5 steps"));
}

#[test]
fn a_commit_that_names_a_pull_request_is_not_taken_for_pushed() {
    for message in ["Add two keys (#7)", "Merge pull request #7 from acme/topic"] {
        let site = planned(MANIFEST);
        site.github.state().pulls.clear();
        let named = (MERGE.to_owned(), message.to_owned());
        site.github.state().messages.extend([named]);
        let done = site.run(&site.merged()).ended(5);
        done.says("failure-reason", "plan-missing")
            .logs("names the pull request #7");
        assert_eq!(site.world.take_writes(), [""; 0]);
        // Somebody who has looked may start it by hand.
        site.run(&site.by_hand("2026-11-23")).ended(0);
    }
}

#[test]
fn a_branch_that_is_not_merged_yet_brought_nothing() {
    let site = planned(MANIFEST);
    let mut open = pull_request();
    open["merged_at"] = Value::Null;
    site.github
        .state()
        .pulls
        .insert(MERGE.to_owned(), vec![open]);
    let done = site.run(&site.merged()).ended(0);
    done.sums_up("This commit was not reviewed in a pull request");
}

#[test]
fn of_two_queued_pull_requests_the_plan_of_the_queue_is_applied() {
    let without_beta = MANIFEST.split("\n[key.beta]").next().unwrap();
    let site = Site::new(without_beta);
    // The first one adds alpha, the second one beta: each was planned alone.
    site.run(&site.request("plan")).ended(0);
    site.uploads(400, "pull_request", FIRST_HEAD, "ai-keys-plan");
    let only_beta = MANIFEST.replace(
        "[key.alpha]\ndescription = \"First\"\nowner = \"team-a\"\n\n",
        "",
    );
    site.world.folder.write("keys.toml", only_beta);
    site.run(&site.request("plan")).ended(0);
    site.merge();
    // The queue planned both together, and pushed that commit.
    site.world.folder.write("keys.toml", MANIFEST);
    let mut queued = site.request("plan");
    queued["event"]["name"] = json!("merge_group");
    queued["event"]["pull-request"] = Value::Null;
    site.run(&queued).ended(0);
    site.uploads(550, "merge_group", MERGE, "ai-keys-plan");
    site.run(&site.merged()).ended(0).says("applied", "5");
    assert!(site.comments()[0].contains("✅ Applied 5 of 5 steps"));
}

#[test]
fn a_plan_of_the_queue_that_does_not_fit_gives_way_to_one_that_does() {
    let site = planned(MANIFEST);
    site.world.edit("\"First\"", "\"Another\"");
    site.run(&site.request("plan")).ended(0);
    site.uploads(550, "merge_group", MERGE, "ai-keys-plan");
    site.world.edit("\"Another\"", "\"First\"");
    site.run(&site.merged()).ended(0).says("applied", "5");
}

/// The world of [`guarded`], where the push was refused for want of an
/// acknowledgement, and the words that its comment asks for.
fn refused_for_want_of_words() -> (Site, Vec<String>) {
    let site = guarded();
    let done = site.run(&site.merged()).ended(5);
    done.says("failure-reason", "guard");
    let [body] = site.comments().try_into().unwrap();
    let words: Vec<String> = body
        .split('`')
        .filter(|word| word.starts_with("delete:") && word.contains('@'))
        .map(str::to_owned)
        .collect();
    assert!(!words.is_empty(), "{body}");
    (site, words)
}

/// A pull request that removes both keys was merged.
fn guarded() -> Site {
    let site = Site::new(MANIFEST);
    site.world.apply().ended(0);
    let without_keys = MANIFEST.split("\n[key.alpha]").next().unwrap();
    site.world.folder.write("keys.toml", without_keys);
    site.run(&site.request("plan")).ended(0);
    site.merge();
    site.world.take_calls();
    site
}

#[test]
fn the_words_of_the_comment_are_good_for_an_apply_by_hand_on_another_day() {
    let (site, words) = refused_for_want_of_words();
    let mut request = site.by_hand("2026-11-25");
    site.run(&request).ended(5).says("failure-reason", "guard");
    assert_eq!(site.world.take_writes(), [""; 0]);
    request["ack"] = json!(words);
    let done = site.run(&request).ended(0).says("remaining", "0");
    done.logs("what was reviewed is applied");
    let [body] = site.comments().try_into().unwrap();
    assert!(body.contains("✅ Applied"), "{body}");
}

#[test]
fn the_words_hold_though_the_branch_went_on_with_something_else() {
    let (site, words) = refused_for_want_of_words();
    // Another pull request was merged, whose run planned nothing.
    let mut other = pull_request();
    other["number"] = json!(8);
    other["head"]["sha"] = json!(FIRST_HEAD);
    other["merge_commit_sha"] = json!(LATER);
    let mut state = site.github.state();
    state.pulls.insert(LATER.to_owned(), vec![other]);
    state
        .changed
        .insert("keys.toml".to_owned(), MERGE.to_owned());
    drop(state);
    let mut request = site.by_hand("2026-11-25");
    request["event"]["sha"] = json!(LATER);
    request["ack"] = json!(words);
    let done = site.run(&request).ended(0).says("remaining", "0");
    done.logs("what was reviewed is applied");
    assert!(site.comments()[0].contains("✅ Applied"));
}

#[test]
fn by_hand_what_fits_no_more_is_planned_anew() {
    let (site, words) = refused_for_want_of_words();
    // Somebody was quicker with one of them, and the plan asks for less.
    let key = site.world.key("alpha").id;
    site.world.behind("DELETE", &format!("/apikeys/{key}"));
    site.world.edit("rate = 10", "rate = 9");
    let mut request = site.by_hand("2026-11-25");
    request["ack"] = json!(words);
    let done = site.run(&request).ended(5);
    let done = done
        .says("failure-reason", "guard")
        .logs("what was reviewed does not fit any more");
    assert!(!done.log.contains(&words[0]), "{}", done.log);
}

#[test]
fn by_hand_github_need_not_be_there() {
    let site = planned(MANIFEST);
    let refusal = Reply::say(403, "Resource not accessible by integration");
    site.github.fault("GET", "/pulls", refusal);
    let done = site.run(&site.by_hand("2026-11-23")).ended(0);
    done.says("applied", "5")
        .logs("warning: a plan is made anew");
    let mut request = site.by_hand("2026-11-23");
    request["github"]["token"] = Value::Null;
    site.run(&request).ended(0).says("remaining", "0");
}

#[test]
fn what_is_due_by_now_is_applied_by_hand_once_the_reviewed_plan_is_done() {
    let site = planned(&format!("{MANIFEST}expires = 2026-11-25\n"));
    site.run(&site.merged()).ended(0);
    let done = site.run(&site.by_hand("2026-11-26")).ended(0);
    done.says("disable", "1").says("applied", "1");
}

#[test]
fn a_job_of_a_matrix_fetches_no_more_than_its_own_plan() {
    let two = MANIFEST.replace(
        "[defaults.key]",
        "[target.staging]\nprovider = \"aws-api-gateway\"\nregion = \"eu-central-1\"\n\n[defaults.key]",
    );
    let site = Site::new(&two.replace("stages = [\"chat-api/prod\"]\n", ""));
    for target in ["prod", "staging"] {
        let mut request = site.request("plan");
        request["targets"] = json!([target]);
        let plans = site.world.folder.path().join("temp/ai-keys");
        let _ = std::fs::remove_dir_all(plans);
        site.run(&request).ended(0);
        site.uploads(500, "pull_request", HEAD, &format!("ai-keys-plan-{target}"));
    }
    let pulls = vec![pull_request()];
    site.github.state().pulls.insert(MERGE.to_owned(), pulls);
    site.uploads(500, "pull_request", HEAD, "ai-keys-plan-another");
    for target in ["prod", "staging"] {
        site.github.state().journal.clear();
        let mut request = site.merged();
        request["targets"] = json!([target]);
        site.run(&request).ended(0).says("applied", "5");
        assert_eq!(count(&site, "/zip"), 1, "{target}");
    }
}

#[test]
fn without_a_plan_of_the_pull_request_only_nothing_is_applied() {
    let site = planned(MANIFEST);
    site.github.state().artifacts.clear();
    let done = site
        .run(&site.merged())
        .ended(5)
        .says("failure-reason", "plan-missing");
    done.logs("no plan of the pull request was found")
        .says("remaining", "5");
    assert_eq!(site.world.take_writes(), [""; 0]);
    site.world.apply().ended(0);
    site.run(&site.merged()).ended(0).says("failure-reason", "");
}

#[test]
fn a_plan_of_a_day_that_its_age_does_not_allow_is_refused() {
    for (planned, why) in [
        ("2026-11-08", "older than 14d"),
        ("2036-01-01", "and today is 2026-11-23"),
    ] {
        let site = Site::new(MANIFEST);
        let mut request = site.request("plan");
        request["event"]["today"] = json!(planned);
        site.run(&request).ended(0);
        site.merge();
        site.world.take_calls();
        let done = site
            .run(&site.merged())
            .ended(5)
            .says("failure-reason", "guard");
        done.logs(&format!("the plan is of {planned}, {why}"));
        assert_eq!(site.world.take_writes(), [""; 0]);
    }
}

#[test]
fn a_plan_of_another_run_counts_for_nothing() {
    for (field, value) in [
        ("head_sha", json!(MERGE)),
        ("event", json!("push")),
        ("path", json!(".github/workflows/other.yml")),
        ("head_repository", json!({ "full_name": "mallory/keys" })),
        ("head_repository", Value::Null),
    ] {
        let site = planned(MANIFEST);
        site.github.state().runs[0][field] = value;
        site.run(&site.merged())
            .ended(5)
            .says("failure-reason", "plan-missing");
        assert_eq!(site.world.take_writes(), [""; 0], "{field}");
    }
}

#[test]
fn what_a_merge_queue_planned_counts() {
    let site = planned(MANIFEST);
    {
        let mut state = site.github.state();
        state.runs[0]["event"] = json!("merge_group");
        state.runs[0]["head_sha"] = json!(MERGE);
    }
    site.run(&site.merged()).ended(0).says("applied", "5");
}

#[test]
fn a_push_without_a_pull_request_is_applied_and_the_summary_says_so() {
    let site = Site::new(MANIFEST);
    let done = site.run(&site.merged()).ended(0).says("applied", "5");
    done.sums_up("This commit was not reviewed in a pull request");
    assert_eq!(site.comments(), [""; 0]);
}

#[test]
fn what_github_does_not_tell_is_not_guessed() {
    for (path, message) in [
        ("/pulls", "actions"),
        ("/actions/runs?", "actions: read"),
        ("/zip", "actions: read"),
    ] {
        let site = planned(MANIFEST);
        let refusal = Reply::say(403, "Resource not accessible by integration");
        site.github.fault("GET", path, refusal);
        let done = site
            .run(&site.merged())
            .ended(6)
            .says("failure-reason", "github");
        done.logs("what was reviewed cannot be looked up");
        assert_eq!(site.world.take_writes(), [""; 0], "{path} {message}");
    }
    let site = planned(MANIFEST);
    let mut request = site.merged();
    request["github"]["token"] = Value::Null;
    site.run(&request).ended(6).logs("`github-token` is empty");
}
