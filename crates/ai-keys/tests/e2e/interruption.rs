//! Faults 10 and 11: the run is cancelled, or killed.

use std::time::{Duration, Instant};

use ai_keys_sandbox::{Act, FaultRule, Turn};

use crate::support::{MANIFEST, TODAY, World};

/// Starts an apply whose calls of one operation take long, and waits for the
/// change before it to be carried out.
fn applying(world: &World, operation: &str, delay_ms: u64) -> crate::support::Running {
    let slow = FaultRule::on(operation, Act::Delay).delay_ms(delay_ms);
    world.faults(vec![slow]);
    let run = world.start(&["apply", "--yes", "--today", TODAY]);
    let patience = Instant::now() + Duration::from_secs(30);
    while world
        .sandbox
        .usage_plans(&crate::support::scope())
        .is_empty()
    {
        assert!(Instant::now() < patience, "the first change is carried out");
        std::thread::sleep(Duration::from_millis(2));
    }
    run
}

/// A signal: the calls in flight are finished, the rest is left, within 5 s.
fn stops(name: &str) {
    let world = World::new(MANIFEST);
    let run = applying(&world, "CreateApiKey", 700);
    std::thread::sleep(Duration::from_millis(100));
    let asked = Instant::now();
    run.signal(name);
    let ran = world.seen(run.end());
    assert!(asked.elapsed() < Duration::from_secs(5));
    ran.ended(130)
        .shows("applied 3 of 5 to prod")
        .says("stopping: finishing the calls in flight")
        .says("2 change(s) were not tried");
    assert_eq!(world.keys().len(), 2, "what was in flight is finished");
    world.settles();
}

#[test]
fn an_interrupted_apply_ends_soon_and_the_next_one_finishes_it() {
    stops("INT");
}

#[test]
fn a_cancelled_apply_ends_soon_and_the_next_one_finishes_it() {
    stops("TERM");
}

#[test]
fn a_call_that_never_answers_does_not_hold_up_the_end() {
    let world = World::new(MANIFEST);
    world.faults(vec![FaultRule::on("CreateApiKey", Act::HangAfter)]);
    let run = world.start(&["apply", "--yes", "--today", TODAY]);
    let patience = Instant::now() + Duration::from_secs(30);
    while world.keys().len() < 2 {
        assert!(Instant::now() < patience);
        std::thread::sleep(Duration::from_millis(2));
    }
    let asked = Instant::now();
    run.signal("INT");
    world.seen(run.end()).ended(130);
    assert!(asked.elapsed() < Duration::from_secs(5));
    world.settles();
    assert_eq!(
        world.keys().len(),
        2,
        "both were made, and are found by their markers"
    );
}

#[test]
fn a_plan_is_interrupted_too() {
    let world = World::new(MANIFEST);
    world.faults(vec![FaultRule::on("GetApiKeys", Act::HangBefore)]);
    let run = world.start(&["plan", "--today", TODAY]);
    let patience = Instant::now() + Duration::from_secs(30);
    while world.sandbox.journal().len() < 3 {
        assert!(Instant::now() < patience);
        std::thread::sleep(Duration::from_millis(2));
    }
    run.signal("INT");
    world.seen(run.end()).ended(130);
}

#[test]
fn a_second_signal_ends_at_once() {
    let world = World::new(MANIFEST);
    world.faults(vec![FaultRule::on("CreateApiKey", Act::HangBefore)]);
    let run = applying_as_it_is(&world);
    let asked = Instant::now();
    run.signal("INT");
    std::thread::sleep(Duration::from_millis(300));
    run.signal("INT");
    world.seen(run.end()).ended(130);
    assert!(asked.elapsed() < Duration::from_secs(2));
    world.settles();
}

fn applying_as_it_is(world: &World) -> crate::support::Running {
    let run = world.start(&["apply", "--yes", "--today", TODAY]);
    let patience = Instant::now() + Duration::from_secs(30);
    while world
        .sandbox
        .usage_plans(&crate::support::scope())
        .is_empty()
    {
        assert!(Instant::now() < patience);
        std::thread::sleep(Duration::from_millis(2));
    }
    run
}

/// Killed before each of its changes is answered, and once after all.
#[test]
fn a_killed_apply_is_finished_by_the_next_one() {
    let steps = [
        ("CreateUsagePlan", Turn::Nth(1), 1),
        ("CreateApiKey", Turn::Nth(1), 3),
        ("CreateApiKey", Turn::Nth(2), 3),
        ("CreateUsagePlanKey", Turn::Nth(1), 4),
        ("CreateUsagePlanKey", Turn::Nth(2), 5),
    ];
    for (operation, turn, _) in steps {
        let world = World::new(MANIFEST);
        world.faults(vec![FaultRule::on(operation, Act::HangAfter).turn(turn)]);
        let run = world.start(&["apply", "--yes", "--today", TODAY]);
        let patience = Instant::now() + Duration::from_secs(30);
        let is_hanging = || {
            let journal = world.sandbox.journal();
            journal
                .iter()
                .any(|entry| entry.injected && entry.status.is_none())
        };
        while !is_hanging() {
            assert!(Instant::now() < patience, "{operation}");
            std::thread::sleep(Duration::from_millis(2));
        }
        run.signal("KILL");
        world.seen(run.end()).ended(-1);
        world.settles();
        assert_eq!(world.keys().len(), 2, "no orphan after {operation}");
        assert_eq!(world.sandbox.usage_plans(&crate::support::scope()).len(), 1);
    }
}
