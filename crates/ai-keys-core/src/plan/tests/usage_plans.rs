//! Usage plans: made, changed field by field, taken over, deleted, and lost behind our back.

use crate::limits::Period;
use crate::plan::testing::{
    TODAY, applied, attempted, complaints, empty, fields, limits, planned, quota, said, stage,
};
use crate::plan::{Operation, Risk, Step, UsagePlanEdit};
use crate::state::{Handle, LiveState};

const STANDARD: &str = r#"
[usage-plan.standard]
description = "Internal"
throttle = { rate = 10, burst = 20 }
quota = { limit = 100_000, per = "month" }
stages = [{ stage = "chat-api/prod", throttle = { "/chat/POST" = { rate = 2, burst = 4 } } }]
"#;

fn made() -> LiveState {
    applied(STANDARD, &empty(), TODAY).1
}

fn id() -> String {
    made()
        .usage_plans
        .keys()
        .next()
        .unwrap()
        .as_str()
        .to_owned()
}

#[test]
fn a_usage_plan_that_is_not_there_is_made_and_shows_every_limit() {
    let (plan, live) = applied(STANDARD, &empty(), TODAY);
    assert_eq!(said(&plan), ["create usage plan standard"]);
    assert_eq!(
        fields(&plan),
        [
            "description: - -> Internal",
            "throttle: - -> 10 requests/s, bursts of 20",
            "quota: - -> 100,000 requests/month",
            "stages: - -> chat-api/prod",
            "throttle of /chat/POST in chat-api/prod: - -> 2 requests/s, bursts of 4",
        ]
    );
    let up = live.usage_plans.values().next().unwrap();
    assert_eq!(up.stages[&stage("a1/prod")]["/chat/POST"], limits(2.0, 4));
    assert_eq!(
        up.marker.as_ref().unwrap().to_string(),
        "[ai-keys: acme/standard#1]"
    );
}

#[test]
fn each_field_is_a_change_of_its_own_and_says_how_it_hurts() {
    for (old, new, field, risk) in [
        (
            "\"Internal\"",
            "\"All\"",
            "description: Internal -> All",
            Risk::None,
        ),
        (
            "[usage-plan.standard]",
            "[usage-plan.standard]\nname = \"Gold\"",
            "name: standard -> Gold",
            Risk::None,
        ),
        (
            "rate = 10",
            "rate = 5",
            "throttle: 10 requests/s, bursts of 20 -> 5 requests/s, bursts of 20",
            Risk::Limits,
        ),
        (
            "rate = 10",
            "rate = 0",
            "throttle: 10 requests/s, bursts of 20 -> 0 requests/s, bursts of 20: blocks everyone",
            Risk::Blocks,
        ),
        (
            "burst = 20",
            "burst = 40",
            "throttle: 10 requests/s, bursts of 20 -> 10 requests/s, bursts of 40",
            Risk::None,
        ),
        (
            "throttle = { rate = 10, burst = 20 }\n",
            "",
            "throttle: 10 requests/s, bursts of 20 -> unlimited",
            Risk::None,
        ),
        (
            "100_000",
            "99_999",
            "quota: 100,000 requests/month -> 99,999 requests/month",
            Risk::Limits,
        ),
        (
            "quota = { limit = 100_000, per = \"month\" }\n",
            "",
            "quota: 100,000 requests/month -> unlimited",
            Risk::None,
        ),
        (
            "rate = 2, burst = 4",
            "rate = 1, burst = 4",
            "throttle of /chat/POST in chat-api/prod: 2 requests/s, bursts of 4 -> 1 requests/s, bursts of 4",
            Risk::Limits,
        ),
        (
            ", throttle = { \"/chat/POST\" = { rate = 2, burst = 4 } }",
            "",
            "throttle of /chat/POST in chat-api/prod: 2 requests/s, bursts of 4 -> -",
            Risk::None,
        ),
        (
            "stages = [",
            "stages = [\"a1/dev\", ",
            "stages: chat-api/prod -> chat-api/dev, chat-api/prod",
            Risk::None,
        ),
    ] {
        let manifest = STANDARD.replacen(old, new, 1);
        assert_ne!(manifest, STANDARD);
        let (plan, _) = applied(&manifest, &made(), TODAY);
        assert_eq!(fields(&plan), [field]);
        assert_eq!(plan.changes[0].risk, risk, "{field}");
        assert_eq!(
            plan.cost.by_operation,
            [(Operation::UpdateUsagePlan, 1)].into()
        );
    }
}

