//! What somebody should look at.

use super::{FindingKind, KeyUsage, UsageFinding, UsagePlanUsage, UsageQuestion};
use crate::date::Date;
use crate::limits::grouped;
use crate::state::Usage;

/// Returns what is to be looked at, what turns callers away first.
pub(super) fn findings(
    question: &UsageQuestion<'_>,
    usage: &Usage,
    keys: &[KeyUsage],
    usage_plans: &[UsagePlanUsage],
) -> Vec<UsageFinding> {
    let of_usage_plans = usage_plans.iter().filter_map(no_stage);
    let of_keys = keys.iter().flat_map(|key| {
        let unused = no_usage_plan(key).or_else(|| not_used(question, usage, key));
        quota(question, key).into_iter().chain(unused)
    });
    let mut found: Vec<UsageFinding> = of_usage_plans.chain(of_keys).collect();
    found.sort_by(|a, b| (a.is, &a.name, &a.id).cmp(&(b.is, &b.name, &b.id)));
    found
}

fn no_stage(usage_plan: &UsagePlanUsage) -> Option<UsageFinding> {
    if usage_plan.stages > 0 || usage_plan.keys == 0 {
        return None;
    }
    let number = usage_plan.keys;
    let s = if number == 1 { "" } else { "s" };
    Some(UsageFinding {
        id: usage_plan.id.clone(),
        is: FindingKind::NoStage,
        name: usage_plan.name.clone(),
        text: format!("{number} key{s} on a usage plan without a stage: every caller gets 403"),
    })
}

/// A key that does not work is on no usage plan for a reason.
fn no_usage_plan(key: &KeyUsage) -> Option<UsageFinding> {
    if !key.enabled || !key.usage_plans.is_empty() {
        return None;
    }
    let text = "works, but is on no usage plan: it opens nothing".to_owned();
    Some(found(key, FindingKind::NoUsagePlan, text))
}

fn quota(question: &UsageQuestion<'_>, key: &KeyUsage) -> Option<UsageFinding> {
    let quotas = key.usage_plans.iter();
    let quotas = quotas.filter_map(|through| Some((through, through.quota?)));
    let (through, quota) = quotas.max_by_key(|(_, quota)| quota.used_percent)?;
    let (limit, per) = (grouped(u64::from(quota.limit)), quota.per.name());
    let of = format!("of the {limit} requests a {per} on `{}`", through.name);
    if quota.remaining == 0 {
        let text = format!("all {of} are used: callers get 429");
        return Some(found(key, FindingKind::QuotaReached, text));
    }
    if quota.used_percent < question.near_percent {
        return None;
    }
    let (percent, left) = (quota.used_percent, grouped(quota.remaining));
    let text = format!("{percent} percent {of} are used, {left} are left");
    Some(found(key, FindingKind::QuotaNear, text))
}

/// Nobody can have used a key for longer than it exists, so one that was made
/// within these days is left out; and a period that is shorter tells nothing.
fn not_used(question: &UsageQuestion<'_>, usage: &Usage, key: &KeyUsage) -> Option<UsageFinding> {
    let since = usage.to.days_before(question.unused_days)?;
    if since.days_until(usage.from) > 1 {
        return None;
    }
    let is_young = |made: Date| made > since;
    let was_used = |day: Date| day > since;
    if !key.enabled || key.created.is_some_and(is_young) || key.last_use.is_some_and(was_used) {
        return None;
    }
    let text = match key.last_use {
        Some(day) => {
            let ago = day.days_until(usage.to);
            let s = if ago == 1 { "" } else { "s" };
            format!("last used {day}, {ago} day{s} ago")
        }
        None => format!("no request since {} at least", usage.from),
    };
    Some(found(key, FindingKind::Unused, text))
}

fn found(key: &KeyUsage, is: FindingKind, text: String) -> UsageFinding {
    UsageFinding {
        id: key.id.clone(),
        is,
        name: key.title(),
        text,
    }
}
