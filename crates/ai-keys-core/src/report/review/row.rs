//! The table of a plan: one row for each key and usage plan that changes, the most dangerous first.

use std::fmt::Write as _;

use super::counts::is_rotation;
use super::escape::{address, cell, path_in_address, prose_cell};
use super::{Links, Review};
use crate::plan::{Action, Change, Kind, Plan, Risk, Step, Traffic};
use crate::state::Handle;

/// All changes of one key or usage plan, of every generation.
#[derive(Clone, Debug)]
pub(super) struct Row<'p> {
    /// In the order of the plan; never empty.
    pub(super) changes: Vec<&'p Change>,
    /// The highest risk of its changes.
    pub(super) risk: Risk,
}

/// The head of the table.
pub(super) const TABLE_HEAD: &str =
    "| | What | Change | Who is affected | Declared at |\n|:-:|---|---|---|---|\n";

/// With more rows than this, the lines are not linked: the addresses would
/// take the place of rows.
const MOST_LINKED: usize = 100;

/// The longest side of a field that is shown in the table, in bytes.
const MOST_IN_CELL: usize = 60;

/// Returns the rows of a plan: the highest risk first, and by name where it is
/// equal.
pub(super) fn rows(plan: &Plan) -> Vec<Row<'_>> {
    let mut order: Vec<&Change> = plan.changes.iter().collect();
    order.sort_by(|a, b| {
        let by_name = a.subject.name.cmp(&b.subject.name);
        a.subject.kind.cmp(&b.subject.kind).then(by_name)
    });
    let mut rows: Vec<Row<'_>> = Vec::new();
    for change in order {
        let is_same = |first: &&Change| {
            first.subject.kind == change.subject.kind && first.subject.name == change.subject.name
        };
        match rows.last_mut() {
            Some(row) if row.changes.first().is_some_and(is_same) => {
                row.risk = row.risk.max(change.risk);
                row.changes.push(change);
            }
            _ => rows.push(Row {
                changes: vec![change],
                risk: change.risk,
            }),
        }
    }
    // Four passes keep the order of names, and cost less code than a second sort.
    let mut sorted = Vec::with_capacity(rows.len());
    for risk in [Risk::Destroys, Risk::Blocks, Risk::Limits, Risk::None] {
        sorted.extend(rows.iter().filter(|row| row.risk == risk).cloned());
    }
    sorted
}

impl Row<'_> {
    /// Returns whether somebody is turned away or something is gone: such a
    /// row is never left out.
    pub(super) fn is_destructive(&self) -> bool {
        self.risk >= Risk::Blocks
    }

    fn first(&self) -> Option<&Change> {
        self.changes.first().copied()
    }

    /// Writes the row of the table.
    pub(super) fn render(&self, review: &Review<'_>, is_linked: bool) -> String {
        let mut what = String::new();
        let mut line = None;
        for change in &self.changes {
            line = line.or(change.line);
        }
        if let Some(change) = self.first() {
            let kind = match change.subject.kind {
                Kind::Key => "",
                Kind::UsagePlan => "usage plan ",
            };
            what = format!("{kind}{}", cell(&change.subject.name));
        }
        let place = match line {
            Some(line) if is_linked => line_link(line, review),
            Some(line) => format!("L{line}"),
            None if self.is_in_manifest(review) => String::new(),
            None => "removed".to_owned(),
        };
        format!(
            "| {} | {what} | {} | {} | {place} |\n",
            emoji(self.risk),
            self.said(),
            self.affected(review),
        )
    }

    /// Writes the row as a list's item, for a comment that is nearly full.
    pub(super) fn render_short(&self) -> String {
        let mut text = String::new();
        if let Some(change) = self.first() {
            let mut actions = Vec::new();
            for change in &self.changes {
                if !actions.contains(&change.action) {
                    actions.push(change.action);
                }
            }
            let words: Vec<&str> = actions.into_iter().map(Action::name).collect();
            text = format!(
                "- {} {} {}\n",
                emoji(self.risk),
                words.join(", "),
                cell(&change.subject.to_string())
            );
        }
        text
    }

    /// Says what happens, change by change.
    fn said(&self) -> String {
        let mut said = String::new();
        for change in &self.changes {
            if !said.is_empty() {
                said.push_str("<br>");
            }
            say(&mut said, change);
        }
        if self.risk != Risk::None {
            // Writing to a String cannot fail.
            let _ = write!(said, " · **{}**", self.risk.name());
        }
        said
    }

    /// Returns whether the manifest still has it, with an older generation or
    /// a double that goes.
    pub(super) fn is_in_manifest(&self, review: &Review<'_>) -> bool {
        let (Some(change), Some(desired)) = (self.first(), review.desired) else {
            return false;
        };
        let name = change.subject.name.as_str();
        match change.subject.kind {
            Kind::Key => desired.keys.contains_key(name),
            Kind::UsagePlan => desired.usage_plans.contains_key(name),
        }
    }

    /// Says whose key it is and how often it was used that is turned away, or
    /// how many keys are on a usage plan.
    fn affected(&self, review: &Review<'_>) -> String {
        let Some(change) = self.first() else {
            return String::new();
        };
        let name = change.subject.name.as_str();
        match change.subject.kind {
            Kind::Key => {
                let desired = review.desired.and_then(|desired| desired.keys.get(name));
                let owner = desired.and_then(|key| key.owner.as_deref());
                let live = || {
                    let handle = self.changes.iter().find_map(|change| handle(change))?;
                    let key = review.live?.keys.get(handle)?;
                    key.marker.as_ref()?.owner()
                };
                let mut affected: Vec<String> = owner.or_else(live).map(cell).into_iter().collect();
                let used = self
                    .changes
                    .iter()
                    .filter_map(|change| review.plan?.traffic_of(change));
                affected.extend(used.map(Traffic::in_words));
                affected.join(" · ")
            }
            Kind::UsagePlan => {
                let live = self.changes.iter().find_map(|change| handle(change));
                let on = live.and_then(|handle| review.live?.usage_plans.get(handle));
                on.map_or(String::new(), |usage_plan| match usage_plan.keys.len() {
                    1 => "1 key".to_owned(),
                    keys => format!("{keys} keys"),
                })
            }
        }
    }
}

