//! Deliveries: what is put where, what is left alone, what is said.

use crate::plan::testing::{TODAY, applied, attempted, complaints, empty, fields, planned, said};
use crate::plan::{Action, Step, Wait};
use crate::state::{Delivered, Destination, LiveState};

const KEY: &str =
    "[key.a]\ndeliver = [{ to = \"secrets-manager\", name = \"ai/{target}/{key}\" }]\n";
const PLACE: &str = "secrets-manager:eu-west-1:123456789012:ai/prod/a";

fn place() -> Destination {
    PLACE.parse().unwrap()
}

fn seen(delivered: Delivered) -> LiveState {
    let mut live = applied(KEY, &empty(), TODAY).1;
    live.deliveries.insert(place(), delivered);
    live
}

#[test]
fn a_new_key_is_delivered_once_it_had_time_to_settle() {
    let (plan, live) = applied(KEY, &empty(), TODAY);
    assert_eq!(said(&plan), ["create key a", "deliver key a"]);
    let Step::Deliver {
        destination, wait, ..
    } = &plan.changes[1].step
    else {
        panic!("{:?}", plan.changes[1].step);
    };
    assert_eq!(destination.to_string(), PLACE);
    assert_eq!(wait, &Some(Wait::Seconds { seconds: 15 }));
    let marker = live.our_key("a").1.marker.as_ref().unwrap();
    assert_eq!(marker.destinations().collect::<Vec<_>>(), [PLACE]);
}

