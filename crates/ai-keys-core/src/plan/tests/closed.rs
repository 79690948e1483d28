//! A key that is off or has expired: none of its values works, wherever its rotation stands.

use crate::plan::testing::{TODAY, after, applied, attempted, carry_out, empty, planned, said};
use crate::plan::{Action, Plan, Risk};
use crate::state::{Delivered, LiveState, Liveness, MarkerDate};

const KEY: &str = "[key.a]\nrotate = { every = \"30d\", overlap = \"7d\" }\n\
    deliver = [{ to = \"ssm\", name = \"/a\" }]\n";
const PLACE: &str = "ssm:eu-west-1:123456789012:/a";
const ROTATED: &str = "2026-12-23";
const NEXT_DAY: &str = "2026-12-24";

/// A key of which two values work, since its rotation was carried out.
fn in_overlap() -> LiveState {
    let live = applied(KEY, &empty(), TODAY).1;
    applied(KEY, &live, ROTATED).1
}

/// The same, but nothing was done after the new value was made.
fn undelivered() -> LiveState {
    let live = applied(KEY, &empty(), TODAY).1;
    let plan = planned(KEY, &live, ROTATED);
    carry_out(&live, plan.changes.iter().take(1), &plan)
}

fn seen(mut live: LiveState, delivered: Delivered) -> LiveState {
    live.deliveries.insert(PLACE.parse().unwrap(), delivered);
    live
}

/// Wherever a rotation can stand.
fn stages() -> [(&'static str, LiveState); 4] {
    let why = "denied".to_owned();
    [
        ("in its overlap", in_overlap()),
        ("not delivered", undelivered()),
        (
            "its secret was deleted",
            seen(undelivered(), Delivered::Deleted { until: None }),
        ),
        (
            "nobody knows what its store holds",
            seen(undelivered(), Delivered::Unknown { why }),
        ),
    ]
}

fn working(live: &LiveState) -> usize {
    let keys = live.keys.values();
    keys.filter(|key| key.liveness == Liveness::Active).count()
}

fn due(plan: &Plan) -> Vec<String> {
    let words = plan.upcoming.iter();
    words
        .map(|u| format!("{} {} {}", u.date, u.action.name(), u.subject))
        .collect()
}

#[test]
fn no_value_of_a_key_that_is_off_or_has_expired_works() {
    for end in ["enabled = false\n", "expires = 2026-12-24\n"] {
        let closed = format!("{KEY}{end}");
        for (stage, live) in stages() {
            assert_eq!(working(&live), 2, "{stage}");
            let found = attempted(&closed, &live, NEXT_DAY);
            assert!(!found.diagnostics.has_errors(), "{stage}");
            let plan = found.plan;
            assert_eq!(
                said(&plan),
                ["retire key a", "disable key a#2"],
                "{stage}, {end}"
            );
            assert!(plan.changes.iter().all(|c| c.risk == Risk::Blocks));
            assert!(plan.guards.is_empty(), "the file is the word for it");
            let live = after(&live, &plan);
            assert_eq!(working(&live), 0, "{stage}");
            // And it stays so.
            let left = attempted(&closed, &live, NEXT_DAY).plan;
            assert!(left.is_empty(), "{stage}: {:?}", said(&left));
        }
    }
}

#[test]
fn a_plan_says_why_an_older_value_ends_with_its_key() {
    let reason = |end: &str| {
        let plan = planned(&format!("{KEY}{end}"), &in_overlap(), NEXT_DAY);
        plan.changes[0].reason.clone().unwrap()
    };
    assert_eq!(
        reason("enabled = false\n"),
        "the key is off; deleted after 2027-01-07 unless it comes back"
    );
    assert_eq!(
        reason("expires = 2026-12-24\n"),
        "expired 2026-12-24; deleted after 2027-01-07 unless it comes back"
    );
}

#[test]
fn of_a_key_that_works_again_only_the_newest_value_does() {
    let closed = format!("{KEY}enabled = false\n");
    for (stage, live) in [stages()[0].clone(), stages()[1].clone()] {
        let (_, live) = applied(&closed, &live, NEXT_DAY);
        let (plan, live) = applied(KEY, &live, NEXT_DAY);
        assert_eq!(said(&plan)[0], "enable key a#2", "{stage}");
        assert_eq!(working(&live), 1, "{stage}");
        let (plan, _) = applied(KEY, &live, "2027-01-07");
        assert_eq!(said(&plan), ["delete key a"], "{stage}");
    }
}

#[test]
fn an_overlap_ends_no_later_than_its_key() {
    let ending = format!("{KEY}expires = 2026-12-26\n");
    let live = applied(KEY, &empty(), TODAY).1;
    let (plan, live) = applied(&ending, &live, ROTATED);
    assert_eq!(
        plan.changes[2].reason.as_deref(),
        Some("generation 2 took over; this one works until 2026-12-26")
    );
    let quiet = planned(&ending, &live, NEXT_DAY);
    assert!(quiet.is_empty());
    assert_eq!(
        due(&quiet),
        ["2026-12-26 disable key a#2", "2026-12-26 retire key a"]
    );
    assert_eq!(quiet.upcoming[1].reason, "the key expires");
    let (plan, _) = applied(&ending, &live, "2026-12-26");
    assert_eq!(said(&plan), ["retire key a", "disable key a#2"]);
}

#[test]
fn a_new_value_that_would_come_after_the_end_is_not_announced() {
    let live = applied(KEY, &empty(), TODAY).1;
    for (expires, announced) in [("2026-12-23", 0), ("2026-12-24", 1)] {
        let ending = format!("{KEY}expires = {expires}\n");
        let plan = planned(&ending, &live, "2026-12-20");
        let creates = plan.upcoming.iter().filter(|u| u.action == Action::Create);
        assert_eq!(creates.count(), announced, "{expires}");
    }
}

#[test]
fn a_protected_key_keeps_both_values_whatever_its_dates_say() {
    let ended = format!("{KEY}protect = true\nexpires = 2026-12-24\n");
    let live = applied(&format!("{KEY}protect = true\n"), &in_overlap(), NEXT_DAY).1;
    assert!(planned(&ended, &live, NEXT_DAY).is_empty());
}

/// The older value is still marked as protected where its successor never
/// arrived: what the file says now counts for both.
#[test]
fn a_protection_that_was_taken_back_keeps_no_older_value_open() {
    let protected = format!("{KEY}protect = true\n");
    let live = applied(&protected, &empty(), TODAY).1;
    let plan = planned(&protected, &live, ROTATED);
    let live = carry_out(&live, plan.changes.iter().take(1), &plan);
    let (_, live) = applied(&format!("{KEY}enabled = false\n"), &live, NEXT_DAY);
    assert_eq!(working(&live), 0);
    let older = live.keys.values().find_map(|key| {
        let marker = key.marker.as_ref()?;
        (marker.generation == 1).then_some(marker)
    });
    let older = older.unwrap();
    assert!(!older.is_protected() && older.date(MarkerDate::Removed).is_some());
}
