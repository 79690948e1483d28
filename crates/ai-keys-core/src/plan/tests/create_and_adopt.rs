//! A key that is not there is made; one that is there is taken over only if the file says so.

use crate::plan::testing::{
    TODAY, applied, attempted, complaints, day, empty, fields, planned, said,
};
use crate::plan::{Action, Step};
use crate::state::{Handle, LiveState};

#[test]
fn a_key_that_is_not_there_is_made_with_everything_in_one_call() {
    let manifest = r#"
[key.chat-web]
description = "Chat web front end"
owner = "team-chat"
customer-id = "c1"
protect = true
tags = { cost-center = "cc-42" }
"#;
    let (plan, live) = applied(manifest, &empty(), TODAY);
    assert_eq!(said(&plan), ["create key chat-web"]);
    assert_eq!(
        fields(&plan),
        [
            "description: - -> Chat web front end",
            "owner: - -> team-chat",
            "protect: - -> true",
            "customer-id: - -> c1",
            "tags: - -> cost-center = cc-42",
        ]
    );
    let (_, key) = live.our_key("chat-web");
    assert_eq!(key.created, Some(day(TODAY)));
    let Step::CreateKey { spec, .. } = &plan.changes[0].step else {
        panic!("not a create");
    };
    assert_eq!(
        spec.description,
        "Chat web front end [ai-keys: acme/chat-web#1 owner=team-chat protect=yes tags=cost-center]"
    );
}

#[test]
fn a_disabled_key_is_made_disabled() {
    let (plan, _) = applied("[key.a]\nenabled = false", &empty(), TODAY);
    assert_eq!(fields(&plan), ["enabled: - -> false"]);
}

#[test]
fn an_expired_key_is_made_disabled_and_says_why() {
    let (plan, _) = applied("[key.a]\nexpires = 2026-11-23", &empty(), TODAY);
    assert_eq!(
        plan.changes[0].reason.as_deref(),
        Some("expired 2026-11-23")
    );
    let manifest = "[key.a]\nexpires = 2026-11-23\nprotect = true";
    let (plan, _) = applied(manifest, &empty(), TODAY);
    assert_eq!(plan.changes[0].reason, None);
}

#[test]
fn an_adopted_key_keeps_its_id_and_so_its_value() {
    let live = empty().key("k1", "legacy", "By hand");
    let (plan, after) = applied("[key.chat-web]\nadopt = \"k1\"", &live, TODAY);
    assert_eq!(said(&plan), ["adopt key chat-web"]);
    assert_eq!(fields(&plan), ["name: legacy -> chat-web"]);
    assert_eq!(plan.count(Action::Create), 0);
    let (handle, key) = after.our_key("chat-web");
    assert_eq!(
        (handle.as_str(), key.description.as_str()),
        ("k1", "By hand")
    );
}

#[test]
fn what_is_taken_over_is_not_counted_as_left_alone() {
    let live = empty().key("k1", "legacy", "").key("k2", "other", "");
    let plan = planned("[key.chat-web]\nadopt = \"k1\"", &live, TODAY);
    assert_eq!(plan.counts.foreign_keys, 1, "the other one");
}

#[test]
fn adopting_what_is_not_there_is_refused_and_nothing_is_made() {
    let planned = attempted("[key.a]\nadopt = \"k1\"", &empty(), TODAY);
    assert_eq!(
        complaints(&planned),
        ["AK402 key `a` takes over `k1`, which does not exist here"]
    );
    assert!(planned.plan.is_empty());
}

#[test]
fn a_key_of_another_entry_or_namespace_is_not_adopted() {
    for (marker, owner) in [("acme/b#1", "acme/b"), ("other/a#1", "other/a")] {
        let live = empty().key("k1", "a", &format!("[ai-keys: {marker}]"));
        let planned = attempted("[key.a]\nadopt = \"k1\"\n[key.b]", &live, TODAY);
        let expected = format!("AK403 key `a` takes over `k1`, which belongs to `{owner}`");
        assert_eq!(complaints(&planned), [expected]);
    }
}

