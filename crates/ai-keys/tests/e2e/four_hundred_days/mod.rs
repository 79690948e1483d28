//! Four hundred days of a few keys, in process: on the sandbox's clock, its data plane and its
//! secret stores, with nights that are missed, clocks that jump, answers that are lost, stores that
//! fail all night, runs that are killed and repeated, and people who edit the file.

mod chance;
mod edits;
mod holds;
mod night;

use std::collections::BTreeSet;

use ai_keys_core::date::{Date, Days};

use crate::support::TODAY;
use chance::{Dice, FAULTED, faults};
use edits::Edits;
use night::{Account400, Night};

const HEAD: &str = r#"version = 1
namespace = "acme-ai"

[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"

[defaults.key]
usage-plans = ["standard"]

[usage-plan.standard]
throttle = { rate = 1000, burst = 2000 }
stages = ["chat-api/prod"]
"#;

/// Names and tables of the keys.
const ALPHA: (&str, &str) = (
    "alpha",
    r#"description = "First"
rotate = { every = "90d", overlap = "7d" }
deliver = [{ to = "secrets-manager", name = "ai/{target}/{key}" }]
"#,
);
const BETA: (&str, &str) = (
    "beta",
    r#"description = "Second"
rotate = { every = "30d", overlap = "3d" }
deliver = [
  { to = "ssm", name = "/ai/{key}" },
  { to = "secrets-manager", name = "ai/{key}" },
]
"#,
);
const GAMMA: (&str, &str) = (
    "gamma",
    r#"description = "Third"
rotate = { every = "45d", overlap = "10d" }
deliver = [{ to = "github-secret", repository = "acme/chat", name = "GAMMA" }]
"#,
);
const DELTA: (&str, &str) = (
    "delta",
    r#"description = "Fourth, never rotated"
deliver = [{ to = "ssm", name = "/ai/{key}" }]
"#,
);
const ALL: [(&str, &str); 4] = [ALPHA, BETA, GAMMA, DELTA];

/// How far a host's clock is off at most: behind, and ahead.
const BEHIND: u64 = 5;
const AHEAD: u64 = 5;

/// Lives through some days, and returns the operations that a fault was seen at.
async fn live(edits: Edits, seed: u64, days: u32) -> BTreeSet<String> {
    let mut edits = edits;
    let mut account = Account400::new(&edits.text());
    let mut dice = Dice(seed);
    let start: Date = TODAY.parse().unwrap();
    let mut converged = 0;
    for number in 0..days {
        let true_day = start.plus(Days(number));
        for name in edits.of_a_day(&mut dice, true_day) {
            account.edit(&edits.text(), name);
        }
        account.begins(true_day);
        if dice.below(5) == 0 {
            continue;
        }
        if dice.below(3) == 0 {
            account.fails(faults(&mut dice, &account.hits));
        }
        let is_killed = dice.below(4) == 0;
        let night = Night {
            today: clock(&mut dice, true_day),
            killed_after: if is_killed {
                usize::try_from(dice.below(4)).unwrap()
            } else {
                usize::MAX
            },
        };
        let runs = if dice.below(6) == 0 { 2 } else { 1 };
        for _ in 0..runs {
            let is_done = Box::pin(account.run(night)).await;
            account.holds(true_day, night.today);
            if is_done {
                converged += 1;
                account.has_converged(night.today);
            }
        }
    }
    assert!(converged > days / 4, "only {converged} whole runs");
    account.rotated_as_often_as_its_periods(days, edits.are_made());
    account.hits
}

/// Returns what the host's clock says: mostly the truth.
fn clock(dice: &mut Dice, true_day: Date) -> Date {
    let days = |number: u64| u32::try_from(number).unwrap();
    match dice.below(12) {
        0 => true_day.days_before(days(dice.below(BEHIND + 1))).unwrap(),
        1 => true_day.plus(Days(days(dice.below(AHEAD + 1)))),
        _ => true_day,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_that_nobody_edits() {
    Box::pin(live(Edits::none(&[ALPHA]), 0x9e37_79b9_7f4a_7c15, 400)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_keys_that_are_switched_off_expire_leave_and_come_back() {
    let hits = Box::pin(live(Edits::some(&ALL), 0x2545_f491_4f6c_dd1d, 400)).await;
    // A fault at a call that nobody makes tests nothing.
    for operation in FAULTED {
        assert!(hits.contains(operation), "no fault was seen at {operation}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_keys_of_other_years() {
    for seed in [0xd1b5_4a32_d192_ed03, 0x9fb2_1c65_1e98_df25] {
        Box::pin(live(Edits::some(&ALL), seed, 60)).await;
    }
}
