//! All requests by day as a chart that GitHub draws from text: a picture would have to be on a server.

use std::fmt::Write as _;

use super::TargetUsage;
use super::spark::in_columns;
use crate::date::Days;

/// More bars than this make labels that cover each other.
const MOST_BARS: usize = 31;

/// Seen on a light page and on a dark one; Mermaid's own is nearly white.
const BAR: &str = "#4493f8";

/// Draws a bar for each day, or the mean of several where days are many; empty
/// if there was no request. Nothing in it is a name.
///
/// Source: <https://mermaid.js.org/syntax/xyChart.html>, checked 2026-11-27.
pub(super) fn chart(target: &TargetUsage) -> String {
    let days = target.daily_requests();
    let bars = in_columns(&days, MOST_BARS);
    let most = bars.iter().copied().max().unwrap_or(0);
    if most == 0 {
        return String::new();
    }
    let number = bars.len();
    let first_day = |bar: usize| {
        let day = bar * days.len() / number;
        target
            .from
            .plus(Days(u32::try_from(day).unwrap_or(u32::MAX)))
    };
    // The year is in the line above; a day stands once within any period.
    let labels: Vec<String> = (0..number)
        .map(|bar| {
            let day = first_day(bar).to_string();
            format!("\"{}\"", day.split_once('-').map_or("", |(_, day)| day))
        })
        .collect();
    let heights: Vec<String> = bars.iter().map(u64::to_string).collect();
    let what = if number < days.len() {
        "Requests a day, on average"
    } else {
        "Requests a day"
    };
    let mut text = String::new();
    // Writing to a String cannot fail. Without a range the axis would begin at the lowest bar.
    let _ = write!(
        text,
        "\n```mermaid\n\
         %%{{init: {{\"xyChart\": {{\"width\": 1000, \"height\": 280, \"xAxis\": {{\"labelFontSize\": 9}}}}, \
         \"themeVariables\": {{\"xyChart\": {{\"plotColorPalette\": \"{BAR}\"}}}}}}}}%%\n\
         xychart-beta\n  title \"{what}\"\n  x-axis [{}]\n  y-axis \"requests\" 0 --> {most}\n  bar [{}]\n```\n",
        labels.join(", "),
        heights.join(", ")
    );
    text
}
