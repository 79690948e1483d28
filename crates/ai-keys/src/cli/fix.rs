//! `ai-keys validate --fix`: makes the repairs that are certain, and says which.

use std::fmt::Write as _;
use std::path::Path;

use ai_keys_core::date::Date;
use ai_keys_core::fix::{Applied, Fixed, apply_fixes};

use super::manifest_file::{ManifestFile, rewrite_whole};
use super::{Run, RunError};
use crate::output::untrusted;

/// More than a person reads: the file itself shows the rest.
const MOST_SAID: usize = 100;

/// Repairs a manifest, in the file and in `file`.
pub(super) fn run(
    path: &Path,
    file: &mut ManifestFile,
    day: Date,
    run: &Run,
) -> Result<(), RunError> {
    let fixed = apply_fixes(&file.text, Some(day));
    // A file in which nothing was certain keeps its time of change.
    if fixed.text != file.text {
        rewrite_whole(path, &fixed.text).map_err(|source| RunError::Write {
            path: file.path.clone(),
            source,
        })?;
    }
    run.output.print(&said(&file.path, &fixed));
    file.text = fixed.text;
    Ok(())
}

fn said(path: &str, fixed: &Fixed) -> String {
    let plural = |number: usize| if number == 1 { "" } else { "s" };
    let mut text = String::new();
    let made = fixed.applied.len();
    // Writing to a String cannot fail.
    let _ = match made {
        0 => writeln!(text, "{path}: no repair is certain: nothing was changed"),
        _ => writeln!(text, "{path}: {made} repair{}", plural(made)),
    };
    for applied in fixed.applied.iter().take(MOST_SAID) {
        let _ = writeln!(text, "  {}", line_of(applied));
    }
    if made > MOST_SAID {
        let _ = writeln!(text, "  ... and {} more", made - MOST_SAID);
    }
    if fixed.refused > 0 {
        let _ = writeln!(
            text,
            "  {} more would break something else, and {} not made",
            fixed.refused,
            if fixed.refused == 1 { "was" } else { "were" }
        );
    }
    text.push('\n');
    text
}

fn line_of(applied: &Applied) -> String {
    let Applied { code, line, .. } = applied;
    let (before, after) = (untrusted(&applied.before), untrusted(&applied.after));
    let what = match (applied.before.is_empty(), applied.after.is_empty()) {
        (true, _) => format!("added {after}"),
        (_, true) => format!("removed {before}"),
        _ => format!("{before} → {after}"),
    };
    format!("{} line {line}: {what}", code.id)
}
