//! One table of all sizes.

use std::fmt::Write as _;

use super::{Measured, Size};

/// Returns the table, as Markdown: the sizes of a command below each other.
pub(in super::super) fn render(sizes: &[Size]) -> String {
    let mut text = "| command | keys | requests | at AWS's rates, at least | it took | without rates | processor | peak memory |\n\
                    |---|---|---|---|---|---|---|---|\n"
        .to_owned();
    let rows = sizes
        .iter()
        .flat_map(|size| size.commands.iter().map(move |row| (size.keys, row)));
    let mut rows: Vec<(usize, &Measured)> = rows.collect();
    let order = |name: &str| {
        let first = sizes.first().map_or(&[][..], |size| &size.commands);
        first.iter().position(|row| row.command == name)
    };
    rows.sort_by_key(|(keys, row)| (order(&row.command), *keys));
    for (keys, row) in rows {
        let least = row
            .at_rates
            .map_or_else(String::new, |_| duration(row.floor_ms));
        let took = row.at_rates.map_or_else(String::new, |at_rates| {
            let took = duration(at_rates.took_ms);
            match at_rates.times {
                1 => took,
                times => format!("{took} ({times} ×)"),
            }
        });
        let cells = [
            format!("`{}`", row.command),
            grouped(keys),
            grouped(row.requests),
            least,
            took,
            format!("{} ms", row.wall_ms),
            format!("{} ms", row.processor_ms),
            format!("{} MB", row.peak_bytes / 1_000_000),
        ];
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

/// Writes a number with commas: `10,000`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes milliseconds as a person says them: `16.5 s`, `1 min 57 s`.
fn duration(ms: u64) -> String {
    if ms < 60_000 {
        return format!("{}.{} s", ms / 1000, ms / 100 % 10);
    }
    let seconds = ms.div_ceil(1000);
    format!("{} min {} s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::super::AtRates;
    use super::*;

    #[test]
    fn sizes_stand_below_each_other_and_a_faster_clock_is_told() {
        let row = |command: &str, requests, took_ms, times| Measured {
            command: command.to_owned(),
            requests,
            floor_ms: took_ms,
            at_rates: (requests > 0).then_some(AtRates {
                took_ms,
                times,
                throttled: 0,
            }),
            wall_ms: 12,
            processor_ms: 8,
            peak_bytes: 25_927_680,
        };
        let size = |keys, requests, times| Size {
            keys,
            commands: vec![
                row("validate", 0, 0, 1),
                row("plan", requests, 117_000, times),
            ],
        };
        let table = render(&[size(100, 104, 1), size(10_000, 1_123, 6)]);
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| `validate` | 100 | 0 |  |  | 12 ms | 8 ms | 25 MB |",
                "| `validate` | 10,000 | 0 |  |  | 12 ms | 8 ms | 25 MB |",
                "| `plan` | 100 | 104 | 1 min 57 s | 1 min 57 s | 12 ms | 8 ms | 25 MB |",
                "| `plan` | 10,000 | 1,123 | 1 min 57 s | 1 min 57 s (6 ×) | 12 ms | 8 ms | 25 MB |",
            ]
        );
    }

    #[test]
    fn numbers_and_times_read_as_a_person_writes_them() {
        assert_eq!(
            [7, 999, 1_000, 1_234_567].map(grouped),
            ["7", "999", "1,000", "1,234,567"]
        );
        assert_eq!(
            [6_390, 60_000, 2_000_001].map(duration),
            ["6.3 s", "1 min 0 s", "33 min 21 s"]
        );
    }
}