#[test]
fn losing_a_stage_blocks_callers() {
    let manifest = STANDARD.replace("chat-api/prod", "chat-api/dev");
    let (plan, _) = applied(&manifest, &made(), TODAY);
    assert_eq!(plan.changes[0].risk, Risk::Blocks);
}

#[test]
fn a_limit_that_held_only_one_half_is_completed_and_counts_as_tighter() {
    let live = made().edit_usage_plan(&id(), |up| {
        up.throttle = Some(crate::limits::Throttle {
            rate_per_second: None,
            burst_requests: Some(20),
        });
    });
    let (plan, _) = applied(STANDARD, &live, TODAY);
    assert_eq!(plan.changes[0].risk, Risk::Limits);
}

#[test]
fn a_quota_that_the_console_removed_comes_back() {
    let live = made().edit_usage_plan(&id(), |up| up.quota = None);
    let (plan, _) = applied(STANDARD, &live, TODAY);
    assert_eq!(
        fields(&plan),
        ["quota: unlimited -> 100,000 requests/month"]
    );
    assert_eq!(plan.changes[0].risk, Risk::Limits);
    let Step::UpdateUsagePlan { edits, .. } = &plan.changes[0].step else {
        panic!("{:#?}", plan.changes);
    };
    let quota = quota(100_000, Period::Month);
    assert_eq!(edits.as_slice(), [UsagePlanEdit::Quota { quota }]);
}

#[test]
fn a_stage_that_was_made_again_is_added_with_the_limits_of_its_methods() {
    let live = made().edit_usage_plan(&id(), |up| up.stages.clear());
    let (plan, after) = applied(STANDARD, &live, TODAY);
    assert_eq!(said(&plan), ["update usage plan standard"]);
    assert_eq!(plan.cost.calls, 1);
    assert_eq!(after, made());
}

#[test]
fn a_usage_plan_that_was_deleted_by_hand_is_made_again_with_its_keys() {
    let manifest = format!("{STANDARD}\n[key.a]\nusage-plans = [\"standard\"]");
    let mut live = applied(&manifest, &empty(), TODAY).1;
    live.usage_plans.clear();
    let (plan, after) = applied(&manifest, &live, TODAY);
    assert_eq!(
        said(&plan),
        ["create usage plan standard", "attach key a standard"]
    );
    assert_eq!(after.our_key("a").0, live.our_key("a").0);
}

#[test]
fn a_usage_plan_is_taken_over_with_its_keys() {
    let live =
        empty()
            .key("k1", "theirs", "")
            .usage_plan("u1", "Gold", "By hand", &["a1/prod"], &["k1"]);
    let manifest = "[usage-plan.gold]\nname = \"Gold\"\nadopt = \"u1\"\nstages = [\"a1/prod\"]";
    let (plan, after) = applied(manifest, &live, TODAY);
    assert_eq!(said(&plan), ["adopt usage plan gold"]);
    assert_eq!(
        plan.changes[0].reason.as_deref(),
        Some("takes over the live usage plan u1")
    );
    let up = &after.usage_plans[&Handle::of_id("u1")];
    assert_eq!((up.description.as_str(), up.keys.len()), ("By hand", 1));
}

#[test]
fn a_usage_plan_that_is_there_takes_over_no_other_and_says_so() {
    let live = empty()
        .usage_plan("u1", "gold", "[ai-keys: acme/gold#1]", &[], &[])
        .usage_plan("u2", "other", "", &[], &[]);
    let found = attempted("[usage-plan.gold]\nadopt = \"u2\"", &live, TODAY);
    let expected = "AK419 usage plan `gold` is `u1` already, so it does not take over `u2`";
    assert_eq!(complaints(&found), [expected]);
    let own = attempted("[usage-plan.gold]\nadopt = \"u1\"", &live, TODAY);
    assert_eq!(complaints(&own), [""; 0]);
}

#[test]
fn a_usage_plan_of_cloudformation_is_adopted_only_with_an_acknowledgement() {
    let live = empty()
        .usage_plan("u1", "gold", "", &[], &[])
        .edit_usage_plan("u1", |up| {
            let tag = "aws:cloudformation:stack-id".to_owned();
            up.tags.insert(tag, "s".to_owned());
        });
    let found = attempted("[usage-plan.gold]\nadopt = \"u1\"", &live, TODAY);
    assert_eq!(
        complaints(&found),
        ["AK412 usage plan `gold` takes over `u1`, which CloudFormation owns"]
    );
    assert_eq!(found.plan.guards[0].acknowledge, "adopt:usage-plan/gold");
}

