//! Faults 1 and 3: an account whose budget others use too.

use ai_keys_sandbox::{Act, FaultRule, JournalEntry, Turn};

use crate::bulk::with_keys;
use crate::support::{MANIFEST, World};

fn throttled(operation: &str, retry_after: Option<&str>, turn: Turn) -> FaultRule {
    FaultRule::on(operation, Act::Throttle(retry_after.map(str::to_owned))).turn(turn)
}

#[test]
fn a_wait_of_an_hour_is_begun_by_no_call() {
    let world = World::new(MANIFEST);
    let hour = Act::Throttle(Some("3600".to_owned()));
    world.faults(vec![FaultRule::on("CreateApiKey", hour)]);
    let ran = world.apply().ended(4).says("is throttled");
    ran.says("CreateApiKey");
    world.settles();
}

#[test]
fn a_call_is_not_sent_again_before_its_time() {
    let world = World::new(MANIFEST);
    world.faults(vec![throttled(
        "CreateUsagePlanKey",
        Some("2"),
        Turn::Nth(1),
    )]);
    world.apply().ended(0).shows("applied 5 of 5");
    let journal = world.sandbox.journal();
    let mut sent = journal
        .iter()
        .filter(|entry| entry.operation.as_deref() == Some("CreateUsagePlanKey"))
        .map(|entry| entry.at_ms);
    let (first, second) = (sent.next().unwrap(), sent.next().unwrap());
    assert!(second - first >= 2000, "{} ms", second - first);
    world.settles();
}

/// Seven of ten calls are refused, reads and writes, and no request comes again before its time.
#[test]
fn a_storm_of_refusals_is_waited_out() {
    let world = World::new(MANIFEST);
    let storm = FaultRule::everywhere(Act::Throttle(Some("1".to_owned())));
    world.faults(vec![storm.turn(Turn::Percent(70))]);
    world.apply().ended(0).shows("applied 5 of 5");
    let journal = world.sandbox.journal();
    let refused = journal.iter().filter(|entry| entry.injected);
    assert!(refused.clone().count() >= 15, "it was a storm");
    for early in refused {
        let soon = early.at_ms..early.at_ms + 1000;
        let again = journal.iter().find(|entry| {
            entry.body_mark == early.body_mark
                && (&entry.operation, &entry.path) == (&early.operation, &early.path)
                && entry.at_ms > early.at_ms
                && soon.contains(&entry.at_ms)
        });
        assert!(again.is_none(), "{again:?} comes before its time");
    }
    world.settles();
}

#[test]
fn a_refusal_without_a_time_or_with_a_silly_one_is_waited_out_too() {
    let world = World::new(MANIFEST);
    world.faults(vec![
        throttled("GetApiKeys", None, Turn::Nth(1)),
        throttled("GetUsagePlans", Some("soon"), Turn::Nth(1)),
        throttled("CreateUsagePlan", Some("-1"), Turn::Nth(1)),
        throttled(
            "CreateApiKey",
            Some("Sun, 06 Nov 1994 08:49:37 GMT"),
            Turn::Nth(1),
        ),
    ]);
    world.apply().ended(0).shows("applied 5 of 5");
    world.settles();
}

/// AWS's rates hold by the sandbox's clock, and whoever uses it keeps up: what takes seven seconds
/// there takes a sixtieth here.
#[test]
fn a_sandbox_whose_clock_runs_faster_is_kept_up_with() {
    let world = World::hurried(&with_keys(38, "tags = { team = \"b\" }"), 60);
    let ran = world.apply().ended(0).shows("applied 81 of 81");
    ran.says("running 60 times as fast");
    let journal = world.sandbox.journal();
    let made = |entry: &&JournalEntry| entry.operation.as_deref() == Some("CreateApiKey");
    let times: Vec<i64> = journal
        .iter()
        .filter(made)
        .map(|entry| entry.at_ms)
        .collect();
    let (first, last) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    // Four at once, and then five a second.
    let span = last - first;
    assert!((7_000..120_000).contains(&span), "{span} ms on its clock");
}
