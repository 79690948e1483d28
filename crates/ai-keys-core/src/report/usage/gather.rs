//! From what is live and what was counted to the rows of a report.

use super::find::findings;
use super::{KeyUsage, QuotaUsage, TargetUsage, ThroughUsagePlan, UsagePlanUsage};
use crate::limits::Quota;
use crate::state::{DayOfUse, Handle, LiveKey, LiveState, LiveUsagePlan, Liveness, Usage};

/// What is asked of a target.
#[derive(Clone, Copy, Debug)]
pub struct UsageQuestion<'a> {
    /// The target's name.
    pub target: &'a str,
    /// The manifest's namespace: keys with its marker are of the manifest.
    pub namespace: &'a str,
    /// Whether the keys of others are shown too.
    pub with_foreign: bool,
    /// From how many percent of its quota on a key is near it.
    pub near_percent: u8,
    /// A key that works and had no request for so many days is not used.
    pub unused_days: u32,
}

/// Gathers the usage of one target.
///
/// `usage` tells of every usage plan that a shown key is on; what it does not
/// tell counts as no request.
#[must_use]
pub fn usage_of_target(
    question: &UsageQuestion<'_>,
    live: &LiveState,
    usage: &Usage,
) -> TargetUsage {
    let is_shown = |key: &LiveKey| question.with_foreign || is_ours(question, key);
    let shown = live.keys.iter().filter(|(_, key)| is_shown(key));
    let mut keys: Vec<KeyUsage> = shown
        .map(|(id, key)| key_usage(question, live, usage, id, key))
        .collect();
    keys.sort_by(|a, b| {
        let by_requests = b.requests.cmp(&a.requests);
        by_requests.then_with(|| (a.title(), &a.id).cmp(&(b.title(), &b.id)))
    });
    let told = |id: &Handle| usage.by_usage_plan.contains_key(id);
    let usage_plans = live.usage_plans.iter().filter(|(id, _)| told(id));
    let mut usage_plans: Vec<UsagePlanUsage> = usage_plans
        .map(|(id, usage_plan)| usage_plan_usage(usage, id, usage_plan))
        .collect();
    usage_plans.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    TargetUsage {
        account: live.account.clone(),
        findings: findings(question, usage, &keys, &usage_plans),
        from: usage.from,
        keys,
        region: live.region.clone(),
        target: question.target.to_owned(),
        to: usage.to,
        usage_plans,
    }
}

fn is_ours(question: &UsageQuestion<'_>, key: &LiveKey) -> bool {
    let marker = key.marker.as_ref();
    marker.is_some_and(|marker| marker.namespace == question.namespace)
}

fn key_usage(
    question: &UsageQuestion<'_>,
    live: &LiveState,
    usage: &Usage,
    id: &Handle,
    key: &LiveKey,
) -> KeyUsage {
    let on = live.usage_plans.iter();
    let on = on.filter(|(_, usage_plan)| usage_plan.keys.contains(id));
    let mut usage_plans: Vec<ThroughUsagePlan> = on
        .map(|(up, usage_plan)| through(usage, up, usage_plan, id))
        .collect();
    usage_plans.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let ours = key.marker.as_ref().filter(|_| is_ours(question, key));
    KeyUsage {
        created: key.created,
        daily_requests: sums(usage, usage.of_key(id)),
        enabled: key.liveness == Liveness::Active,
        generation: ours.map(|marker| marker.generation),
        id: id.clone(),
        key: ours.map(|marker| marker.name.clone()),
        last_use: usage.last_use_of(id),
        name: key.name.clone(),
        owner: ours.and_then(|marker| marker.owner()).map(str::to_owned),
        requests: usage.requests_of(id),
        usage_plans,
    }
}

fn through(
    usage: &Usage,
    id: &Handle,
    usage_plan: &LiveUsagePlan,
    key: &Handle,
) -> ThroughUsagePlan {
    let counted = usage.by_usage_plan.get(id).and_then(|keys| keys.get(key));
    let days = counted.map(Vec::as_slice).unwrap_or_default();
    let remaining = usage_plan.quota.map(|_| {
        let days = days.iter().map(|day| day.remaining);
        days.collect::<Vec<u64>>()
    });
    let daily_requests = sums(usage, [days].into_iter());
    ThroughUsagePlan {
        quota: usage_plan.quota.map(|quota| quota_usage(quota, days)),
        daily_remaining: remaining.unwrap_or_default(),
        requests: daily_requests.iter().copied().fold(0, u64::saturating_add),
        daily_requests,
        id: id.clone(),
        name: usage_plan.name.clone(),
    }
}

/// The last day that was told decides; without any day nothing is used.
fn quota_usage(quota: Quota, days: &[DayOfUse]) -> QuotaUsage {
    let limit = u64::from(quota.limit);
    let remaining = days.last().map_or(limit, |day| day.remaining);
    // An extension may leave more than the limit.
    let used = limit.saturating_sub(remaining);
    let percent = (used * 100).checked_div(limit).unwrap_or(100);
    QuotaUsage {
        limit: quota.limit,
        per: quota.per,
        remaining,
        used_percent: u8::try_from(percent).unwrap_or(100),
    }
}

fn usage_plan_usage(usage: &Usage, id: &Handle, usage_plan: &LiveUsagePlan) -> UsagePlanUsage {
    let keys = usage.by_usage_plan.get(id);
    let days = keys.into_iter().flat_map(|keys| keys.values());
    let daily_requests = sums(usage, days.map(Vec::as_slice));
    UsagePlanUsage {
        requests: daily_requests.iter().copied().fold(0, u64::saturating_add),
        daily_requests,
        id: id.clone(),
        keys: usage_plan.keys.len(),
        name: usage_plan.name.clone(),
        stages: usage_plan.stages.len(),
    }
}

/// Adds the requests of several rows, day by day.
fn sums<'d>(usage: &Usage, rows: impl Iterator<Item = &'d [DayOfUse]>) -> Vec<u64> {
    let mut sums = vec![0_u64; usage.days()];
    for row in rows {
        for (sum, day) in sums.iter_mut().zip(row) {
            *sum = sum.saturating_add(day.requests);
        }
    }
    sums
}
