//! What GitHub shows: annotations, the comment on a pull request, the job summary, the issue on drift.
//!
//! Pure text out of plain data, for the runner and for JavaScript. Whatever a
//! manifest or a cloud wrote is untrusted: it stands in code spans, fences and
//! escaped commands that it cannot leave ([`escape`]), and what GitHub limits in
//! size is cut between whole rows, the most harmless first ([`budget`]).

mod annotation;
mod budget;
mod comment;
mod counts;
mod detail;
mod drift;
pub(super) mod escape;
mod keep;
mod marker;
pub(super) mod mermaid;
mod page;
mod row;
mod state;
mod summary;

pub(super) use annotation::commands;
pub use annotation::{Annotation, Place, annotations, diagnostic_annotations, plan_annotations};
pub(super) use comment::document;
pub use comment::{BESIDE_ANOTHER, CommentMeta, LONGEST_COMMENT, comment};
pub use counts::{ChangeCounts, counts};
pub use drift::{Issue, drift_issue};
pub use marker::{CommentMarker, MarkerKind};
pub use state::{Failure, Refusal, State};
pub use summary::{LONGEST_SUMMARY, summary};

use super::{Life, UsagePlanLimits};
use crate::date::Date;
use crate::diagnostic::Diagnostics;
use crate::plan::Plan;
use crate::state::{DesiredState, LiveState};

/// One scope as a reviewer sees it: a manifest, one of its targets, and what an
/// apply would do there or has done.
///
/// Start from [`Review::new`] and set what is known.
#[derive(Clone, Copy, Debug)]
pub struct Review<'a> {
    /// The manifest's path from the root of the repository.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
    /// What is wrong with it, and with the live state beside it.
    pub diagnostics: &'a Diagnostics,
    /// The target's name; `None` where the manifest could not be read so far.
    pub target: Option<&'a str>,
    /// What changes; `None` if the diagnostics have errors. After a merge, the
    /// plan that was reviewed.
    pub plan: Option<&'a Plan>,
    /// Against what it was planned.
    pub live_source: LiveSource,
    /// The live state, which knows the owners of keys that left the manifest.
    pub live: Option<&'a LiveState>,
    /// What the manifest asks for, which knows the owners of its keys.
    pub desired: Option<&'a DesiredState>,
    /// What each usage plan allows, in words.
    pub limits: &'a [UsagePlanLimits],
    /// The lives of its keys, for the time line.
    pub lives: &'a [Life],
    /// How far it has come.
    pub state: State<'a>,
    /// Where more can be read.
    pub links: Links<'a>,
}

impl<'a> Review<'a> {
    /// Returns the review of a manifest of which nothing but its diagnostics is
    /// known.
    #[must_use]
    pub fn new(path: &'a str, text: &'a str, diagnostics: &'a Diagnostics) -> Self {
        Self {
            path,
            text,
            diagnostics,
            target: None,
            plan: None,
            live_source: LiveSource::Nothing,
            live: None,
            desired: None,
            limits: &[],
            lives: &[],
            state: State::Planned,
            links: Links::default(),
        }
    }
}

/// Against what a plan was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveSource {
    /// The account itself.
    Account,
    /// A committed snapshot, because there were no credentials.
    Snapshot {
        /// The day on which it was taken, where it is known.
        taken: Option<Date>,
    },
    /// Neither: everything looks new.
    Nothing,
}

/// Where more can be read. What is `None` is not linked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Links<'a> {
    /// The repository's address: `https://github.com/acme/keys`.
    pub repository: Option<&'a str>,
    /// The id of the workflow run.
    pub run: Option<u64>,
    /// The commit that was planned, 40 hexadecimal digits.
    pub head: Option<&'a str>,
    /// The name of the artifact that holds the plan file.
    pub artifact: Option<&'a str>,
}
