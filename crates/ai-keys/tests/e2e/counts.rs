//! The figures of the README and of `docs/guarantees.md`. Each is the sum of what the tests count: the
//! rows of the tables are checked by the tests that they are about. `UPDATE=1` rewrites the figures.

use std::path::Path;

use crate::scenarios::SCENARIOS;

const START: &str = "<!-- figures: written by the tests -->\n";
const END: &str = "<!-- end of figures -->\n";

/// Files whose every test is an input that somebody may send with bad intent, or by mistake.
const HOSTILE: [&str; 4] = [
    include_str!("bad_input.rs"),
    include_str!("bad_access.rs"),
    include_str!("hostile.rs"),
    include_str!("odd_answers.rs"),
];

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name);
    std::fs::read_to_string(path).unwrap()
}

/// Sums a column of the table that begins with a header, but for the row of sums.
fn sum(page: &str, header: &str, column: usize) -> usize {
    let (_, table) = page.split_once(header).unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with("| "));
    let rows = rows.filter(|row| !row.contains("**"));
    let cell = |row: &str| row.split('|').nth(column).unwrap().trim().parse::<usize>();
    rows.map(|row| cell(row).unwrap()).sum()
}

fn figures() -> String {
    let page = read("docs/guarantees.md");
    let points = sum(&page, "| story | requests | points |", 3);
    let schedules = sum(&page, "| what all of them do | appliers | schedules |", 3);
    let scenarios = SCENARIOS.len();
    let tests: usize = SCENARIOS.iter().map(|scenario| scenario.tests.len()).sum();
    let worlds = crate::random::SEEDS;
    let hostile: usize = HOSTILE
        .iter()
        .map(|source| source.matches("#[test]").count())
        .sum();
    format!(
        "**{points}** crash points, **{schedules}** orders of two and three applies at once, **{scenarios}** faults in \
         {tests} tests,\n**{worlds}** random worlds with random faults, **{hostile}** kinds of hostile input: nothing lost, \
         no key made twice, no\nvalue shown.\n"
    )
}

#[test]
fn the_readme_and_the_guarantees_say_what_was_counted() {
    let figures = figures();
    for name in ["README.md", "docs/guarantees.md"] {
        let page = read(name);
        let (before, rest) = page.split_once(START).unwrap();
        let (shown, after) = rest.split_once(END).unwrap();
        if std::env::var_os("UPDATE").is_some() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../..")
                .join(name);
            std::fs::write(path, format!("{before}{START}{figures}{END}{after}")).unwrap();
        } else {
            assert!(
                shown == figures,
                "{name}: run UPDATE=1 cargo test -p ai-keys --test e2e counts"
            );
        }
    }
}
