//! Gathers every diagnostic of one run, in the order of the file.

use std::borrow::Cow;

use super::{Certainty, Code, Diagnostic, Edit, Help, Label, Severity};
use crate::manifest::{hide_values, value_like_spans};
use crate::rule;
use crate::sorted;
use crate::source::Span;

/// The diagnostics of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Reports a mistake and returns its draft, for labels and help.
    pub fn report<'t>(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<Cow<'t, str>>,
    ) -> Draft<'_> {
        self.push(code, span, message.into())
    }

    // What is generic here only turns its texts into one type: the rest would be
    // compiled into every rule.
    #[inline(never)]
    fn push(&mut self, code: &'static Code, span: Span, message: Cow<'_, str>) -> Draft<'_> {
        Draft(self.list.push_mut(Diagnostic {
            code,
            message: message.into_owned(),
            primary: Label {
                span,
                text: String::new(),
            },
            related: Vec::new(),
            help: None,
        }))
    }

    /// Returns the diagnostics in the order in which they were reported, or of
    /// the file after [`Self::sort`].
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// Returns how many there are of one severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.list
            .iter()
            .filter(|diagnostic| diagnostic.severity() == severity)
            .count()
    }

    /// Returns whether nothing can be planned.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list
            .iter()
            .any(|diagnostic| diagnostic.severity() == Severity::Error)
    }

    /// Returns where the text may hold a key value, by the rules that look for
    /// one. Whoever shows the text leaves these places out.
    pub fn secret_spans(&self) -> impl Iterator<Item = Span> {
        let codes = [
            &rule::bad_adopt_id::AK117,
            &rule::looks_like_a_key_value::AK118,
        ];
        let secret = self
            .list
            .iter()
            .filter(move |found| codes.contains(&found.code));
        secret.map(|found| found.primary.span)
    }

    /// Returns whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Puts the diagnostics in the order of the file and drops repetitions.
    pub fn sort(&mut self) {
        let place = |d: &Diagnostic| (d.primary.span, d.code.id);
        sorted::sort_by(&mut self.list, |a, b| {
            (place(a), &a.message).cmp(&(place(b), &b.message))
        });
        self.list.dedup();
    }

    /// Keeps only the diagnostics that `keep` holds on to.
    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.list.retain(keep);
    }

    /// Hides what may be a key value in everything that is said.
    ///
    /// INVARIANT: no message, label or help holds a key value, whatever the
    /// user pasted where.
    pub(crate) fn hide_values(&mut self) {
        let hide = |text: &mut String| {
            if let Cow::Owned(hidden) = hide_values(text) {
                *text = hidden;
            }
        };
        for diagnostic in &mut self.list {
            hide(&mut diagnostic.message);
            hide(&mut diagnostic.primary.text);
            for label in &mut diagnostic.related {
                hide(&mut label.text);
            }
            if let Some(help) = &mut diagnostic.help {
                hide(&mut help.text);
                let is_clean = |edit: &Edit| value_like_spans(&edit.replacement).next().is_none();
                help.edit = help.edit.take().filter(is_clean);
            }
        }
    }

    /// Adds the diagnostics of another run.
    pub fn extend(&mut self, other: Self) {
        self.list.extend(other.list);
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

/// A reported diagnostic to which labels and help can be added.
pub struct Draft<'d>(&'d mut Diagnostic);

#[expect(
    clippy::return_self_not_must_use,
    reason = "a draft is in the list already; more labels and help are optional"
)]
impl Draft<'_> {
    /// Says what sits at the primary place.
    pub fn label<'t>(self, text: impl Into<Cow<'t, str>>) -> Self {
        self.0.primary.text = text.into().into_owned();
        self
    }

    /// Points to another place that matters.
    pub fn related<'t>(self, span: Span, text: impl Into<Cow<'t, str>>) -> Self {
        self.push_related(span, text.into())
    }

    /// Says what to do.
    pub fn help<'t>(self, text: impl Into<Cow<'t, str>>) -> Self {
        self.set_help(text.into(), None)
    }

    /// Says what to do where there is something to say.
    pub fn maybe_help<'t>(self, text: Option<impl Into<Cow<'t, str>>>) -> Self {
        match text {
            Some(text) => self.help(text),
            None => self,
        }
    }

    /// Says what to do and gives the edit that does it, which is certain:
    /// `ai-keys validate --fix` makes it unseen.
    pub fn fix<'t, 'r>(
        self,
        text: impl Into<Cow<'t, str>>,
        span: Span,
        replacement: impl Into<Cow<'r, str>>,
    ) -> Self {
        self.offer(Certainty::Certain, text, span, replacement)
    }

    /// Says what to do and gives the edit that does it.
    pub fn offer<'t, 'r>(
        self,
        certainty: Certainty,
        text: impl Into<Cow<'t, str>>,
        span: Span,
        replacement: impl Into<Cow<'r, str>>,
    ) -> Self {
        self.set_help(text.into(), Some((certainty, span, replacement.into())))
    }

    #[inline(never)]
    fn push_related(self, span: Span, text: Cow<'_, str>) -> Self {
        let text = text.into_owned();
        self.0.related.push(Label { span, text });
        self
    }

    #[inline(never)]
    fn set_help(self, text: Cow<'_, str>, edit: Option<(Certainty, Span, Cow<'_, str>)>) -> Self {
        let edit = edit.map(|(certainty, span, replacement)| Edit {
            span,
            replacement: replacement.into_owned(),
            certainty,
        });
        let text = text.into_owned();
        self.0.help = Some(Help { text, edit });
        self
    }
}