#[test]
fn adopting_from_cloudformation_needs_an_acknowledgement() {
    let live = empty().key("k1", "a", "").edit("k1", |key| {
        let tag = "aws:cloudformation:stack-name".to_owned();
        key.tags.insert(tag, "s".to_owned());
    });
    let planned = attempted("[key.a]\nadopt = \"k1\"", &live, TODAY);
    assert_eq!(
        complaints(&planned),
        ["AK412 key `a` takes over `k1`, which CloudFormation owns"]
    );
    let plan = planned.plan;
    assert_eq!(plan.guards[0].acknowledge, "adopt:a");
    let word = plan.acknowledgement(&plan.guards[0]);
    assert!(plan.open_guards(&[word]).is_empty());
}

#[test]
fn an_adopted_key_goes_by_its_marker_from_then_on() {
    let manifest = "[key.a]\nadopt = \"k1\"";
    let (_, after) = applied(manifest, &empty().key("k1", "a", ""), TODAY);
    assert!(planned("[key.a]", &after, TODAY).is_empty());
}

#[test]
fn an_entry_that_has_its_key_takes_over_no_other_and_says_so() {
    let live = empty()
        .key("k1", "a", "[ai-keys: acme/a#1]")
        .key("k2", "other", "");
    let ignored = |manifest: &str, live: &LiveState| complaints(&attempted(manifest, live, TODAY));
    let expected = "AK419 key `a` is `k1` already, so it does not take over `k2`";
    assert_eq!(ignored("[key.a]\nadopt = \"k2\"", &live), [expected]);
    let typo = "AK419 key `a` is `k1` already, so it does not take over `k9`";
    assert_eq!(ignored("[key.a]\nadopt = \"k9\"", &live), [typo]);
    assert_eq!(
        ignored("[key.a]\nadopt = \"k1\"", &live),
        [""; 0],
        "its own"
    );
    // Rotated: the value that was taken over is the older one, and then gone.
    let rotated = empty()
        .key("k1", "a", "[ai-keys: acme/a#1 retiring=2026-12-01]")
        .key("k3", "a", "[ai-keys: acme/a#2]");
    assert_eq!(ignored("[key.a]\nadopt = \"k1\"", &rotated), [""; 0]);
    assert_eq!(ignored("[key.a]\nadopt = \"k0\"", &rotated), [""; 0]);
}

#[test]
fn the_name_of_a_key_that_is_taken_over_is_free_for_another() {
    let live = empty().key("k1", "b", "");
    let (plan, after) = applied("[key.a]\nadopt = \"k1\"\n[key.b]", &live, TODAY);
    assert_eq!(said(&plan), ["create key b", "adopt key a"]);
    assert_eq!(after.our_key("a").0, &Handle::of_id("k1"));
}

#[test]
fn an_id_that_may_be_a_value_is_shown_nowhere() {
    let id = "L".repeat(30);
    let live = empty().key(&id, "a", "[ai-keys: acme/a#1]");
    let (plan, _) = applied("[key.a]\nowner = \"team-a\"", &live, TODAY);
    assert_eq!(said(&plan), ["update key a"]);
    assert!(!plan.to_json().contains(&id) && !live.to_json().contains(&id));
    let found = attempted("[key.new]\nname = \"b\"", &empty().key(&id, "b", ""), TODAY);
    assert!(!complaints(&found).concat().contains(&id));
}

#[test]
fn a_table_that_got_another_name_takes_its_key_along() {
    let live = empty().key("k1", "old", "Chat [ai-keys: acme/old#1]");
    let manifest = "[key.new]\ndescription = \"Chat\"\nadopt = \"k1\"";
    let (plan, after) = applied(manifest, &live, TODAY);
    assert_eq!(said(&plan), ["update key new"]);
    assert_eq!(fields(&plan), ["name: old -> new", "entry: old -> new"]);
    assert_eq!(
        after.our_key("new").0.as_str(),
        "k1",
        "the value is unchanged"
    );
}

#[test]
fn a_key_is_not_taken_from_an_entry_that_is_still_there() {
    let live = empty().key("k1", "old", "[ai-keys: acme/old#1]");
    let found = attempted("[key.old]\n[key.new]\nadopt = \"k1\"", &live, TODAY);
    assert!(
        complaints(&found)[0].starts_with("AK403"),
        "{:?}",
        complaints(&found)
    );
}
