//! Dates: expiry, removal with its grace, older values, protection.

use crate::plan::testing::{TODAY, after, applied, attempted, complaints, empty, planned, said};
use crate::plan::{Action, Plan, Risk};
use crate::state::{Handle, LiveState, Liveness};

const KEY: &str = "[key.a]\nowner = \"team-a\"\n[key.other]\nowner = \"team-a\"\n";
const WITHOUT: &str = "[key.other]\nowner = \"team-a\"\n";

fn made() -> LiveState {
    applied(KEY, &empty(), TODAY).1
}

fn removed() -> LiveState {
    applied(WITHOUT, &made(), TODAY).1
}

fn due(plan: &Plan) -> Vec<String> {
    let words = plan.upcoming.iter();
    words
        .map(|u| format!("{} {} {}", u.date, u.action.name(), u.subject))
        .collect()
}

#[test]
fn a_key_works_until_the_day_before_it_expires() {
    let manifest = "[key.a]\nexpires = 2027-06-30";
    let (_, live) = applied(manifest, &empty(), TODAY);
    assert!(planned(manifest, &live, "2027-06-29").is_empty());
    let plan = planned(manifest, &live, "2027-06-30");
    assert_eq!(said(&plan), ["disable key a"]);
    assert_eq!(
        plan.changes[0].reason.as_deref(),
        Some("expired 2027-06-30")
    );
    assert_eq!(plan.changes[0].risk, Risk::Blocks);
    let extended = "[key.a]\nexpires = 2028-06-30";
    let (plan, _) = applied(extended, &after(&live, &plan), "2027-07-01");
    assert_eq!(said(&plan), ["enable key a"]);
}

#[test]
fn a_protected_key_outlives_its_date() {
    let manifest = "[key.a]\nexpires = 2027-06-30\nprotect = true";
    let (_, live) = applied(manifest, &empty(), TODAY);
    assert!(planned(manifest, &live, "2028-01-01").is_empty());
}

#[test]
fn a_protected_key_that_left_the_file_stops_the_plan() {
    let live = applied("[key.a]\nprotect = true", &empty(), TODAY).1;
    let found = attempted("", &live, TODAY);
    assert_eq!(
        complaints(&found),
        ["AK408 key `a` is protected, but it is no longer in the file"]
    );
    assert!(found.plan.is_empty());
    let live = applied("[key.a]", &live, TODAY).1;
    assert_eq!(said(&planned("", &live, TODAY)), ["disable key a"]);
}

#[test]
fn a_removed_key_is_disabled_then_kept_for_the_grace_then_deleted() {
    let plan = planned(WITHOUT, &made(), TODAY);
    assert_eq!(said(&plan), ["disable key a"]);
    let reason = "removed from the file; deleted after 2026-12-07 unless it comes back";
    assert_eq!(plan.changes[0].reason.as_deref(), Some(reason));
    let live = removed();
    let marker = live.our_key("a").1.marker.as_ref().unwrap();
    assert!(
        marker.to_string().ends_with("removed=2026-11-23]"),
        "{marker}"
    );

    let quiet = planned(WITHOUT, &live, "2026-12-06");
    assert!(quiet.is_empty());
    assert_eq!(due(&quiet), ["2026-12-07 delete key a"]);

    let (last, gone) = applied(WITHOUT, &live, "2026-12-07");
    assert_eq!(said(&last), ["delete key a"]);
    assert_eq!(
        last.changes[0].reason.as_deref(),
        Some("removed from the file on 2026-11-23, and the grace of 14d is over")
    );
    assert_eq!(
        (last.changes[0].risk, last.guards.len()),
        (Risk::Destroys, 0)
    );
    assert_eq!(gone.keys.len(), 1);
    // A night that was missed is caught up by the next.
    assert_eq!(
        said(&planned(WITHOUT, &live, "2027-03-01")),
        ["delete key a"]
    );
}

#[test]
fn a_key_that_comes_back_inside_the_grace_has_its_old_value() {
    let (plan, live) = applied(KEY, &removed(), "2026-12-01");
    assert_eq!(said(&plan), ["enable key a"]);
    assert_eq!(
        plan.changes[0].reason.as_deref(),
        Some("back in the file inside the grace: the value is unchanged")
    );
    assert_eq!(live, made());
}

#[test]
fn a_removed_key_that_somebody_enabled_is_disabled_again_for_a_whole_grace() {
    let live = removed();
    let id = live.our_key("a").0.as_str().to_owned();
    let live = live.edit(&id, |key| key.liveness = Liveness::Active);
    // Even after the first grace: whoever enabled it is using it.
    let (plan, live) = applied(WITHOUT, &live, "2026-12-20");
    assert_eq!(said(&plan), ["disable key a"]);
    assert_eq!(
        due(&planned(WITHOUT, &live, "2026-12-21")),
        ["2027-01-03 delete key a"]
    );
}

