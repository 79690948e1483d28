//! The switch for a leak: what it means, what it costs, and what it leaves alone.

use std::fmt::Write as _;

use crate::plan::testing::{TODAY, after, applied, day, desired, empty, framed, planned, said};
use crate::plan::{Operation, Plan, Whose, plan_disable};
use crate::source::Source;
use crate::state::{LiveState, Liveness};

fn disable(fragment: &str, live: &LiveState, whose: &Whose) -> Plan {
    let text = framed(fragment);
    let desired = desired(&text).unwrap();
    plan_disable(&desired, live, whose, day(TODAY), &Source::new(&text))
}

fn named(names: &[&str]) -> Whose {
    Whose::Named(names.iter().map(|name| (*name).to_owned()).collect())
}

const THREE: &str = r#"
[key.a]
owner = "x"
[key.b]
owner = "y"
protect = true
[key.c]
enabled = false
"#;

#[test]
fn every_working_key_of_the_namespace_is_meant_even_a_protected_one() {
    let live = applied(THREE, &empty(), TODAY)
        .1
        .key("k1", "theirs", "[ai-keys: other/theirs#1]")
        .key("k2", "nobodys", "");
    let plan = disable(THREE, &live, &Whose::Everybodys);
    assert_eq!(said(&plan), ["disable key a", "disable key b"]);
    assert_eq!(plan.changes[1].reason.as_deref(), Some("it is protected"));
    assert_eq!(plan.guards[0].acknowledge, "disable:all");
    assert_eq!((plan.counts.unchanged_keys, plan.cost.calls), (1, 2));
    let off = after(&live, &plan);
    let on = off
        .keys
        .values()
        .filter(|key| key.liveness == Liveness::Active);
    assert_eq!(on.count(), 2, "those of others");
    assert!(disable(THREE, &off, &Whose::Everybodys).guards.is_empty());
    // The marker is as it was: the manifest decides what comes next.
    assert_eq!(
        said(&planned(THREE, &off, TODAY)),
        ["enable key a", "enable key b"]
    );
}

#[test]
fn an_owner_is_one_of_the_marker_or_of_the_manifest() {
    let live = applied(THREE, &empty(), TODAY).1;
    let moved = THREE.replace("\"y\"", "\"z\"");
    for owner in ["y", "z"] {
        let plan = disable(&moved, &live, &Whose::OwnedBy(owner.to_owned()));
        assert_eq!(said(&plan), ["disable key b"]);
        assert_eq!(plan.guards[0].acknowledge, format!("disable:owner/{owner}"));
    }
}

#[test]
fn a_key_that_left_the_file_and_every_generation_are_meant_by_name() {
    let live = applied(THREE, &empty(), TODAY)
        .1
        .key("k2", "a", "[ai-keys: acme/a#2]");
    let plan = disable("[key.b]", &live, &named(&["a"]));
    assert_eq!(said(&plan), ["disable key a", "disable key a#2"]);
    assert_eq!(plan.changes[0].line, None);
}

#[test]
fn another_selection_or_another_live_state_is_another_digest() {
    let live = applied(THREE, &empty(), TODAY).1;
    let all = disable(THREE, &live, &Whose::Everybodys);
    let two = disable(THREE, &live, &named(&["a", "b"]));
    assert_eq!(all.changes, two.changes);
    assert_ne!(all.digest, two.digest);
    let one_more = live.key("k9", "d", "[ai-keys: acme/d#1]");
    assert_ne!(
        disable(THREE, &one_more, &Whose::Everybodys).digest,
        all.digest
    );
}

#[test]
fn ten_thousand_keys_are_off_in_sixty_calls() {
    let mut live = empty();
    for number in 0..10_000 {
        let mut marker = String::new();
        let _ = write!(marker, "[ai-keys: acme/k{number}#1]");
        live = live.key(&format!("id{number}"), &format!("k{number}"), &marker);
    }
    let plan = disable("", &live, &Whose::Everybodys);
    let cost = &plan.cost.by_operation;
    assert_eq!(
        (cost[&Operation::ImportApiKeys], cost[&Operation::ListKeys]),
        (20, 40)
    );
    // 40 at once, then ten a second; singly it were 16 minutes.
    assert_eq!(plan.cost.floor_ms, 2_000);
}
