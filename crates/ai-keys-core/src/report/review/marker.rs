//! The first line of a comment of ours: what it shows, for the next run that wants to replace it.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

const OPEN: &str = "<!-- ai-keys ";
const CLOSE: &str = " -->";
const VERSION: u32 = 1;

/// What a comment or an issue of ours shows, as JSON in an HTML comment at its
/// first byte.
///
/// Everybody with write access can edit it. So it says which text may be
/// replaced, and never what may be applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommentMarker {
    /// What carries it.
    #[serde(rename = "k")]
    pub kind: MarkerKind,
    /// The version of this form.
    #[serde(rename = "v")]
    pub(super) version: u32,
    /// One comment for each scope: a target and a hash of manifest path,
    /// account and region.
    pub scope: String,
    /// The number of the pull request; 0 for an issue.
    #[serde(rename = "pr")]
    pub pull_request: u64,
    /// The commit that was planned.
    pub head: String,
    /// Names what the manifest asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Digest>,
    /// Names the live state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<Digest>,
    /// Names the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Digest>,
    /// The id of the workflow run that wrote it.
    pub run: u64,
    /// Which attempt of that run.
    pub attempt: u32,
    /// How often it was written.
    #[serde(rename = "gen")]
    pub generation: u64,
    /// Whether it tells of a plan that was applied: a later plan gets a new
    /// comment, so that history is kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

/// What carries a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkerKind {
    /// The comment on a pull request.
    Plan,
    /// The issue on drift.
    Drift,
}

impl CommentMarker {
    /// Returns the marker of a text that this version writes.
    #[must_use]
    pub fn new(kind: MarkerKind, scope: &str) -> Self {
        Self {
            kind,
            version: VERSION,
            scope: scope.to_owned(),
            pull_request: 0,
            head: String::new(),
            inputs: None,
            live: None,
            plan: None,
            run: 0,
            attempt: 1,
            generation: 1,
            closed: false,
        }
    }

    /// Reads the marker of a body; `None` if it does not start with one of
    /// ours, or with one of another version.
    #[must_use]
    pub fn parse(body: &str) -> Option<Self> {
        // GitHub's editor ends lines with CRLF.
        let line = body.lines().next()?;
        let json = line.strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
        let marker: Self = serde_json::from_str(json).ok()?;
        (marker.version == VERSION).then_some(marker)
    }

    /// Writes the marker's line, without its end.
    #[must_use]
    pub fn render(&self) -> String {
        // Our own type: string keys, whole numbers. These three characters
        // stand in its strings only; without them no text ends the comment.
        let json = serde_json::to_string(self).unwrap_or_default();
        let json = json
            .replace('-', "\\u002d")
            .replace('<', "\\u003c")
            .replace('>', "\\u003e");
        [OPEN, &json, CLOSE].concat()
    }

    /// Returns whether a run wrote after the one of this marker, or is the
    /// same. A run that did not must not replace the text.
    #[must_use]
    pub fn may_be_replaced_by(&self, run: u64, attempt: u32) -> bool {
        (run, attempt) >= (self.run, self.attempt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker() -> CommentMarker {
        CommentMarker {
            pull_request: 42,
            head: "3f9c2e1".to_owned(),
            plan: Some(Digest::of_bytes(b"")),
            run: 18_273_645,
            generation: 7,
            ..CommentMarker::new(MarkerKind::Plan, "prod-->\n<x/a1b2c3")
        }
    }

    #[test]
    fn a_marker_survives_its_line_and_cannot_end_it() {
        let line = marker().render();
        assert_eq!(line.matches("-->").count(), 1, "{line}");
        assert!(!line.contains('\n'));
        for end in ["", "\n### more", "\r\nmore"] {
            assert_eq!(
                CommentMarker::parse(&format!("{line}{end}")),
                Some(marker())
            );
        }
    }

    #[test]
    fn only_our_own_first_line_is_a_marker() {
        let line = marker().render();
        for body in [
            String::new(),
            format!(" {line}"),
            format!("\u{feff}{line}"),
            format!("> {line}"),
            format!("text\n{line}"),
            line.replace("\"v\":1", "\"v\":2"),
            line.replace("\"k\":\"plan\"", "\"k\":\"other\""),
            line.replace("\"v\":1", "\"v\":1,\"x\":1"),
            line.replace(CLOSE, ""),
            "<!-- ai-keys {} -->".to_owned(),
        ] {
            assert_eq!(CommentMarker::parse(&body), None, "{body}");
        }
    }

    #[test]
    fn an_older_run_replaces_nothing() {
        let marker = marker();
        assert!(marker.may_be_replaced_by(marker.run, 1));
        assert!(marker.may_be_replaced_by(marker.run, 2));
        assert!(marker.may_be_replaced_by(marker.run + 1, 1));
        assert!(!marker.may_be_replaced_by(marker.run - 1, 9));
    }
}
