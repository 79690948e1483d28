//! The TOML that would make a manifest say what is live: one of the two ways out of drift.

use std::fmt::Write as _;

use super::Review;
use super::escape::plain;
use super::row::{Row, handle};
use crate::limits::{Quota, Throttle};
use crate::manifest::is_id;
use crate::plan::{Action, Change, Kind};
use crate::state::{Handle, LiveKey, LiveState, LiveUsagePlan, Liveness, Marker};

/// Writes the table of an object with what its differing fields are in the
/// account; for what is not there, that its table goes. What a date or a
/// delivery asks for is nobody's drift: there is nothing to write for it.
pub(super) fn keep(row: &Row<'_>, review: &Review<'_>) -> String {
    let Some(change) = row.changes.first() else {
        return String::new();
    };
    let (kind, name) = match change.subject.kind {
        Kind::Key => ("key", &change.subject.name),
        Kind::UsagePlan => ("usage-plan", &change.subject.name),
    };
    let table = format!("[{kind}.{}]", key(name));
    let line = row.changes.iter().find_map(|change| change.line);
    let place = line.map_or(String::new(), |line| format!(" # line {line}"));
    let (steps, drift): (Vec<&Change>, Vec<&Change>) = row
        .changes
        .iter()
        .partition(|change| is_life(change, row, review));
    let due = due(&steps);
    if let (Some(due), []) = (due, drift.as_slice()) {
        return format!("# {table} stays: {due}\n");
    }
    if drift.iter().any(|change| change.action == Action::Create) {
        return format!("# remove {table}{place}\n");
    }
    let mut lines = Vec::new();
    for change in drift {
        let (Some(handle), Some(account)) = (handle(change), review.live) else {
            continue;
        };
        match change.subject.kind {
            Kind::Key => key_lines(&mut lines, change, handle, account),
            Kind::UsagePlan => {
                if let Some(usage_plan) = account.usage_plans.get(handle) {
                    usage_plan_lines(&mut lines, change, usage_plan);
                }
            }
        }
    }
    lines.extend(due.map(|due| format!("# {due}")));
    let mut text = format!("{table}{place}\n");
    let mut written: Vec<&String> = Vec::new();
    for line in &lines {
        if !written.contains(&line) {
            text.push_str(line);
            text.push('\n');
            written.push(line);
        }
    }
    text
}

/// Returns whether a change of a key that the file has is a step of its life:
/// a value that is due, one that is replaced, or one on its way to a store.
fn is_life(change: &Change, row: &Row<'_>, review: &Review<'_>) -> bool {
    let is_key = change.subject.kind == Kind::Key && row.is_in_manifest(review);
    let is_of_older_value = || change.line.is_none();
    is_key
        && (is_of_older_value()
            || change.action == Action::Deliver
            || is_of_next_value(change, review))
}

/// Returns whether a change is about a value that is made while another works:
/// without one, the key itself is missing.
fn is_of_next_value(change: &Change, review: &Review<'_>) -> bool {
    let is_new = handle(change).is_none();
    let (Some(live), Some(plan)) = (review.live, review.plan) else {
        return is_new && change.subject.generation > 1;
    };
    let mut markers = live.keys.values().filter_map(|key| key.marker.as_ref());
    is_new
        && markers
            .any(|marker| marker.namespace == plan.namespace && marker.name == change.subject.name)
}

/// Says what an apply does that no line of the file could spare.
fn due(steps: &[&Change]) -> Option<&'static str> {
    let has = |action: Action| steps.iter().any(|change| change.action == action);
    if has(Action::Create) {
        Some("a new value is due, and an apply makes it")
    } else if has(Action::Deliver) {
        Some("its value is not where it goes, and an apply delivers it")
    } else if steps.is_empty() {
        None
    } else {
        Some("a value beside the newest ends, and an apply ends it")
    }
}

fn key_lines(lines: &mut Vec<String>, change: &Change, handle: &Handle, live: &LiveState) {
    let Some(key) = live.keys.get(handle) else {
        return;
    };
    match change.action {
        Action::Attach | Action::Detach => lines.push(usage_plans(handle, live)),
        // It has left the file: all of it goes back.
        Action::Delete | Action::Disable if change.line.is_none() => {
            if !key.description.is_empty() {
                key_field(lines, "description", key);
            }
            if key.marker.as_ref().and_then(Marker::owner).is_some() {
                key_field(lines, "owner", key);
            }
            lines.push(usage_plans(handle, live));
        }
        Action::Create
        | Action::Adopt
        | Action::Update
        | Action::Enable
        | Action::Disable
        | Action::Deliver
        | Action::Retire
        | Action::Delete => {
            for field in &change.fields {
                let is_known = key_field(lines, &field.field, key);
                if !is_known {
                    lines.push(unknown(&field.field, field.before.as_deref()));
                }
            }
        }
    }
}

