//! One field changes, and only that field is sent.

use crate::plan::testing::{TODAY, applied, empty, fields, planned, said};
use crate::plan::{KeyPatch, Plan, Step};
use crate::state::{LiveState, Liveness};

const BEFORE: &str = r#"
[key.a]
description = "Text"
owner = "team-a"
customer-id = "c1"
tags = { one = "1" }
"#;

fn made() -> LiveState {
    applied(BEFORE, &empty(), TODAY).1
}

fn patch(plan: &Plan) -> &KeyPatch {
    let [change] = plan.changes.as_slice() else {
        panic!("not one change: {:#?}", said(plan));
    };
    let Step::UpdateKey { patch, .. } = &change.step else {
        panic!("not an update: {change:#?}");
    };
    patch
}

#[test]
fn a_key_that_is_as_the_file_says_is_not_touched() {
    assert!(planned(BEFORE, &made(), TODAY).is_empty());
}

#[test]
fn a_key_is_renamed_in_place_and_the_plan_says_that_the_value_stays() {
    let manifest = format!("{BEFORE}name = \"b\"");
    let (plan, after) = applied(&manifest, &made(), TODAY);
    assert_eq!(fields(&plan), ["name: a -> b"]);
    assert_eq!(
        plan.changes[0].reason.as_deref(),
        Some("renamed in place: the value is unchanged")
    );
    assert_eq!(after.our_key("a").0, made().our_key("a").0);
    let only_name = KeyPatch {
        name: Some("b".to_owned()),
        ..KeyPatch::default()
    };
    assert_eq!(patch(&plan), &only_name);
}

#[test]
fn each_field_is_a_change_of_its_own() {
    for (old, new, said) in [
        ("\"Text\"", "\"New\"", "description: Text -> New"),
        ("\"Text\"", "\"\"", "description: Text -> -"),
        ("\"team-a\"", "\"team-b\"", "owner: team-a -> team-b"),
        ("owner = \"team-a\"\n", "", "owner: team-a -> -"),
        ("\"c1\"", "\"c2\"", "customer-id: c1 -> c2"),
        (
            "\n[key.a]",
            "\n[key.a]\nprotect = true",
            "protect: false -> true",
        ),
        (
            "\n[key.a]",
            "\n[key.a]\nenabled = false",
            "enabled: true -> false",
        ),
        (
            "\n[key.a]",
            "\n[key.a]\nexpires = 2026-11-23",
            "enabled: true -> false",
        ),
    ] {
        let manifest = BEFORE.replacen(old, new, 1);
        assert_ne!(manifest, BEFORE);
        let (plan, _) = applied(&manifest, &made(), TODAY);
        assert_eq!(fields(&plan), [said], "{new}");
    }
}

#[test]
fn what_the_file_does_not_say_stays_as_it_is() {
    let plan = planned(
        "[key.a]\nowner = \"team-a\"\ntags = { one = \"1\" }",
        &made(),
        TODAY,
    );
    assert!(plan.is_empty(), "{:?}", said(&plan));
}

#[test]
fn blanks_at_the_end_of_a_description_are_no_difference() {
    let live = applied("[key.a]\ndescription = \"Text  \"", &empty(), TODAY).1;
    assert_eq!(live.our_key("a").1.description, "Text");
}

#[test]
fn a_key_that_was_renamed_and_disabled_by_hand_is_put_right_in_one_call() {
    let live = made();
    let id = live.our_key("a").0.as_str().to_owned();
    let live = live.edit(&id, |key| {
        key.name = "by-hand".to_owned();
        key.liveness = Liveness::Disabled;
    });
    let (plan, _) = applied(BEFORE, &live, TODAY);
    assert_eq!(said(&plan), ["enable key a"]);
    assert_eq!(
        fields(&plan),
        ["name: by-hand -> a", "enabled: false -> true"]
    );
    assert_eq!(plan.cost.calls, 1);
}

#[test]
fn tags_are_set_and_the_marker_remembers_which() {
    let manifest = BEFORE.replace("one = \"1\"", "one = \"2\", two = \"x\"");
    let (plan, after) = applied(&manifest, &made(), TODAY);
    assert_eq!(said(&plan), ["update key a", "update key a"]);
    assert_eq!(plan.changes[0].fields.len(), 2);
    let (_, key) = after.our_key("a");
    assert_eq!(key.marker.as_ref().unwrap().tag_names(), ["one", "two"]);
    assert_eq!(key.tags["one"], "2");
}

#[test]
fn a_tag_that_left_the_file_is_removed_and_tags_of_others_stay() {
    let live = made();
    let id = live.our_key("a").0.as_str().to_owned();
    let live = live.edit(&id, |key| {
        key.tags.insert("theirs".to_owned(), "t".to_owned());
    });
    for manifest in [
        BEFORE.replace("{ one = \"1\" }", "{}"),
        BEFORE.replace("tags = { one = \"1\" }", ""),
    ] {
        let (plan, after) = applied(&manifest, &live, TODAY);
        let Step::TagKey { set, remove, .. } = &plan.changes[0].step else {
            panic!("{:#?}", plan.changes);
        };
        assert_eq!((set.len(), remove.as_slice()), (0, &["one".to_owned()][..]));
        let tags: Vec<_> = after.our_key("a").1.tags.keys().collect();
        assert_eq!(tags, ["theirs"]);
    }
}

#[test]
fn what_a_newer_version_wrote_into_the_marker_survives_an_update() {
    let live = empty().key("k1", "a", "[ai-keys: acme/a#1 colour=blue]");
    let (_, after) = applied("[key.a]\nowner = \"team-a\"", &live, TODAY);
    let marker = after.our_key("a").1.marker.as_ref().unwrap();
    assert_eq!(
        marker.to_string(),
        "[ai-keys: acme/a#1 colour=blue owner=team-a]"
    );
}
