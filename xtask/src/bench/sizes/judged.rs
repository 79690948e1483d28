//! What is promised about every size.

use std::collections::BTreeMap;

use super::super::table::{Promise, Table};
use super::super::{count, megabytes};
use super::{Measured, Size, fleet};

/// All usage plans, who is on each, REST APIs, and whose account it is: what a refresh asks for
/// beside pages of keys.
const REFRESH_BESIDE_KEYS: usize = fleet::USAGE_PLANS + 3;
/// Requests that make the largest size, beside the refresh.
const MOST_TO_CREATE: usize = 200;
/// Memory of a plan of the largest size, in megabytes.
const MOST_MEGABYTES: f64 = 80.0;
/// How much longer than AWS's rates demand a command may take, and seconds beside: its start, and
/// what it works for by itself.
const MOST_OF_FLOOR: f64 = 1.05;
const SECONDS_BESIDE: f64 = 2.0;

/// Judges what holds on every machine: requests and memory at the largest size, and that no command
/// grows faster than the number of keys; and how near AWS's rates the largest size comes.
pub(in super::super) fn judged(sizes: &[Size]) -> Table {
    let mut table = Table::default();
    let (Some(first), Some(last)) = (sizes.first(), sizes.last()) else {
        return table;
    };
    let refresh = REFRESH_BESIDE_KEYS + last.keys.div_ceil(fleet::ROWS);
    let requests = BTreeMap::from([
        ("plan, no change", refresh),
        ("apply, no change", refresh),
        ("apply, create", REFRESH_BESIDE_KEYS + 1 + MOST_TO_CREATE),
    ]);
    let keys = count(last.keys) / count(first.keys);
    for row in &last.commands {
        let command = row.command.as_str();
        if let Some(budget) = requests.get(command) {
            table.judge(
                &format!("{command}: requests for {} keys", last.keys),
                Promise::Firm,
                [count(row.requests), count(*budget)],
                |calls| format!("{calls:.0}"),
            );
        }
        if command == "plan, no change" {
            table.judge(
                &format!("{command}: peak memory of {} keys", last.keys),
                Promise::Firm,
                [megabytes(row.peak_bytes), MOST_MEGABYTES],
                |peak| format!("{peak:.1} MB"),
            );
        }
        if let Some(small) = first.commands.iter().find(|row| row.command == command) {
            table.judge(
                &format!("{command}: processor time, in that of {} keys", first.keys),
                Promise::Firm,
                [milliseconds(row) / milliseconds(small), keys],
                |times| format!("{times:.0} ×"),
            );
        }
        near_the_floor(row, &mut table);
    }
    let rows = sizes.iter().flat_map(|size| &size.commands);
    let throttled = rows.filter_map(|row| row.at_rates).map(|at| at.throttled);
    table.judge(
        "all commands and sizes: requests that came too fast",
        Promise::OnAQuietMachine,
        [count(throttled.sum()), 0.0],
        |requests| format!("{requests:.0}"),
    );
    table
}

fn near_the_floor(row: &Measured, table: &mut Table) {
    let Some(at_rates) = row.at_rates else {
        return;
    };
    let floor = seconds(row.floor_ms);
    let budget = floor * MOST_OF_FLOOR + SECONDS_BESIDE * f64::from(at_rates.times);
    table.judge(
        &format!("{}: time at AWS's rates", row.command),
        Promise::OnAQuietMachine,
        [seconds(at_rates.took_ms), budget],
        |seconds| format!("{seconds:.1} s"),
    );
}

fn seconds(milliseconds: u64) -> f64 {
    u32::try_from(milliseconds).map_or(f64::INFINITY, f64::from) / 1e3
}

/// Returns the processor time, at least 1 ms: a clock is no finer.
fn milliseconds(row: &Measured) -> f64 {
    u32::try_from(row.processor_ms.max(1)).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use super::super::AtRates;
    use super::*;

    fn row(requests: usize, processor_ms: u128, megabytes: u64) -> Measured {
        Measured {
            command: "plan, no change".to_owned(),
            requests,
            floor_ms: 10_000,
            at_rates: None,
            wall_ms: 0,
            processor_ms,
            peak_bytes: megabytes * 1_000_000,
        }
    }

    fn sizes(large: Measured) -> [Size; 2] {
        let size = |keys, row| Size {
            keys,
            commands: vec![row],
        };
        [size(100, row(104, 20, 80)), size(10_000, large)]
    }

    #[test]
    fn requests_memory_and_growth_are_judged() {
        let judge = |requests, processor_ms, megabytes| {
            judged(&sizes(row(requests, processor_ms, megabytes))).keeps_promises()
        };
        assert!(judge(123, 2_000, 80));
        assert!(!judge(124, 2_000, 80), "one request more");
        assert!(!judge(123, 2_001, 80), "grows faster than the keys");
        assert!(!judge(123, 2_000, 81), "more memory");
    }

    #[test]
    fn no_request_is_to_come_too_fast() {
        let judge = |throttled| {
            let at_rates = Some(AtRates {
                took_ms: 10_000,
                times: 1,
                throttled,
            });
            let table = judged(&sizes(Measured {
                at_rates,
                ..row(123, 2_000, 80)
            }));
            !table.render().contains("missed here")
        };
        assert!(judge(0));
        assert!(!judge(1));
    }

    #[test]
    fn a_command_is_to_come_near_what_the_rates_allow() {
        let judge = |took_ms, times| {
            let at_rates = Some(AtRates {
                took_ms,
                times,
                throttled: 0,
            });
            let table = judged(&sizes(Measured {
                at_rates,
                ..row(123, 2_000, 80)
            }));
            assert!(table.keeps_promises(), "a busy machine breaks no promise");
            !table.render().contains("missed here")
        };
        assert!(judge(12_500, 1));
        assert!(!judge(12_600, 1));
        assert!(judge(12_600, 2), "our own time counts twice on that clock");
    }
}
