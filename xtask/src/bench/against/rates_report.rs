//! What was measured at AWS's rates: the table, and what is promised of it.

use std::fmt::Write as _;

use super::super::count;
use super::super::table::{Promise, Table};
use super::at_rates::Measured;
use super::peer::Step;
use super::ratio::ratio;

/// The size at which ai-keys is judged beside the others.
const JUDGED: usize = 500;
/// How many times as fast a step is to be as a peer's: on every machine, since AWS's rates are what the
/// peer waits for.
const WALL: [(Step, &str, f64); 5] = [
    (Step::Create, "terraform", 50.0),
    (Step::Plan, "terraform", 50.0),
    (Step::Disable, "terraform", 50.0),
    (Step::Create, "boto3 script", 50.0),
    (Step::Disable, "boto3 script", 50.0),
];
/// How many times fewer requests it is to make.
const REQUESTS: [(Step, &str, f64); 5] = [
    (Step::Create, "terraform", 50.0),
    (Step::Plan, "terraform", 50.0),
    (Step::Disable, "terraform", 50.0),
    (Step::Create, "boto3 script", 50.0),
    (Step::Disable, "boto3 script", 20.0),
];

/// Returns the table, as Markdown: the peers of a step below each other.
pub(super) fn render(measured: &[Measured]) -> String {
    let mut text = "| step | keys | program | requests | in ai-keys' | of them 409 | 429 beside them | at AWS's rates, at least | wall | in ai-keys' | processor |\n\
                    |---|---|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    let mut rows: Vec<&Measured> = measured.iter().collect();
    rows.sort_by_key(|row| (row.step, row.size));
    for row in rows {
        let Some(ours) = find(measured, row.step, row.size, "ai-keys") else {
            continue;
        };
        let cells = [
            row.step.name().to_owned(),
            row.size.to_string(),
            row.peer.to_owned(),
            row.answers.requests().to_string(),
            ratio(requests(row), requests(ours)),
            row.answers.conflicts.to_string(),
            row.answers.throttled.to_string(),
            format!("{:.1} s", row.answers.floor().as_secs_f64()),
            format!("{:.2} s", seconds(row)),
            ratio(seconds(row), seconds(ours)),
            format!("{:.2} s", row.processor.as_secs_f64()),
        ];
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

/// Judges that ai-keys is never throttled, and each step of [`JUDGED`] keys beside those of the peers
/// that were measured.
pub(super) fn judged(measured: &[Measured]) -> Table {
    let mut table = Table::default();
    let ours = measured.iter().filter(|row| row.peer == "ai-keys");
    table.judge(
        "ai-keys: requests that are throttled",
        Promise::Firm,
        [ours.map(|row| count(row.answers.throttled)).sum(), 0.0],
        |requests| format!("{requests:.0}"),
    );
    judge(&mut table, measured, "wall time", &WALL, seconds);
    judge(&mut table, measured, "requests", &REQUESTS, requests);
    table
}

fn judge(
    table: &mut Table,
    measured: &[Measured],
    what: &str,
    promises: &[(Step, &str, f64)],
    figure: impl Fn(&Measured) -> f64,
) {
    for &(step, peer, times) in promises {
        let of = |peer| find(measured, step, JUDGED, peer).map(&figure);
        if let (Some(ours), Some(theirs)) = (of("ai-keys"), of(peer)) {
            table.judge(
                &format!(
                    "{}, {JUDGED} keys: {what}, as a part of {peer}'s",
                    step.name()
                ),
                Promise::Firm,
                [ours / theirs, 1.0 / times],
                |part| format!("1/{:.0}", 1.0 / part),
            );
        }
    }
}

fn find<'a>(measured: &'a [Measured], step: Step, size: usize, peer: &str) -> Option<&'a Measured> {
    measured
        .iter()
        .find(|row| (row.step, row.size, row.peer) == (step, size, peer))
}

fn requests(row: &Measured) -> f64 {
    count(row.answers.requests())
}

fn seconds(row: &Measured) -> f64 {
    row.wall.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::super::super::answers::Answers;
    use super::*;

    fn row(step: Step, peer: &'static str, requests: usize, milliseconds: u64) -> Measured {
        Measured {
            size: JUDGED,
            step,
            peer,
            answers: Answers {
                admitted: BTreeMap::from([("GetApiKey".to_owned(), requests)]),
                conflicts: 0,
                throttled: 0,
            },
            wall: Duration::from_millis(milliseconds),
            processor: Duration::from_secs(1),
        }
    }

    #[test]
    fn each_step_stands_below_the_one_before_beside_ours() {
        let mut theirs = row(Step::Create, "terraform", 2_002, 240_000);
        theirs.answers.conflicts = 30;
        theirs.answers.throttled = 400;
        let table = render(&[
            row(Step::Create, "ai-keys", 10, 200),
            row(Step::Disable, "ai-keys", 11, 400),
            theirs,
            row(Step::Disable, "terraform", 1_501, 160_000),
        ]);
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| create | 500 | ai-keys | 10 | 1 × | 0 | 0 | 0.0 s | 0.20 s | 1 × | 1.00 s |",
                "| create | 500 | terraform | 2002 | 200 × | 30 | 400 | 196.2 s | 240.00 s | 1200 × | 1.00 s |",
                "| disable all | 500 | ai-keys | 11 | 1 × | 0 | 0 | 0.0 s | 0.40 s | 1 × | 1.00 s |",
                "| disable all | 500 | terraform | 1501 | 136 × | 0 | 0 | 146.1 s | 160.00 s | 400 × | 1.00 s |",
            ]
        );
    }

    #[test]
    fn making_five_hundred_keys_is_to_be_fifty_times_as_fast_with_fifty_times_fewer_requests() {
        let judge = |requests, milliseconds| {
            judged(&[
                row(Step::Create, "ai-keys", 10, 1_000),
                row(Step::Create, "terraform", requests, milliseconds),
            ])
            .keeps_promises()
        };
        assert!(judge(500, 50_000));
        assert!(!judge(499, 50_000), "too few requests of theirs");
        assert!(!judge(500, 49_000), "too fast");
    }

    #[test]
    fn what_was_not_measured_is_not_judged() {
        assert!(judged(&[row(Step::Plan, "ai-keys", 5, 100)]).keeps_promises());
        let script = row(Step::Plan, "boto3 script", 3, 100);
        let plan = judged(&[row(Step::Plan, "ai-keys", 5, 100), script]);
        assert!(plan.keeps_promises(), "the script lists too");
    }

    #[test]
    fn ai_keys_is_never_to_be_throttled_and_others_may_be() {
        let throttled = |peer| {
            let mut row = row(Step::Create, peer, 10, 100);
            row.answers.throttled = 1;
            judged(&[row]).keeps_promises()
        };
        assert!(!throttled("ai-keys"));
        assert!(throttled("terraform"));
    }
}
