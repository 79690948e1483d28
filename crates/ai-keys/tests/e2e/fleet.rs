//! Many targets in one run: at once, and told in their order.

use std::fmt::Write as _;

use ai_keys_sandbox::{Act, FaultRule, JournalEntry, Scope, Turn};

use crate::support::{ACCOUNT, World};

const REGIONS: usize = 20;

/// Returns a region that looks like one: its number has two digits at most.
fn region(number: usize) -> String {
    let letter = ["a", "b", "c"][number / 100];
    format!("x{letter}-north-{}", number % 100)
}

/// A manifest with a key in so many targets, in a region each.
fn targets(count: usize) -> String {
    let mut text = "version = 1\nnamespace = \"acme-ai\"\n".to_owned();
    for number in 0..count {
        let _ = write!(
            text,
            "\n[target.r-{number:02}]\nprovider = \"aws-api-gateway\"\n\
             region = \"{}\"\naccount = \"{ACCOUNT}\"\n",
            region(number)
        );
    }
    text.push_str("\n[usage-plan.standard]\nstages = [\"chat-api/prod\"]\n");
    text.push_str("\n[key.alpha]\nusage-plans = [\"standard\"]\n");
    text
}

fn world() -> World {
    let world = World::new(&targets(REGIONS));
    for number in 0..REGIONS {
        let scope = Scope::new(ACCOUNT, &region(number));
        world.sandbox.ensure_stage(&scope, "chat-api", "prod");
    }
    world
}

#[test]
fn a_region_that_throttles_does_not_hold_up_the_others() {
    let world = world();
    let wait = FaultRule::on("GetApiKeys", Act::Throttle(Some("5".to_owned())));
    world.faults(vec![wait.turn(Turn::Nth(1))]);
    world.plan(&[]).ended(0);
    let journal = world.sandbox.journal();
    let refused = journal.iter().find(|entry| entry.injected).unwrap();
    let last = |of: &dyn Fn(&&JournalEntry) -> bool| {
        let times = journal.iter().filter(of).map(|entry| entry.at_ms);
        times.max().unwrap()
    };
    let waited = last(&|entry| entry.region == refused.region);
    assert!(waited >= refused.at_ms + 5000);
    assert!(last(&|entry| entry.region != refused.region) < waited);
}

#[test]
fn the_order_of_the_answers_does_not_show() {
    let world = world();
    let expected = world.plan(&[]).ended(0);
    assert_eq!(expected.out.matches("to create").count(), REGIONS);
    for (turn, delay) in [(Turn::Every(3), 300), (Turn::First(7), 700)] {
        let late = FaultRule::everywhere(Act::Delay);
        world.faults(vec![late.turn(turn).delay_ms(delay)]);
        let ran = world.plan(&[]).ended(0);
        assert_eq!((&ran.out, &ran.err), (&expected.out, &expected.err));
    }
}

#[test]
fn more_jobs_than_github_makes_of_a_matrix_are_an_error() {
    let matrix = |count| World::new(&targets(count)).run(&["plan", "--format", "matrix"]);
    matrix(256).ended(0).shows("xc-north-55");
    matrix(257)
        .ended(2)
        .says_in_one_line("at most 256 jobs of a matrix, and these are 257");
}
