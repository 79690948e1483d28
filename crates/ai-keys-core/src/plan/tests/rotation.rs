//! Rotation by dates: one new value for each period, delivered before the old one ends.

use crate::date::Date;
use crate::plan::testing::{
    TODAY, after, applied, attempted, carry_out, complaints, day, empty, framed, planned, said,
};
use crate::plan::{Action, GuardReason, Plan, plan};
use crate::source::Source;
use crate::state::{Delivered, LiveState, Liveness, RotateNow};

const KEY: &str = "[key.a]\nrotate = { every = \"30d\", overlap = \"7d\" }\n\
    deliver = [{ to = \"ssm\", name = \"/a\" }]\n";
const PLACE: &str = "ssm:eu-west-1:123456789012:/a";

fn made() -> LiveState {
    applied(KEY, &empty(), TODAY).1
}

fn due(plan: &Plan) -> Vec<String> {
    let words = plan.upcoming.iter();
    words
        .map(|u| format!("{} {} {}", u.date, u.action.name(), u.subject))
        .collect()
}

fn seen(live: LiveState, delivered: Delivered) -> LiveState {
    let mut live = live;
    live.deliveries.insert(PLACE.parse().unwrap(), delivered);
    live
}

/// Returns the liveness of each value of the key by generation.
fn values(live: &LiveState) -> Vec<(u32, Liveness)> {
    let mut values: Vec<_> = live
        .keys
        .values()
        .filter_map(|key| Some((key.marker.as_ref()?.generation, key.liveness)))
        .collect();
    values.sort_unstable();
    values
}

/// Plans with a person's word for a new value.
fn asked(fragment: &str, live: &LiveState, how: RotateNow) -> crate::plan::Planned {
    let text = framed(fragment);
    let mut desired = crate::plan::testing::desired(&text).unwrap();
    desired.rotate_now.insert("a".to_owned(), how);
    plan(&desired, live, day(TODAY), &Source::new(&text))
}

#[test]
fn a_rotation_is_made_on_its_day_delivered_and_ends_after_its_overlap() {
    let live = made();
    let quiet = planned(KEY, &live, "2026-12-22");
    assert!(quiet.is_empty());
    assert_eq!(due(&quiet), ["2026-12-23 create key a#2"]);

    let (plan, live) = applied(KEY, &live, "2026-12-23");
    assert_eq!(
        said(&plan),
        ["create key a#2", "deliver key a#2", "update key a"]
    );
    assert_eq!(
        plan.changes[0].reason.as_deref(),
        Some("rotation: generation 1 is of 2026-11-23, and 30d old")
    );
    assert_eq!(
        plan.changes[2].reason.as_deref(),
        Some("generation 2 took over; this one works until 2026-12-30")
    );
    assert_eq!(
        values(&live),
        [(1, Liveness::Active), (2, Liveness::Active)]
    );

    let (plan, live) = applied(KEY, &live, "2026-12-30");
    assert_eq!(said(&plan), ["retire key a"]);
    let (plan, live) = applied(KEY, &live, "2027-01-13");
    assert_eq!(said(&plan), ["delete key a"]);
    assert_eq!(values(&live), [(2, Liveness::Active)]);
    assert_eq!(
        due(&planned(KEY, &live, "2027-01-14")),
        ["2027-01-22 create key a#3"]
    );
}

#[test]
fn missed_nights_are_caught_up_by_one_rotation() {
    let (plan, live) = applied(KEY, &made(), "2027-11-23");
    assert_eq!(plan.count(Action::Create), 1);
    assert!(planned(KEY, &live, "2027-11-24").is_empty());
}

#[test]
fn a_clock_that_jumps_back_rotates_nothing() {
    let (_, live) = applied(KEY, &made(), "2026-12-23");
    for today in ["2026-12-22", "2026-11-01", "2020-01-01"] {
        assert_eq!(
            planned(KEY, &live, today).count(Action::Create),
            0,
            "{today}"
        );
    }
}

#[test]
fn a_clock_that_was_ahead_rotates_once_and_does_not_stop_rotations() {
    let ahead = planned(KEY, &made(), "2036-01-01");
    let mut live = after(&made(), &ahead);
    // The cloud's own date is right.
    let created: Date = day("2026-12-01");
    for key in live.keys.values_mut() {
        key.created = key.created.min(Some(created));
    }
    assert_eq!(planned(KEY, &live, "2036-01-02").count(Action::Create), 0);
    // The old value's last day is brought back into sight.
    let (plan, live) = applied(KEY, &live, "2026-12-02");
    assert_eq!(said(&plan), ["update key a"]);
    assert_eq!(
        due(&planned(KEY, &live, "2026-12-02"))[0],
        "2026-12-09 retire key a"
    );
    let (_, live) = applied(KEY, &live, "2026-12-10");
    assert_eq!(planned(KEY, &live, "2026-12-30").count(Action::Create), 0);
    assert_eq!(planned(KEY, &live, "2026-12-31").count(Action::Create), 1);
}

