//! Faults 18 and 19: what was made is not shown yet, and lists that change while they are read.

use std::time::Duration;

use ai_keys_sandbox::{Act, FaultRule, Options, SeedKey, Turn};

use crate::support::{MANIFEST, TODAY, World, finish, scope};

fn lagging(seconds: u64) -> World {
    let delay = Duration::from_secs(seconds);
    let options = Options {
        list_delay: delay,
        get_delay: delay,
        ..Options::default()
    };
    World::with(MANIFEST.split("\n[key.beta]").next().unwrap(), options)
}

#[test]
fn a_new_key_that_no_list_shows_yet_is_looked_for_and_not_made_again() {
    let world = lagging(3);
    world.faults(vec![
        FaultRule::on("CreateApiKey", Act::CloseAfter).turn(Turn::Nth(1)),
    ]);
    world.apply().ended(0).shows("applied 3 of 3");
    let calls = world.take_calls();
    let lists = calls.iter().filter(|name| *name == "GetApiKeys").count();
    assert!((3..=7).contains(&lists), "the looks have an end: {lists}");
    assert_eq!(world.keys().len(), 1);
    world.settles();
}

/// The gap that is left: the second run comes before the list shows what the first one made.
#[test]
fn a_twin_that_a_lagging_list_made_is_said_and_healed() {
    let world = lagging(3600);
    world.apply().ended(0);
    world.apply().ended(0);
    assert_eq!(world.keys().len(), 2, "nobody could know");
    world
        .sandbox
        .clock()
        .advance(Duration::from_secs(3601))
        .unwrap();
    world.plan(&[]).ended(0).says("AK411");
    world.apply_acknowledged(TODAY).ended(0);
    let working = world.keys().into_iter().filter(|key| key.enabled);
    assert_eq!(working.count(), 1, "of two of one day, either stays");
    world.apply_acknowledged("2027-01-31").ended(0);
    assert_eq!(world.keys().len(), 1);
    world.settles();
}

/// The store holds the value of the second key, and its note could mean either: keeping the older
/// key, as of one that nobody delivers, would leave a dead value there for ever.
#[test]
fn a_twin_of_a_delivered_key_leaves_no_dead_value_in_its_store() {
    let delay = Duration::from_hours(36);
    let options = Options {
        list_delay: delay,
        get_delay: delay,
        ..Options::default()
    };
    let (one, _) = MANIFEST.split_once("\n[key.beta]").unwrap();
    let delivered = format!("{one}\ndeliver = [{{ to = \"ssm\", name = \"/ai/alpha\" }}]\n");
    let world = World::at_hand_with(&delivered, options);
    world.faults(vec![FaultRule::on("PutParameter", Act::CloseBefore)]);
    world.apply().ended(4);
    world.faults(Vec::new());
    let day = Duration::from_hours(24);
    world.sandbox.clock().advance(day).unwrap();
    world.apply_on("2026-11-24").ended(0);
    assert_eq!(world.keys().len(), 2, "nobody could know");
    world.sandbox.clock().advance(2 * day).unwrap();
    let plan = world.run(&["plan", "--today", "2026-11-26"]).ended(0);
    plan.says("AK411")
        .says("nobody knows which of the two was delivered");
    world.apply_on("2026-11-26").ended(0);
    world.sandbox.clock().advance(2 * day).unwrap();
    world.settles_on("2026-11-28", 90);
    let [parameter] = &world.sandbox.parameters(&scope())[..] else {
        panic!("one place");
    };
    assert_eq!(world.answers(&parameter.value), 200);
    // Whoever has a value of before has the overlap to fetch the new one.
    let working = || world.keys().into_iter().filter(|key| key.enabled).count();
    assert_eq!(working(), 3);
    world.apply_on("2026-12-03").ended(0);
    assert_eq!(working(), 1);
    assert_eq!(world.answers(&parameter.value), 200);
}

#[test]
fn a_list_that_changes_between_its_pages_takes_none_of_ours_for_missing() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let theirs = |from: usize, to: usize| -> Vec<String> {
        let keys: Vec<SeedKey> = (from..to)
            .map(|number| SeedKey {
                name: format!("theirs-{number}"),
                description: String::new(),
                enabled: true,
                value: None,
                usage_plans: Vec::new(),
            })
            .collect();
        world.sandbox.seed(&scope(), &[], &keys).unwrap()
    };
    let ids = theirs(0, 1_100);
    world.take_calls();
    let later = FaultRule::on("GetApiKeys", Act::Delay).turn(Turn::After(1));
    world.faults(vec![later.delay_ms(500)]);
    let run = world.start(&["plan", "--today", TODAY]);
    while !world
        .sandbox
        .journal()
        .iter()
        .any(|entry| entry.operation.as_deref() == Some("GetApiKeys"))
    {
        std::thread::sleep(Duration::from_millis(2));
    }
    // The newest are listed first: these were on the first page, and on the next.
    for id in ids.iter().rev().step_by(100) {
        world.behind("DELETE", &format!("/apikeys/{id}"));
    }
    theirs(2_000, 2_040);
    world.seen(run.end()).ended(0).shows("no changes");
    world.settles();
}

/// Another process of this machine reads while one writes: neither stops the other.
#[test]
fn a_plan_during_an_apply_shows_what_is_left() {
    let world = World::new(MANIFEST);
    world.faults(vec![
        FaultRule::on("CreateUsagePlanKey", Act::Delay).delay_ms(400),
    ]);
    let run = world.start(&["apply", "--yes", "--today", TODAY]);
    while world.keys().len() < 2 {
        std::thread::sleep(Duration::from_millis(2));
    }
    let plan = finish(&mut world.command(&["plan", "--today", TODAY])).ended(0);
    assert!(!plan.out.contains("+ create"), "{}", plan.out);
    world.seen(plan);
    world.seen(run.end()).ended(0);
    world.settles();
}