/// Writes the usage plans that a key is on, by their names in the manifest.
fn usage_plans(handle: &Handle, live: &LiveState) -> String {
    let names = live.usage_plans_of(handle).filter_map(|handle| {
        let usage_plan = live.usage_plans.get(handle)?;
        let marker = usage_plan.marker.as_ref();
        Some(marker.map_or(usage_plan.name.as_str(), |marker| &marker.name))
    });
    format!("usage-plans = {}", list(names))
}

/// Writes a field of a live key; returns whether it is one.
fn key_field(lines: &mut Vec<String>, field: &str, key: &LiveKey) -> bool {
    let marker = key.marker.as_ref();
    lines.push(match field {
        "name" => format!("name = {}", string(&key.name)),
        "description" => format!("description = {}", string(&key.description)),
        "owner" => match marker.and_then(Marker::owner) {
            Some(owner) => format!("owner = {}", string(owner)),
            None => "# no owner".to_owned(),
        },
        "enabled" => format!("enabled = {}", key.liveness == Liveness::Active),
        "protect" => format!("protect = {}", marker.is_some_and(Marker::is_protected)),
        "customer-id" => match &key.customer_id {
            Some(id) => format!("customer-id = {}", string(id)),
            None => "# no customer-id".to_owned(),
        },
        tag if tag == "tags" || tag.starts_with("tag ") => {
            let pairs = key.tags.iter();
            let pairs: Vec<String> = pairs
                .map(|(name, value)| format!("{} = {}", self::key(name), string(value)))
                .collect();
            format!("tags = {{ {} }}", pairs.join(", "))
        }
        _ => return false,
    });
    true
}

fn usage_plan_lines(lines: &mut Vec<String>, change: &Change, usage_plan: &LiveUsagePlan) {
    let all = ["description", "throttle", "quota", "stages"];
    let has_left = change.action == Action::Delete;
    let fields = change.fields.iter().map(|field| field.field.as_str());
    let fields: Vec<&str> = if has_left {
        all.to_vec()
    } else {
        fields.collect()
    };
    for field in fields {
        let stages = || usage_plan.stages.keys().map(ToString::to_string);
        lines.push(match field {
            "name" => format!("name = {}", string(&usage_plan.name)),
            "description" => format!("description = {}", string(&usage_plan.description)),
            "throttle" => usage_plan
                .throttle
                .map_or("# no throttle".to_owned(), throttle),
            "quota" => usage_plan.quota.map_or("# no quota".to_owned(), quota),
            "stages" => format!("stages = {}", list(stages())),
            other => {
                let field = change.fields.iter().find(|field| field.field == other);
                unknown(other, field.and_then(|field| field.before.as_deref()))
            }
        });
    }
}

fn throttle(throttle: Throttle) -> String {
    let rate = throttle
        .rate_per_second
        .map(|rate| format!("rate = {rate}"));
    let burst = throttle
        .burst_requests
        .map(|burst| format!("burst = {burst}"));
    let parts: Vec<String> = rate.into_iter().chain(burst).collect();
    format!("throttle = {{ {} }}", parts.join(", "))
}

fn quota(quota: Quota) -> String {
    let offset = match quota.offset {
        0 => String::new(),
        offset => format!(", offset = {offset}"),
    };
    let (limit, per) = (quota.limit, quota.per.name());
    format!("quota = {{ limit = {limit}, per = \"{per}\"{offset} }}")
}

/// Says in a comment what has no line of its own.
fn unknown(field: &str, live: Option<&str>) -> String {
    let live = live.map_or("nothing".into(), plain);
    format!("# {}: {live}", plain(field))
}

fn list(items: impl Iterator<Item = impl AsRef<str>>) -> String {
    let items: Vec<String> = items.map(|item| string(item.as_ref())).collect();
    format!("[{}]", items.join(", "))
}

/// Writes a name as TOML: bare where it may be.
fn key(name: &str) -> String {
    if is_id(name) {
        name.to_owned()
    } else {
        string(name)
    }
}

/// Writes a basic string, on one line and without hidden characters.
fn string(text: &str) -> String {
    let mut written = String::from("\"");
    for c in crate::manifest::hide_values(text).chars() {
        match c {
            '"' | '\\' => {
                written.push('\\');
                written.push(c);
            }
            c if crate::manifest::is_hidden(c) => {
                // Writing to a String cannot fail.
                let _ = write!(written, "\\U{:08X}", u32::from(c));
            }
            c => written.push(c),
        }
    }
    written.push('"');
    written
}
