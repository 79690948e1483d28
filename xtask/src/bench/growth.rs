//! The growth from 100 to 10,000 keys: its data and its drawing, kept in `docs`.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Result, ensure};

use super::sizes::{Measured, Size};
use crate::workspace;

/// What is drawn: a command, and its colour.
const CURVES: [(&str, &str); 4] = [
    ("validate", "#2a9d8f"),
    ("plan, no change", "#264653"),
    ("apply, create", "#e76f51"),
    ("disable --all", "#8a5cd0"),
];
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 70.0;
const BOTTOM: f64 = 310.0;
const TOP: f64 = 30.0;
const RIGHT: f64 = 470.0;
/// The powers of ten at the ends of both axes: keys, and milliseconds.
const KEYS: (f64, f64) = (2.0, 4.0);
const TIME: (f64, f64) = (0.0, 4.0);

/// Writes `docs/growth.json` and `docs/growth.svg`.
pub(super) fn write(sizes: &[Size]) -> Result<()> {
    let docs = workspace::root().join("docs");
    let data = serde_json::to_string_pretty(sizes)?;
    fs::write(docs.join("growth.json"), format!("{data}\n"))?;
    fs::write(docs.join("growth.svg"), draw(sizes))?;
    Ok(())
}

/// Compares the requests of a size with those that are kept.
///
/// # Errors
/// Which command makes more or less of them.
pub(super) fn compare(size: &Size) -> Result<()> {
    let kept = read()?;
    let kept = kept.iter().filter(|kept| kept.keys == size.keys);
    let kept: Vec<&Measured> = kept.flat_map(|kept| &kept.commands).collect();
    for row in &size.commands {
        let before = kept.iter().find(|kept| kept.command == row.command);
        let before = before.map(|before| before.requests);
        ensure!(
            before == Some(row.requests),
            "{} at {} keys makes {} requests, and docs/growth.json says {}: cargo xtask bench --sizes",
            row.command,
            size.keys,
            row.requests,
            before.map_or_else(|| "nothing".to_owned(), |before| before.to_string())
        );
    }
    Ok(())
}

/// Returns what the last run left in `docs`.
fn read() -> Result<Vec<Size>> {
    let path = workspace::root().join("docs/growth.json");
    Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
}

/// Draws processor time over keys, both by powers of ten: a straight line that rises no steeper
/// than the dashed one is linear or better.
fn draw(sizes: &[Size]) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>Processor time of a command over the number of keys</title>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n"
    );
    for power in 2..=4 {
        let (x, keys) = (x(10_f64.powi(power)), 10_u32.pow(power.unsigned_abs()));
        line(&mut svg, [x, TOP, x, BOTTOM], "#dddddd", "");
        let y = BOTTOM + 18.0;
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{keys} keys</text>"
        );
    }
    for power in 0..=4 {
        let (y, time) = (y(10_f64.powi(power)), 10_u32.pow(power.unsigned_abs()));
        line(&mut svg, [LEFT, y, RIGHT, y], "#dddddd", "");
        let (x, y) = (LEFT - 8.0, y + 4.0);
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{y:.1}\" text-anchor=\"end\">{time} ms</text>"
        );
    }
    let linear = [x(100.0), y(10.0), x(10_000.0), y(1_000.0)];
    line(&mut svg, linear, "#999999", " stroke-dasharray=\"4 4\"");
    for (number, (command, colour)) in CURVES.iter().enumerate() {
        let points = sizes.iter().filter_map(|size| {
            let row = size.commands.iter().find(|row| row.command == *command)?;
            let at = |number: u128| u32::try_from(number).map_or(f64::MAX, f64::from);
            let (keys, time) = (at(size.keys as u128), at(row.processor_ms.max(1)));
            Some(format!("{:.1},{:.1}", x(keys), y(time)))
        });
        let points: Vec<String> = points.collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            points.join(" ")
        );
        let y = TOP + 20.0 * f64::from(u32::try_from(number).unwrap_or_default()) + 10.0;
        let x = RIGHT + 15.0;
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{y}\" fill=\"{colour}\">{command}</text>"
        );
    }
    let (x, y) = (RIGHT + 15.0, TOP + 100.0);
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" fill=\"#777777\">dashed: linear</text>\n</svg>"
    );
    svg
}

fn line(svg: &mut String, [x1, y1, x2, y2]: [f64; 4], colour: &str, more: &str) {
    let _ = writeln!(
        svg,
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{colour}\"{more}/>"
    );
}

fn x(keys: f64) -> f64 {
    LEFT + (keys.log10() - KEYS.0) / (KEYS.1 - KEYS.0) * (RIGHT - LEFT)
}

fn y(milliseconds: f64) -> f64 {
    BOTTOM - (milliseconds.log10() - TIME.0) / (TIME.1 - TIME.0) * (BOTTOM - TOP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::sizes::render;

    /// A figure that is not what a run left behind is one that nobody can repeat.
    #[test]
    fn the_table_on_the_page_is_that_of_the_data() {
        let page = workspace::root().join("docs/performance.md");
        let page = fs::read_to_string(page).unwrap();
        let table = render(&read().unwrap());
        assert!(page.contains(&table), "put this on the page:\n{table}");
    }

    #[test]
    fn the_drawing_is_that_of_the_data() {
        let drawn = workspace::root().join("docs/growth.svg");
        let drawn = fs::read_to_string(drawn).unwrap();
        assert!(drawn == draw(&read().unwrap()), "cargo xtask bench --sizes");
    }
}
