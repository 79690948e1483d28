//! The usage of a target as a picture that is readable on a light page and on a dark one.
//!
//! The picture brings its own ground and follows the reader's colour scheme, so it looks the same
//! wherever it stands. No script, no address, no font but the reader's own.

use std::fmt::Write as _;

use super::spark::in_columns;
use super::{KeyUsage, TargetUsage};
use crate::limits::grouped;
use crate::manifest::visible;

/// The width of the picture, in pixels.
const WIDTH: usize = 920;
/// The free edge around it.
const EDGE: usize = 24;
/// The height of the chart of all requests.
const CHART: usize = 120;
/// Where that chart begins.
const CHART_TOP: usize = 84;
/// The height of a key's row.
const ROW: usize = 26;
/// The most rows: more make a picture that nobody reads.
const MOST_KEYS: usize = 25;
/// Where the bars of a row begin, and how wide they are together.
const BARS: (usize, usize) = (330, 300);
/// Where the quota's meter begins, and how wide it is.
const METER: (usize, usize) = (760, 90);
/// The longest name that is shown whole.
const LONGEST_NAME: usize = 28;

const STYLE: &str = "\
svg{--ground:#ffffff;--text:#1f2328;--dim:#59636e;--line:#d1d9e0;--bar:#0969da;--near:#9a6700;--full:#d1242f}\
@media(prefers-color-scheme:dark){svg{--ground:#0d1117;--text:#f0f6fc;--dim:#9198a1;--line:#3d444d;--bar:#4493f8;--near:#d29922;--full:#f85149}}\
text{font:13px system-ui,-apple-system,\"Segoe UI\",sans-serif;fill:var(--text)}\
.h{font-size:16px;font-weight:600}.d{fill:var(--dim);font-size:12px}.r{text-anchor:end}\
.g{fill:var(--ground)}.b{fill:var(--bar)}.l{stroke:var(--line)}.m{fill:var(--line)}.near{fill:var(--near)}.full{fill:var(--full)}";

/// Draws all requests by day, and below them the keys with the most.
#[must_use]
pub fn render_usage_svg(target: &TargetUsage) -> String {
    let keys = target.keys.get(..MOST_KEYS).unwrap_or(&target.keys);
    let more = target.keys.len() - keys.len();
    let rows_top = CHART_TOP + CHART + 64;
    let height = rows_top + ROW * keys.len() + if more > 0 { 30 } else { 4 } + EDGE;
    let title = format!("Requests by key: {}", target.target);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"t\">\n\
         <title id=\"t\">{}</title>\n<style>{STYLE}</style>\n\
         <rect class=\"g\" width=\"{WIDTH}\" height=\"{height}\" rx=\"8\"/>\n",
        escaped(&title)
    );
    let requests = target.keys.iter().map(|key| key.requests);
    let requests = grouped(requests.fold(0, u64::saturating_add));
    let place = format!(
        "{} · {} · {} to {} · {requests} requests · the last day is not complete",
        target.account, target.region, target.from, target.to
    );
    text(&mut svg, "h", EDGE, 38, &title);
    text(&mut svg, "d", EDGE, 60, &place);
    chart(&mut svg, target);
    let heads = rows_top - 18;
    text(&mut svg, "d", EDGE, heads, "key");
    text(&mut svg, "d", BARS.0, heads, "by day");
    text(&mut svg, "d r", METER.0 - 24, heads, "requests");
    text(&mut svg, "d", METER.0, heads, "quota used");
    for (number, key) in keys.iter().enumerate() {
        row(&mut svg, key, rows_top + number * ROW);
    }
    if more > 0 {
        let words = format!("{more} more keys have fewer requests");
        text(&mut svg, "d", EDGE, height - EDGE, &words);
    }
    svg.push_str("</svg>\n");
    svg
}

