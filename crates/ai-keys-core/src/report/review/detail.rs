//! The steps of a plan in order, field by field, as a diff that GitHub colours.

use std::fmt::Write as _;

use super::escape::{longest_run, plain};
use crate::plan::{Action, Change, Plan};
use crate::report::human::{is_attachment, title};

/// The bytes of a fold and a fence around a block, without the backticks.
const AROUND: usize = 160;

/// Writes the steps inside a fold, as many as fit into `room` bytes. Returns
/// the text and how many steps are left out.
pub(super) fn steps(plan: &Plan, room: usize) -> (String, usize) {
    let total = plan.changes.len();
    let mut block = String::new();
    let mut longest = 2;
    let mut shown = 0;
    for change in &plan.changes {
        let before = block.len();
        step(&mut block, shown + 1, change);
        let run = longest_run(block.get(before..).unwrap_or_default());
        if block.len() + 2 * (run.max(longest) + 1) + AROUND > room {
            block.truncate(before);
            break;
        }
        longest = longest.max(run);
        shown += 1;
    }
    if shown == 0 {
        return (String::new(), total);
    }
    let fence = "`".repeat(longest + 1);
    let number = if shown == total {
        format!("{total}, in order")
    } else {
        format!("the first {shown} of {total}, in order")
    };
    let text = format!(
        "\n<details><summary>Exact steps ({number})</summary>\n\n{fence}diff\n{block}{fence}\n\n</details>\n"
    );
    (text, total - shown)
}

/// Writes one step; the sign stands in the first column, where GitHub colours
/// the line by it.
fn step(block: &mut String, number: usize, change: &Change) {
    let sign = match change.action {
        Action::Create | Action::Attach | Action::Deliver => '+',
        Action::Adopt | Action::Update | Action::Enable | Action::Disable | Action::Retire => '!',
        Action::Detach | Action::Delete => '-',
    };
    let title = title(change);
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(
        block,
        "{sign} {number}. {} {}",
        change.action.name(),
        plain(&title)
    );
    let fields = change.fields.iter().filter(|_| !is_attachment(change));
    for field in fields {
        let name = plain(&field.field);
        if let Some(before) = &field.before {
            let _ = writeln!(block, "-      {name}: {}", plain(before));
        }
        if let Some(after) = &field.after {
            let _ = writeln!(block, "+      {name}: {}", plain(after));
        }
    }
    if let Some(reason) = &change.reason {
        let _ = writeln!(block, "#      {}", plain(reason));
    }
}
