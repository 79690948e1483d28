//! Two keys of one generation, which two applies at once or a lagging list can make.

use crate::plan::testing::{
    TODAY, after, applied, attempted, carry_out, complaints, empty, planned, said,
};
use crate::plan::{Action, Turn};
use crate::state::{Delivered, Handle, LiveState, Liveness, MarkerDate};

const DELIVERED: &str = "[key.a]\ndeliver = [{ to = \"ssm\", name = \"/a\" }]\n";
const IN_GITHUB: &str =
    "[key.a]\ndeliver = [{ to = \"github-secret\", repository = \"acme/chat\", name = \"KEY\" }]\n";
const PLACE: &str = "ssm:eu-west-1:123456789012:/a";

/// A key as the manifest made it, and its twin under the other id.
fn twins(manifest: &str) -> LiveState {
    let mut live = applied(manifest, &empty(), TODAY).1;
    let (handle, one) = live.our_key("a");
    assert_eq!(handle.as_str(), "k-a-1");
    let one = one.clone();
    live.keys.insert(Handle::of_id("k-a-2"), one);
    live
}

fn seen(mut live: LiveState, delivered: Delivered) -> LiveState {
    live.deliveries.insert(PLACE.parse().unwrap(), delivered);
    live
}

fn active(live: &LiveState) -> Vec<u32> {
    let active = live
        .keys
        .values()
        .filter(|key| key.liveness == Liveness::Active);
    let mut active: Vec<u32> = active
        .filter_map(|key| Some(key.marker.as_ref()?.generation))
        .collect();
    active.sort_unstable();
    active
}

#[test]
fn of_twins_that_no_store_can_hold_the_older_stays() {
    let live = twins("[key.a]").edit("k-a-2", |key| {
        key.created = Some("2026-11-24".parse().unwrap());
    });
    let found = attempted("[key.a]", &live, TODAY);
    assert!(complaints(&found)[0].starts_with("AK411 "));
    let (plan, live) = applied("[key.a]", &live, TODAY);
    assert_eq!(said(&plan), ["disable key a"]);
    assert_eq!(
        live.keys[&Handle::of_id("k-a-1")].liveness,
        Liveness::Active
    );
}

/// The store's note names the generation: it may hold the value of either.
#[test]
fn twins_of_a_delivered_key_are_both_replaced_and_work_until_then() {
    for manifest in [DELIVERED, IN_GITHUB] {
        let live = twins(manifest);
        let found = attempted(manifest, &live, TODAY);
        assert_eq!(
            complaints(&found),
            ["AK411 key `a` exists twice: k-a-1 and k-a-2"]
        );
        let (plan, live) = applied(manifest, &live, TODAY);
        let expected = [
            "create key a#2",
            "deliver key a#2",
            "update key a",
            "update key a",
        ];
        assert_eq!(said(&plan), expected);
        assert!(plan.guards.is_empty(), "nobody is turned away");
        // Neither gets its last day before the new value has arrived.
        for change in &plan.changes[2..] {
            let crate::plan::Step::UpdateKey { turn, .. } = &change.step else {
                panic!("{change:?}");
            };
            assert_eq!(*turn, Turn::AfterDelivery);
        }
        assert_eq!(active(&live), [1, 1, 2]);
        let (_, live) = applied(manifest, &live, "2026-11-30");
        assert_eq!(active(&live), [2]);
        let (_, live) = applied(manifest, &live, "2026-12-14");
        assert_eq!(live.our_key("a").1.marker.as_ref().unwrap().generation, 2);
    }
}

#[test]
fn an_apply_that_broke_off_while_it_replaced_twins_makes_no_third_value() {
    let live = twins(DELIVERED);
    let whole = planned(DELIVERED, &live, TODAY);
    for done in 1..=whole.changes.len() {
        let half = carry_out(&live, whole.changes.iter().take(done), &whole);
        let (_, healed) = applied(DELIVERED, &half, TODAY);
        assert_eq!(active(&healed), [1, 1, 2], "{done}");
    }
}

#[test]
fn twins_go_on_working_while_their_store_cannot_be_seen() {
    let why = "denied".to_owned();
    let live = seen(twins(DELIVERED), Delivered::Unknown { why });
    let found = attempted(DELIVERED, &live, TODAY);
    assert_eq!(said(&found.plan), ["create key a#2"]);
    let live = after(&live, &found.plan);
    for day in [TODAY, "2027-02-01"] {
        assert!(attempted(DELIVERED, &live, day).plan.is_empty());
    }
    let repaired = seen(live, Delivered::Absent);
    let (plan, live) = applied(DELIVERED, &repaired, "2027-02-01");
    assert_eq!(said(&plan)[0], "deliver key a#2");
    assert_eq!(active(&live), [1, 1, 2]);
}

#[test]
fn twins_of_a_key_that_is_off_stop_and_a_new_value_waits_for_it() {
    let off = format!("{DELIVERED}enabled = false\n");
    let (plan, live) = applied(&off, &twins(DELIVERED), TODAY);
    assert_eq!(plan.count(Action::Retire), 2);
    assert_eq!(active(&live), [0; 0]);
    let (plan, live) = applied(DELIVERED, &live, TODAY);
    assert_eq!(said(&plan), ["enable key a#2", "deliver key a#2"]);
    assert_eq!(active(&live), [2]);
}

#[test]
fn twins_of_a_protected_key_are_replaced_like_any_old_value() {
    let manifest = format!("{DELIVERED}protect = true\n");
    let (_, live) = applied(&manifest, &twins(&manifest), TODAY);
    assert_eq!(active(&live), [1, 1, 2]);
    let (_, live) = applied(&manifest, &live, "2026-11-30");
    assert_eq!(active(&live), [2]);
}

/// Both went with their entry, before anybody had found out which one counts.
#[test]
fn twins_that_come_back_with_their_entry_are_in_doubt_too() {
    let away = "[policy]\nmax-deletes = 9\n[key.other]\n";
    let (_, live) = applied(away, &twins(DELIVERED), TODAY);
    let (plan, live) = applied(DELIVERED, &live, TODAY);
    assert!(said(&plan).contains(&"deliver key a#2".to_owned()));
    assert_eq!(active(&live), [2]);
}

/// It was known which one stays, when no store could hold the other.
#[test]
fn a_twin_that_was_taken_away_before_is_in_nobodys_doubt() {
    let (_, live) = applied("[key.a]", &twins("[key.a]"), TODAY);
    let (plan, live) = applied(DELIVERED, &live, TODAY);
    assert_eq!(said(&plan), ["update key a", "deliver key a"]);
    let going = live.keys.values().filter(|key| {
        let marker = key.marker.as_ref();
        marker.is_some_and(|marker| marker.date(MarkerDate::Removed).is_some())
    });
    assert_eq!(going.count(), 1);
}