/// All requests, day by day, on one axis.
fn chart(svg: &mut String, target: &TargetUsage) {
    let sums = target.daily_requests();
    let most = sums.iter().copied().max().unwrap_or(0);
    let (left, right, bottom) = (EDGE + 70, WIDTH - EDGE, CHART_TOP + CHART);
    for y in [CHART_TOP, CHART_TOP + CHART / 2, bottom] {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(
            svg,
            "<line class=\"l\" x1=\"{left}\" y1=\"{y}\" x2=\"{right}\" y2=\"{y}\"/>"
        );
    }
    text(svg, "d r", left - 8, CHART_TOP + 4, &grouped(most));
    text(svg, "d r", left - 8, bottom + 4, "0");
    bars(svg, &sums, most, (left, right - left), (CHART_TOP, CHART));
    text(svg, "d", left, bottom + 18, &target.from.to_string());
    text(svg, "d r", right, bottom + 18, &target.to.to_string());
}

fn row(svg: &mut String, key: &KeyUsage, top: usize) {
    let line = top + 14;
    let class = if key.enabled && key.requests > 0 {
        "k"
    } else {
        "d"
    };
    let off = if key.enabled { "" } else { " (off)" };
    let name = format!("{}{off}", shortened(&key.title()));
    text(svg, class, EDGE, line, &name);
    let most = key.daily_requests.iter().copied().max().unwrap_or(0);
    bars(svg, &key.daily_requests, most, BARS, (top, ROW - 8));
    let _ = writeln!(
        svg,
        "<line class=\"l\" x1=\"{}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\"/>",
        BARS.0,
        BARS.0 + BARS.1,
        y = top + ROW - 8
    );
    text(svg, "r", METER.0 - 24, line, &grouped(key.requests));
    let Some(percent) = key.quota_percent() else {
        return text(svg, "d", METER.0, line, "none");
    };
    let class = match percent {
        100.. => "full",
        80.. => "near",
        _ => "b",
    };
    let filled = METER.1 * usize::from(percent.min(100)) / 100;
    let (x, width, y) = (METER.0, METER.1, top + 4);
    let _ = writeln!(
        svg,
        "<rect class=\"m\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"10\" rx=\"3\"/>\
         <rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{filled}\" height=\"10\" rx=\"3\"/>"
    );
    text(svg, "d r", WIDTH - EDGE, line, &format!("{percent} %"));
}

/// Draws days as one path; heights are relative to `most`.
fn bars(
    svg: &mut String,
    days: &[u64],
    most: u64,
    (left, width): (usize, usize),
    (top, height): (usize, usize),
) {
    let days = in_columns(days, width / 3);
    let mut path = String::new();
    for (number, day) in days.iter().copied().enumerate() {
        if day == 0 {
            continue;
        }
        let from = left + number * width / days.len();
        let to = left + (number + 1) * width / days.len();
        let wide = (to - from).saturating_sub(1).max(1);
        let share = u128::from(day) * height as u128 / u128::from(most.max(1));
        let tall = usize::try_from(share).unwrap_or(height).clamp(1, height);
        let y = top + height - tall;
        let _ = write!(path, "M{from} {y}h{wide}v{tall}h-{wide}z");
    }
    if !path.is_empty() {
        let _ = writeln!(svg, "<path class=\"b\" d=\"{path}\"/>");
    }
}

fn text(svg: &mut String, class: &str, x: usize, y: usize, words: &str) {
    let words = escaped(words);
    let _ = writeln!(
        svg,
        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{words}</text>"
    );
}

fn shortened(name: &str) -> String {
    let shown = visible(name);
    match shown.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", shown.get(..end).unwrap_or_default()),
        None => shown.into_owned(),
    }
}

/// Writes text so that it is text in XML, whatever is in it.
fn escaped(text: &str) -> String {
    let mut written = String::new();
    for c in visible(text).chars() {
        match c {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&#39;"),
            c => written.push(c),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_element() {
        assert_eq!(
            escaped("</text><script>&\"'\u{202e}"),
            "&lt;/text&gt;&lt;script&gt;&amp;&quot;&#39;\\u{202e}"
        );
    }
}