#[test]
fn without_a_grace_a_removed_key_is_deleted_at_once() {
    let policy = "[policy]\nremoval-grace = \"0d\"\n";
    let (plan, _) = applied(&format!("{policy}{WITHOUT}"), &made(), TODAY);
    assert_eq!(said(&plan), ["delete key a"]);
    assert_eq!(
        plan.changes[0].reason.as_deref(),
        Some("removed from the file")
    );
}

#[test]
fn a_key_that_did_not_work_anyway_still_has_its_grace() {
    let live = applied(
        &KEY.replacen('\n', "\nenabled = false\n", 1),
        &empty(),
        TODAY,
    )
    .1;
    let (plan, live) = applied(WITHOUT, &live, TODAY);
    assert_eq!(said(&plan), ["disable key a"]);
    assert_eq!(
        (plan.changes[0].risk, plan.changes[0].fields.len()),
        (Risk::None, 0)
    );
    assert_eq!(
        due(&planned(WITHOUT, &live, TODAY)),
        ["2026-12-07 delete key a"]
    );
}

#[test]
fn a_key_that_was_deleted_by_hand_is_made_again_with_a_new_value() {
    let mut live = made();
    let handle = live.our_key("a").0.clone();
    live.keys.remove(&handle);
    assert_eq!(said(&applied(KEY, &live, TODAY).0), ["create key a"]);
}

/// Two values of one key, the older one with these words in its marker.
fn two_values(words: &str) -> LiveState {
    empty()
        .key("k1", "a", &format!("[ai-keys: acme/a#1{words}]"))
        .key("k2", "a", "[ai-keys: acme/a#2]")
}

#[test]
fn an_older_value_works_for_the_overlap_then_ends_like_a_removed_key() {
    let (plan, live) = applied("[key.a]", &two_values(""), TODAY);
    assert_eq!(said(&plan), ["update key a"]);
    let quiet = planned("[key.a]", &live, "2026-11-29");
    assert!(quiet.is_empty());
    assert_eq!(due(&quiet), ["2026-11-30 retire key a"]);

    let (plan, live) = applied("[key.a]", &live, "2026-11-30");
    assert_eq!(
        (said(&plan), plan.count(Action::Retire)),
        (vec!["retire key a".to_owned()], 1)
    );
    assert!(plan.guards.is_empty(), "a rotation needs nobody's word");
    assert_eq!(live.keys[&Handle::of_id("k1")].liveness, Liveness::Disabled);

    let (plan, live) = applied("[key.a]", &live, "2026-12-14");
    assert_eq!(said(&plan), ["delete key a"]);
    assert_eq!(live.our_key("a").0.as_str(), "k2");
}

#[test]
fn without_a_grace_an_older_value_is_deleted_when_its_overlap_ends() {
    let manifest = "[policy]\nremoval-grace = \"0d\"\n[key.a]";
    let live = two_values(" retiring=2026-11-23");
    assert_eq!(said(&applied(manifest, &live, TODAY).0), ["delete key a"]);
}

#[test]
fn the_newest_value_takes_the_protection_over_from_the_older() {
    let manifest = "[key.a]\nprotect = true";
    let live = two_values(" protect=yes retiring=2026-11-01");
    let (plan, live) = applied(manifest, &live, TODAY);
    assert_eq!(plan.count(Action::Update), 2);
    let is_protected = |id: &str| {
        let marker = live.keys[&Handle::of_id(id)].marker.as_ref();
        marker.unwrap().is_protected()
    };
    assert_eq!((is_protected("k1"), is_protected("k2")), (false, true));
    let (plan, live) = applied(manifest, &live, "2026-11-30");
    assert_eq!(plan.count(Action::Retire), 1);
    assert_eq!(
        said(&applied(manifest, &live, "2026-12-30").0),
        ["delete key a"]
    );
}

#[test]
fn all_values_of_a_removed_key_end_together_and_only_the_newest_comes_back() {
    let live = two_values(" retiring=2026-12-24");
    let ack_free = "[policy]\nmax-deletes = 9\n";
    let plan = planned(ack_free, &live, TODAY);
    assert_eq!(plan.count(Action::Disable), 2);
    let (plan, live) = applied("[key.a]", &after(&live, &plan), "2026-12-01");
    assert_eq!(plan.count(Action::Enable), 1);
    assert_eq!(live.keys[&Handle::of_id("k1")].liveness, Liveness::Disabled);
    assert_eq!(live.keys[&Handle::of_id("k2")].liveness, Liveness::Active);
}