/// Returns the live object that a change is about.
pub(super) fn handle(change: &Change) -> Option<&Handle> {
    match &change.step {
        Step::UpdateUsagePlan { usage_plan, .. } | Step::DeleteUsagePlan { usage_plan, .. } => {
            usage_plan.handle.as_ref()
        }
        Step::UpdateKey { key, .. }
        | Step::TagKey { key, .. }
        | Step::Attach { key, .. }
        | Step::Detach { key, .. }
        | Step::Deliver { key, .. }
        | Step::DeleteKey { key } => key.handle.as_ref(),
        Step::CreateUsagePlan { .. } | Step::CreateKey { .. } => None,
    }
}

fn say(said: &mut String, change: &Change) {
    let generation = change.subject.generation;
    let verb = if is_rotation(change) {
        "rotate"
    } else {
        change.action.name()
    };
    said.push_str(verb);
    // Writing to a String cannot fail, here and below.
    if generation > 1 {
        let _ = write!(said, " `#{generation}`");
    }
    match &change.step {
        Step::Attach { usage_plan, .. } => {
            let _ = write!(said, " to {}", cell(&usage_plan.name));
        }
        Step::Detach { usage_plan, .. } => {
            let _ = write!(said, " from {}", cell(&usage_plan.name));
        }
        Step::Deliver { destination, .. } => {
            let _ = write!(said, " to {}", cell(&destination.to_string()));
        }
        Step::CreateUsagePlan { .. }
        | Step::UpdateUsagePlan { .. }
        | Step::DeleteUsagePlan { .. }
        | Step::CreateKey { .. }
        | Step::UpdateKey { .. }
        | Step::TagKey { .. }
        | Step::DeleteKey { .. } => {
            if change.action == Action::Update {
                say_fields(said, change);
            }
        }
    }
    if let Some(reason) = &change.reason {
        let _ = write!(said, " ({})", prose_cell(reason));
    }
}

/// Says which fields change, and of a single short one from what to what.
fn say_fields(said: &mut String, change: &Change) {
    // Writing to a String cannot fail, here and below.
    if let [field] = change.fields.as_slice() {
        let _ = write!(said, " {}", cell(&field.field));
        let side = |side: &'_ Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
        let (before, after) = (side(&field.before), side(&field.after));
        if before.len().max(after.len()) <= MOST_IN_CELL {
            let _ = write!(said, ": {} → {}", prose_cell(&before), prose_cell(&after));
        }
        return;
    }
    for (at, field) in change.fields.iter().enumerate() {
        let gap = if at == 0 { " " } else { ", " };
        let _ = write!(said, "{gap}{}", cell(&field.field));
    }
}

/// Writes a line of the manifest as a link to it, where the repository is known.
pub(super) fn line_link(line: u32, review: &Review<'_>) -> String {
    let Links {
        repository, head, ..
    } = review.links;
    match (
        repository.and_then(address),
        head.filter(|head| is_commit(head)),
    ) {
        (Some(repository), Some(head)) => {
            let path = path_in_address(review.path);
            format!("[L{line}]({repository}/blob/{head}/{path}#L{line})")
        }
        _ => format!("L{line}"),
    }
}

pub(super) fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Returns whether the lines of so many rows are linked.
pub(super) fn are_linked(rows: usize) -> bool {
    rows <= MOST_LINKED
}

fn emoji(risk: Risk) -> &'static str {
    match risk {
        Risk::None => "🟩",
        Risk::Limits => "🟨",
        Risk::Blocks => "🟧",
        Risk::Destroys => "🟥",
    }
}
