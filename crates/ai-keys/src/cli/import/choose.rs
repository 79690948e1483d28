//! Which live objects are taken over: those of the other tool's file, or all
//! of the account, and of them what the filters let through.

use std::collections::{BTreeMap, BTreeSet};

use ai_keys_core::state::{Handle, LiveKey, LiveState};
use wildmatch::WildMatch;

use super::super::RunError;
use super::super::args::Import;
use crate::import::{Found, Kind, Named};

/// The tag in which CloudFormation writes what the template calls a resource.
const LOGICAL_ID: &str = "aws:cloudformation:logical-id";
/// The tag in which CloudFormation writes whose the resource is.
const STACK: &str = "aws:cloudformation:stack-name";

/// What is taken over, and what a person should know.
#[derive(Debug, Default)]
pub(super) struct Choice {
    pub(super) keys: BTreeSet<Handle>,
    pub(super) usage_plans: BTreeSet<Handle>,
    pub(super) notes: Vec<String>,
    /// What the objects are that the file names without an id, in its order.
    pub(super) named: Vec<Option<Handle>>,
}

/// Chooses.
///
/// # Errors
/// If nothing is left, or a filter is none.
pub(super) fn choose(
    args: &Import,
    found: Option<&Found>,
    live: &LiveState,
) -> Result<Choice, RunError> {
    let filter = Filter::new(args)?;
    let mut choice = match found {
        Some(found) => of_file(found, live),
        None => of_account(live),
    };
    choice.keys.retain(|handle| {
        let key = live.keys.get(handle);
        key.is_some_and(|key| filter.lets_through(handle, key, live))
    });
    if filter.is_set() {
        // Only the usage plans of the keys that were chosen.
        choice.usage_plans.clear();
    }
    if choice.keys.is_empty() && choice.usage_plans.is_empty() {
        let note = choice
            .notes
            .first()
            .map(|note| format!(" ({note})"))
            .unwrap_or_default();
        return Err(RunError::Usage(format!(
            "there is nothing to take over: no key {}{note}",
            if filter.is_set() {
                "passes the filters"
            } else {
                "was found"
            }
        )));
    }
    Ok(choice)
}

fn of_account(live: &LiveState) -> Choice {
    let mut choice = Choice::default();
    for (handle, key) in &live.keys {
        match key.tags.get(STACK) {
            Some(stack) => choice.notes.push(format!(
                "key {handle}: left out, since the CloudFormation stack `{stack}` owns it; to take it over, give the output of `aws cloudformation list-stack-resources`"
            )),
            None => {
                choice.keys.insert(handle.clone());
            }
        }
    }
    let usage_plans = live.usage_plans.iter();
    choice.usage_plans = usage_plans
        .filter(|(_, usage_plan)| {
            usage_plan.marker.is_none() && !usage_plan.tags.contains_key(STACK)
        })
        .map(|(handle, _)| handle.clone())
        .collect();
    choice
}

const NOT_THERE: &str = "it is not in the account";

fn of_file(found: &Found, live: &LiveState) -> Choice {
    let mut choice = Choice::default();
    let mut leave_out = |what: &str, address: &str, why: &str| {
        let note = format!("{what} {address}: left out, since {why}");
        choice.notes.push(note);
    };
    let mut keys = BTreeSet::new();
    for (handle, object) in &found.keys {
        if live.keys.contains_key(handle) {
            keys.insert(handle.clone());
        } else {
            leave_out("key", &object.address.whole, NOT_THERE);
        }
    }
    let mut usage_plans = BTreeSet::new();
    for (handle, object) in &found.usage_plans {
        if live.usage_plans.contains_key(handle) {
            usage_plans.insert(handle.clone());
        } else {
            leave_out("usage plan", &object.address.whole, NOT_THERE);
        }
    }
    let mut found_by_name = Vec::new();
    for named in &found.named {
        let (into, matching, what) = match named.kind {
            Kind::Key => {
                let all = live
                    .keys
                    .iter()
                    .map(|(h, key)| (h, key.name.as_str(), &key.tags));
                (&mut keys, matching(named, all), "key")
            }
            Kind::UsagePlan => {
                let all = live.usage_plans.iter();
                let all =
                    all.map(|(h, usage_plan)| (h, usage_plan.name.as_str(), &usage_plan.tags));
                (&mut usage_plans, matching(named, all), "usage plan")
            }
        };
        let only = match matching.as_slice() {
            [only] => Some(only.clone()),
            [] => {
                leave_out(what, &named.address.whole, NOT_THERE);
                None
            }
            several => {
                let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
                let why = format!(
                    "{} in the account fit: {}; `aws cloudformation list-stack-resources` says which",
                    several.len(),
                    ids.join(", ")
                );
                leave_out(what, &named.address.whole, &why);
                None
            }
        };
        into.extend(only.clone());
        found_by_name.push(only);
    }
    choice.named = found_by_name;
    choice.keys = keys;
    choice.usage_plans = usage_plans;
    choice
}

/// Finds an object that has no id: by its logical id in the tags, else by name.
/// Two stacks may give one logical id, so a stack that is known must be its own.
fn matching<'l>(
    named: &Named,
    live: impl Iterator<Item = (&'l Handle, &'l str, &'l BTreeMap<String, String>)>,
) -> Vec<Handle> {
    let mut tagged = Vec::new();
    let mut namesakes = Vec::new();
    for (handle, name, tags) in live {
        let stack = tags.get(STACK);
        let is_of_another = |wanted: &String| stack.is_some_and(|stack| stack != wanted);
        if named.stack.as_ref().is_some_and(is_of_another) {
            continue;
        }
        if tags.get(LOGICAL_ID) == Some(&named.address.whole) {
            tagged.push(handle.clone());
        } else if !name.is_empty() && name == named.name {
            namesakes.push(handle.clone());
        }
    }
    if tagged.is_empty() { namesakes } else { tagged }
}

struct Filter<'a> {
    names: Vec<WildMatch>,
    tags: Vec<(&'a str, &'a str)>,
    usage_plans: Vec<WildMatch>,
}

impl<'a> Filter<'a> {
    fn new(args: &'a Import) -> Result<Self, RunError> {
        let patterns = |texts: &[String]| texts.iter().map(|text| WildMatch::new(text)).collect();
        let tags: Option<Vec<_>> = args.tags.iter().map(|tag| tag.split_once('=')).collect();
        Ok(Self {
            names: patterns(&args.names),
            tags: tags.ok_or_else(|| RunError::Usage("--tag is written NAME=VALUE".to_owned()))?,
            usage_plans: patterns(&args.usage_plans),
        })
    }

    fn is_set(&self) -> bool {
        !(self.names.is_empty() && self.tags.is_empty() && self.usage_plans.is_empty())
    }

    fn lets_through(&self, handle: &Handle, key: &LiveKey, live: &LiveState) -> bool {
        let is_any = |patterns: &[WildMatch], text: &str| {
            patterns.iter().any(|pattern| pattern.matches(text))
        };
        let has_name = self.names.is_empty() || is_any(&self.names, &key.name);
        let has_tags = self
            .tags
            .iter()
            .all(|(name, value)| key.tags.get(*name).is_some_and(|tag| tag == value));
        let is_on = |up: &Handle| {
            let usage_plan = live.usage_plans.get(up);
            usage_plan.is_some_and(|usage_plan| is_any(&self.usage_plans, &usage_plan.name))
        };
        let has_usage_plan = self.usage_plans.is_empty() || live.usage_plans_of(handle).any(is_on);
        has_name && has_tags && has_usage_plan
    }
}