#[test]
fn a_key_whose_age_nobody_knows_is_counted_from_today() {
    let live = empty().key("k1", "a", "[ai-keys: acme/a#1]");
    let manifest = "[key.a]\nrotate = { every = \"30d\" }";
    let (plan, live) = applied(manifest, &live, TODAY);
    assert_eq!(said(&plan), ["update key a"]);
    assert_eq!(
        planned(manifest, &live, "2026-12-22").count(Action::Create),
        0
    );
    assert_eq!(
        planned(manifest, &live, "2026-12-23").count(Action::Create),
        1
    );
}

#[test]
fn a_crash_between_any_two_steps_is_finished_by_the_next_run_without_a_third_value() {
    let live = made();
    let whole = planned(KEY, &live, "2026-12-23");
    for done in 0..=whole.changes.len() {
        let half = carry_out(&live, whole.changes.iter().take(done), &whole);
        // The same night again, and the next one.
        for today in ["2026-12-23", "2026-12-24"] {
            let (_, whole) = applied(KEY, &half, today);
            let expected = [(1, Liveness::Active), (2, Liveness::Active)];
            assert_eq!(values(&whole), expected, "{done} {today}");
        }
    }
}

#[test]
fn the_old_value_works_until_the_new_one_is_delivered_however_late_that_is() {
    let live = made();
    let plan = planned(KEY, &live, "2026-12-23");
    // The new key was made; its delivery failed, so the old one got no last day.
    let half = carry_out(&live, plan.changes.iter().take(1), &plan);
    let blocked = seen(
        half.clone(),
        Delivered::Unknown {
            why: "denied".to_owned(),
        },
    );
    let nights = ["2026-12-24", "2027-02-01", "2027-06-01"];
    for today in nights {
        let found = attempted(KEY, &blocked, today);
        assert!(found.plan.is_empty(), "{:?}", said(&found.plan));
        assert!(complaints(&found)[0].starts_with("AK416 "));
    }
    let (plan, live) = applied(KEY, &half, "2027-06-01");
    assert_eq!(said(&plan), ["deliver key a#2", "update key a"]);
    // The overlap begins with the delivery; only then comes the next rotation,
    // which is late by now.
    let waits = planned(KEY, &live, "2027-06-01");
    assert_eq!(
        due(&waits),
        ["2027-06-01 create key a#3", "2027-06-08 retire key a"]
    );
    let (plan, _) = applied(KEY, &live, "2027-06-08");
    assert_eq!(
        (plan.count(Action::Create), plan.count(Action::Retire)),
        (1, 1)
    );
}

#[test]
fn a_rotation_waits_while_the_current_value_is_not_everywhere() {
    for delivered in [
        Delivered::Deleted { until: None },
        Delivered::Unknown { why: String::new() },
        Delivered::Absent,
    ] {
        let plan = attempted(KEY, &seen(made(), delivered), "2027-01-01").plan;
        assert_eq!(plan.count(Action::Create), 0);
        let waits =
            "the rotation that is due since 2026-12-23 waits until generation 1 is delivered";
        assert_eq!(plan.upcoming[0].reason, waits);
    }
}

#[test]
fn a_new_value_takes_the_place_of_one_that_was_deleted_after_its_delivery() {
    let mut live = made();
    live.keys.clear();
    let (plan, live) = applied(KEY, &live, TODAY);
    // Not generation 1 again, which the store would take for delivered.
    assert_eq!(said(&plan), ["create key a#2", "deliver key a#2"]);
    let (_, mut live) = applied(KEY, &live, "2026-12-30");
    let newest = live.keys.iter().find(|(_, key)| {
        key.marker
            .as_ref()
            .is_some_and(|marker| marker.generation == 3)
    });
    let newest = newest.map(|(handle, _)| handle.clone());
    if let Some(newest) = newest {
        live.keys.remove(&newest);
        let plan = planned(KEY, &live, "2026-12-31");
        assert_eq!(said(&plan)[..2], ["create key a#4", "deliver key a#4"]);
    }
}

