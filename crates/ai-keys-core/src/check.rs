//! Text in, manifest and diagnostics out: syntax, shape, then every rule.

use crate::date::Date;
use crate::diagnostic::Diagnostics;
use crate::manifest::parse::keep_clear_of_syntax;
use crate::manifest::{Manifest, parse};
use crate::rule::{self, too_many_combinations::is_checkable};

/// A checked manifest.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The manifest, as far as it could be read.
    pub manifest: Option<Manifest>,
    /// Everything that is wrong with it, in the order of the file.
    pub diagnostics: Diagnostics,
}

impl Checked {
    /// Returns the manifest if it has no errors.
    #[must_use]
    pub fn valid(&self) -> Option<&Manifest> {
        self.manifest
            .as_ref()
            .filter(|_| !self.diagnostics.has_errors())
    }
}

/// Checks the text of a manifest. Without `today`, what depends on the date is
/// not checked.
#[must_use]
pub fn check_text(text: &str, today: Option<Date>) -> Checked {
    let parsed = parse(text);
    let mut diagnostics = parsed.diagnostics;
    if let Some(manifest) = &parsed.manifest {
        let facts = rule::Facts {
            manifest,
            text,
            today,
            unreadable: &parsed.unreadable,
            is_of_aws: manifest.is_of_aws(),
            is_checkable: is_checkable(manifest),
        };
        rule::check_all(&facts, parsed.is_whole, &mut diagnostics);
    }
    if !parsed.is_whole {
        keep_clear_of_syntax(text, &mut diagnostics);
    }
    diagnostics.hide_values();
    diagnostics.sort();
    Checked {
        manifest: parsed.manifest,
        diagnostics,
    }
}