/// Plans a new key of a target with an address, and returns what its delivery waits for.
fn waits_for(key: &str) -> Option<Wait> {
    let text = crate::plan::testing::framed(key) + "probe = \"https://api.example.com/health\"\n";
    let desired = crate::plan::testing::desired(&text).unwrap();
    let today = crate::plan::testing::day(TODAY);
    let source = crate::source::Source::new(&text);
    let plan = crate::plan::plan(&desired, &empty(), today, &source).plan;
    match &plan.changes[1].step {
        Step::Deliver { wait, .. } => wait.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_key_is_tried_at_the_address_of_its_target() {
    let probe = "https://api.example.com/health".to_owned();
    assert_eq!(waits_for(KEY), Some(Wait::Answered { probe }));
}

#[test]
fn a_new_key_that_does_not_open_the_address_of_its_target_is_given_time_instead() {
    let text = KEY.replace("[key.a]\n", "[key.a]\nprobe = false\n");
    assert_eq!(waits_for(&text), Some(Wait::Seconds { seconds: 15 }));
    let by_default = format!("{KEY}[defaults.key]\nprobe = false\n");
    assert_eq!(waits_for(&by_default), Some(Wait::Seconds { seconds: 15 }));
}

#[test]
fn a_delivery_that_is_missing_older_or_set_otherwise_is_repeated() {
    let generation = |number, settings: Option<&str>| Delivered::Generation {
        number,
        settings: settings.map(str::to_owned),
    };
    assert!(planned(KEY, &seen(generation(1, None)), TODAY).is_empty());
    let (plan, _) = applied(KEY, &seen(Delivered::Absent), TODAY);
    assert_eq!(said(&plan), ["deliver key a"]);
    let (plan, _) = applied(KEY, &seen(generation(1, Some("0000-0000"))), TODAY);
    assert_eq!(said(&plan), ["deliver key a"]);
    assert_eq!(plan.cost.calls, 2, "one value is read and delivered");

    let two = applied(KEY, &seen(Delivered::Absent), TODAY).1;
    let two = two.edit("k-a-1", |key| key.marker.as_mut().unwrap().generation = 2);
    let mut two = two;
    two.deliveries.insert(place(), generation(1, None));
    let plan = planned(KEY, &two, TODAY);
    assert_eq!(fields(&plan), ["value: generation 1 -> generation 2"]);
}

#[test]
fn what_is_not_ours_is_overwritten_only_if_the_file_says_so() {
    let live = seen(Delivered::Foreign);
    let found = attempted(KEY, &live, TODAY);
    assert_eq!(
        complaints(&found),
        [format!(
            "AK414 key `a` is delivered to `{PLACE}`, where something is that is not its own"
        )]
    );
    let taking = KEY.replace(" }]", ", replace = true }]");
    let (plan, _) = applied(&taking, &live, TODAY);
    assert_eq!(said(&plan), ["deliver key a"]);
    assert_eq!(plan.changes[0].risk.name(), "cannot be undone");
}

#[test]
fn a_secret_that_somebody_deleted_is_not_made_again() {
    let until = crate::plan::testing::day("2026-12-30");
    let found = attempted(KEY, &seen(Delivered::Deleted { until: Some(until) }), TODAY);
    assert!(found.plan.is_empty());
    assert_eq!(
        complaints(&found),
        [format!(
            "AK415 key `a` is delivered to `{PLACE}`, which was deleted, for good on 2026-12-30"
        )]
    );
}

#[test]
fn a_key_that_does_not_work_is_delivered_nowhere() {
    let off = format!("{KEY}enabled = false\n");
    let (plan, live) = applied(&off, &empty(), TODAY);
    assert_eq!(said(&plan), ["create key a"]);
    let (plan, _) = applied(KEY, &live, TODAY);
    assert_eq!(said(&plan), ["enable key a", "deliver key a"]);
}

#[test]
fn what_was_delivered_stays_and_the_plan_says_where() {
    let live = applied(KEY, &empty(), TODAY).1;
    let (plan, _) = applied("[key.a]\n", &live, TODAY);
    assert_eq!(plan.count(Action::Update), 1);
    assert_eq!(fields(&plan), [format!("deliver: {PLACE} -> -")]);
    assert_eq!(
        plan.changes[0].reason,
        Some(format!("what is in {PLACE} stays there"))
    );
    let plan = planned("", &live, TODAY);
    let reason = plan.changes[0].reason.as_deref().unwrap();
    let says = format!("removed from the file, its value stays in {PLACE}; deleted after");
    assert!(reason.starts_with(&says), "{reason}");
}

#[test]
fn an_adopted_key_is_delivered_under_a_generation_of_its_own() {
    let manifest = KEY.replace("[key.a]\n", "[key.a]\nadopt = \"k1\"\n");
    let mut live = empty().key("k1", "a", "made by hand");
    let left = Delivered::Generation {
        number: 1,
        settings: None,
    };
    live.deliveries.insert(place(), left);
    let (plan, _) = applied(&manifest, &live, TODAY);
    assert_eq!(said(&plan), ["adopt key a#2", "deliver key a#2"]);
}

const SECRET: &str =
    "[key.a]\ndeliver = [{ to = \"github-secret\", repository = \"acme/chat\", name = \"KEY\" }]\n";
const REPLACING: &str = "[key.a]\ndeliver = [{ to = \"github-secret\", repository = \"acme/chat\", name = \"KEY\", replace = true }]\n";

/// A key without a delivery, and what is seen where the manifest wants one.
fn undelivered(delivered: Delivered) -> LiveState {
    let mut live = applied("[key.a]\n", &empty(), TODAY).1;
    let place = "github-repository:acme/chat:KEY".parse().unwrap();
    live.deliveries.insert(place, delivered);
    live
}

#[test]
fn a_marker_names_no_secret_that_only_its_date_could_tell_from_ours() {
    let names = |text, seen| {
        let (plan, live) = applied(text, &undelivered(seen), TODAY);
        let marker = live.our_key("a").1.marker.clone().unwrap();
        (said(&plan), marker.destinations().count())
    };
    let both = vec!["update key a", "deliver key a"];
    let owned = |said: &[&str]| said.iter().map(|&one| one.to_owned()).collect::<Vec<_>>();
    assert_eq!(names(SECRET, Delivered::Absent), (owned(&both), 1));
    let why = "no token".to_owned();
    assert_eq!(names(SECRET, Delivered::Unknown { why }), (owned(&[]), 0));
    // Delivered first: were the marker first, a run that broke off between them would look done.
    let after = vec!["deliver key a", "update key a"];
    assert_eq!(names(REPLACING, Delivered::Foreign), (owned(&after), 1));
}