#[test]
fn what_two_values_mean_for_a_quota_is_said() {
    let manifest = "usage-plan.s.quota = { limit = 100, per = \"day\" }\n\
        usage-plan.s.stages = [\"chat-api/prod\"]\n\
        [key.a]\nusage-plans = [\"s\"]\nrotate = { every = \"30d\" }\n";
    let (_, live) = applied(manifest, &empty(), TODAY);
    let (plan, live) = applied(manifest, &live, "2026-12-23");
    let reason = plan.changes[0].reason.as_deref().unwrap();
    let quota = "until 2026-12-30 old and new value may each make 100 requests per day";
    assert!(reason.ends_with(quota), "{reason}");
    // Both values are on the usage plan.
    let usage_plan = live.usage_plans.values().next().unwrap();
    assert_eq!(usage_plan.keys.len(), 2);
}

#[test]
fn a_key_that_does_not_work_is_not_rotated() {
    for more in ["enabled = false\n", "expires = 2026-12-01\n"] {
        let manifest = format!("{KEY}{more}");
        let (_, live) = applied(&manifest, &empty(), TODAY);
        assert_eq!(
            planned(&manifest, &live, "2027-06-01").count(Action::Create),
            0
        );
    }
}

#[test]
fn a_full_account_puts_the_rotation_off() {
    let mut live = made();
    let other = live.keys.values().next().unwrap().clone();
    for number in live.keys.len()..10_000 {
        let mut other = other.clone();
        other.marker = None;
        other.name = format!("other-{number}");
        let handle = crate::state::Handle::of_id(&format!("o{number}"));
        live.keys.insert(handle, other);
    }
    let found = attempted(KEY, &live, "2026-12-23");
    assert!(found.plan.is_empty());
    assert!(complaints(&found)[0].starts_with("AK417 key `a` is due"));
}

#[test]
fn a_person_gets_a_new_value_at_once_and_a_second_wish_after_a_crash_makes_no_third() {
    let live = made();
    let found = asked(KEY, &live, RotateNow::WithOverlap);
    assert!(!found.diagnostics.has_errors());
    assert_eq!(
        said(&found.plan),
        ["create key a#2", "deliver key a#2", "update key a"]
    );
    for done in 1..found.plan.changes.len() {
        let half = carry_out(&live, found.plan.changes.iter().take(done), &found.plan);
        let again = asked(KEY, &half, RotateNow::WithOverlap);
        assert_eq!(again.plan.count(Action::Create), 0, "{done}");
        assert_eq!(values(&after(&half, &again.plan)).len(), 2);
    }
}

#[test]
fn a_new_value_is_refused_while_the_one_before_is_not_delivered() {
    let live = seen(
        made(),
        Delivered::Unknown {
            why: "denied".to_owned(),
        },
    );
    let found = asked(KEY, &live, RotateNow::WithOverlap);
    assert!(complaints(&found).iter().any(|c| c.starts_with("AK418 ")));
    assert!(found.plan.is_empty());
}

#[test]
fn a_leaked_value_stops_before_anything_else_and_never_works_again() {
    let live = made();
    let plan = asked(KEY, &live, RotateNow::Revoking).plan;
    assert_eq!(
        said(&plan),
        ["disable key a", "create key a#2", "deliver key a#2"]
    );
    assert!(plan.guards.is_empty(), "the command is the word for it");
    for done in 1..=plan.changes.len() {
        let half = carry_out(&live, plan.changes.iter().take(done), &plan);
        // An ordinary run finishes it.
        let (_, whole) = applied(KEY, &half, TODAY);
        let expected = [(1, Liveness::Disabled), (2, Liveness::Active)];
        assert_eq!(values(&whole), expected, "{done}");
        let (_, whole) = applied(KEY, &whole, "2026-12-08");
        assert_eq!(values(&whole), [(2, Liveness::Active)]);
    }
}

#[test]
fn revoking_does_not_wait_for_deliveries_and_asks_for_a_protected_key() {
    let manifest = format!("{KEY}protect = true\n");
    let live = applied(&manifest, &empty(), TODAY).1;
    let live = seen(
        live,
        Delivered::Unknown {
            why: "denied".to_owned(),
        },
    );
    let plan = asked(&manifest, &live, RotateNow::Revoking).plan;
    assert_eq!(said(&plan)[..2], ["disable key a", "create key a#2"]);
    let guards: Vec<_> = plan
        .guards
        .iter()
        .map(|g| (g.acknowledge.as_str(), g.reason))
        .collect();
    assert_eq!(guards, [("revoke:a", GuardReason::Protected)]);
}