#[test]
fn a_usage_plan_that_left_the_file_is_deleted_after_its_stages_and_keys() {
    let manifest = format!("{STANDARD}\n[key.a]\nusage-plans = [\"standard\"]");
    let live = applied(&manifest, &empty(), TODAY).1;
    let (plan, _) = applied("[key.a]\nusage-plans = []", &live, TODAY);
    assert_eq!(
        said(&plan),
        ["detach key a standard", "delete usage plan standard"]
    );
    let operations: Vec<_> = plan.cost.by_operation.keys().copied().collect();
    assert_eq!(
        operations,
        [
            Operation::UpdateUsagePlan,
            Operation::DeleteUsagePlan,
            Operation::DeleteUsagePlanKey
        ]
    );
}

#[test]
fn a_key_that_says_nothing_leaves_a_usage_plan_that_goes() {
    let manifest = format!("{STANDARD}\n[key.a]\nusage-plans = [\"standard\"]");
    let live = applied(&manifest, &empty(), TODAY).1;
    let (plan, _) = applied("[key.a]", &live, TODAY);
    assert_eq!(
        said(&plan),
        ["detach key a standard", "delete usage plan standard"]
    );
    assert_eq!(plan.changes[0].risk, Risk::Blocks);
}

#[test]
fn a_usage_plan_with_keys_of_others_is_not_deleted() {
    let live = made().key("k1", "theirs", "");
    let live = live.edit_usage_plan(&id(), |up| {
        up.keys.insert(Handle::of_id("k1"));
    });
    let found = attempted("", &live, TODAY);
    assert_eq!(
        complaints(&found),
        ["AK409 usage plan `standard` was removed, but 1 keys that are not ours are on it"]
    );
    assert!(found.plan.is_empty());
}

#[test]
fn a_usage_plan_that_another_entry_refers_to_is_not_deleted() {
    let manifest = "[usage-plan.gold]\nmanage = false\nname = \"standard\"";
    let found = attempted(manifest, &made(), TODAY);
    assert_eq!(
        complaints(&found),
        ["AK409 usage plan `standard` was removed, but `gold` refers to it"]
    );
    assert!(found.plan.is_empty());
}

#[test]
fn a_stage_is_found_by_name_or_id_and_must_be_the_only_one() {
    let by_id = STANDARD.replace("chat-api", "a1");
    assert!(planned(&by_id, &made(), TODAY).is_empty());

    let found = attempted(STANDARD, &empty().api("a2", "chat-api"), TODAY);
    assert_eq!(
        complaints(&found),
        ["AK405 2 REST APIs are named `chat-api`"]
    );
    let found = attempted(&STANDARD.replace("chat-api", "chat-apo"), &empty(), TODAY);
    assert_eq!(
        complaints(&found),
        ["AK404 there is no REST API `chat-apo` in this account and region"]
    );
    let help = &found.diagnostics.iter().next().unwrap().help;
    assert_eq!(help.as_ref().unwrap().text, "did you mean `chat-api`?");
}

#[test]
fn a_usage_plan_made_elsewhere_must_be_there_once() {
    let manifest = "[usage-plan.partner]\nmanage = false";
    let found = attempted(manifest, &empty(), TODAY);
    assert_eq!(
        complaints(&found),
        ["AK406 there is no usage plan `partner` in this account and region"]
    );
    let twice = empty()
        .usage_plan("u1", "partner", "", &[], &[])
        .usage_plan("u2", "partner", "", &[], &[]);
    let found = attempted(manifest, &twice, TODAY);
    assert_eq!(
        complaints(&found),
        ["AK407 2 usage plans are named `partner`"]
    );
    let by_id = format!("{manifest}\nadopt = \"u2\"\n[key.a]\nusage-plans = [\"partner\"]");
    let (_, after) = applied(&by_id, &twice, TODAY);
    assert_eq!(after.usage_plans[&Handle::of_id("u2")].keys.len(), 1);
    let gone = by_id.replace("u2", "u3");
    assert_eq!(
        complaints(&attempted(&gone, &twice, TODAY)),
        ["AK406 there is no usage plan `u3` in this account and region"]
    );
}

#[test]
fn a_reference_by_name_never_means_what_this_file_manages() {
    let live = empty().usage_plan("u1", "b", "[ai-keys: acme/a#1]", &[], &[]);
    let manifest = "[usage-plan.a]\n[usage-plan.b]\nmanage = false";
    let found = attempted(manifest, &live, TODAY);
    assert_eq!(
        complaints(&found),
        ["AK406 there is no usage plan `b` in this account and region"]
    );
    let by_id = format!("{manifest}\nadopt = \"u1\"");
    assert_eq!(
        complaints(&attempted(&by_id, &live, TODAY)),
        ["AK406 usage plan `u1` is managed by another entry here"]
    );
}
