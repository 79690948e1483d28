//! Keys that are made or disabled many at a call, by API Gateway's import of a file.
//!
//! Which change goes in which file is part of the plan: apply only sends it.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, Subject};
use super::step::{NewKey, Operation, Step, UsagePlanTarget};
use crate::sorted;
use crate::state::{Handle, LiveState};
use crate::support::Provider;

/// From how many keys on a file is worth it.
///
/// With one, every key that it makes and every usage plan that they join is
/// listed afterwards: at most 20 calls for all keys of an account and 70 for
/// 50 usage plans, against 100 for 50 keys on one usage plan each. Fewer keys
/// are made singly, where the service says of each what is wrong with it.
pub const WORTH_A_FILE: usize = 50;
/// The most keys in one file.
///
/// AWS documents no limit; 500 is what a page of a list holds.
const ROWS: usize = 500;
/// The most bytes of names, descriptions and ids in one file: some hundred
/// each are usual. AWS documents no limit.
const BYTES: usize = 500_000;
/// What a row holds besides: a value of 40 characters, commas, quotes.
const ROW_BYTES: usize = 64;
/// What the row of a key that exists holds besides: a value of at most 128
/// characters, a marker, ten usage plans.
const LIVE_BYTES: usize = 512;
/// The most rows on a page of a list.
const PAGE: usize = 500;

/// Decides which changes go in files, and in which: by their order in the plan.
pub(super) fn assign(provider: Provider, changes: &mut [Change]) {
    for change in changes.iter_mut() {
        change.import = None;
    }
    if provider != Provider::AwsApiGateway {
        return;
    }
    let mut rows: Vec<(Subject, usize)> = changes
        .iter()
        .filter_map(|change| Some((change.subject.clone(), row_bytes(&change.step)?)))
        .collect();
    sorted::sort(&mut rows);
    let files = filed(&rows);
    let is_row = |step: &Step| match step {
        Step::CreateKey { .. } => true,
        Step::Attach { key, .. } => key.handle.is_none(),
        Step::CreateUsagePlan { .. }
        | Step::UpdateUsagePlan { .. }
        | Step::DeleteUsagePlan { .. }
        | Step::UpdateKey { .. }
        | Step::TagKey { .. }
        | Step::Detach { .. }
        | Step::Deliver { .. }
        | Step::DeleteKey { .. } => false,
    };
    for change in changes.iter_mut().filter(|change| is_row(&change.step)) {
        change.import = files.get(&change.subject).copied();
    }
}

/// Numbers the files of changes that disable keys and change nothing else, by
/// their order.
///
/// Only for a person's word that must be quick: a file of keys that exist
/// holds their values, which have to be read for it.
pub(super) fn assign_disabling(provider: Provider, changes: &mut [Change], live: &LiveState) {
    if provider != Provider::AwsApiGateway || changes.len() < WORTH_A_FILE {
        return;
    }
    let mut files = Files::default();
    for change in changes {
        let Step::UpdateKey { key, .. } = &change.step else {
            continue;
        };
        let handle = key.handle.as_ref();
        let Some(key) = handle.and_then(|handle| live.keys.get(handle)) else {
            continue;
        };
        // The row says again what is there, and must not change it.
        if is_trimmed(&key.name) && is_trimmed(&key.description) && !key.name.is_empty() {
            change.import = Some(files.take(key.name.len() + key.description.len() + LIVE_BYTES));
        }
    }
}

/// Returns how many bytes the row of a new key has; `None` if a row cannot
/// hold it: an import knows neither tags nor customer ids, and whether blanks
/// at the ends of a field survive is not documented.
fn row_bytes(step: &Step) -> Option<usize> {
    let Step::CreateKey { spec, .. } = step else {
        return None;
    };
    let NewKey {
        name,
        description,
        is_enabled: _,
        customer_id,
        tags,
    } = spec;
    let fits = customer_id.is_none()
        && tags.is_empty()
        && !name.is_empty()
        && is_trimmed(name)
        && is_trimmed(description);
    fits.then(|| name.len() + description.len() + ROW_BYTES)
}

fn is_trimmed(text: &str) -> bool {
    text.trim().len() == text.len()
}

/// Returns the number of the file of each row, from 1; none if they are too few.
fn filed(rows: &[(Subject, usize)]) -> BTreeMap<Subject, u32> {
    if rows.len() < WORTH_A_FILE {
        return BTreeMap::new();
    }
    let mut files = Files::default();
    sorted::map(
        rows.iter()
            .map(|(subject, size)| (subject.clone(), files.take(*size))),
    )
}

/// Files that are filled one after the other.
#[derive(Default)]
struct Files {
    full: u32,
    rows: usize,
    bytes: usize,
}

impl Files {
    /// Takes a row, and returns the number of the file that it is in, from 1.
    fn take(&mut self, bytes: usize) -> u32 {
        if self.rows == ROWS || (self.rows > 0 && self.bytes + bytes > BYTES) {
            self.full = self.full.saturating_add(1);
            (self.rows, self.bytes) = (0, 0);
        }
        self.rows += 1;
        self.bytes += bytes;
        self.full.saturating_add(1)
    }
}

/// Returns the calls that files cost: one each, and the lists that they are
/// verified by.
pub(super) fn operations(
    changes: &[Change],
    live: &LiveState,
) -> impl Iterator<Item = (Operation, u64)> {
    let filed = || changes.iter().filter(|change| change.import.is_some());
    let is_new = |change: &&Change| matches!(change.step, Step::CreateKey { .. });
    let (made, disabled) = (
        files(filed().filter(is_new)),
        files(filed().filter(|change| matches!(change.step, Step::UpdateKey { .. }))),
    );
    let mut joined: BTreeMap<&UsagePlanTarget, usize> = BTreeMap::new();
    for change in filed() {
        if let Step::Attach { usage_plan, .. } = &change.step {
            *joined.entry(usage_plan).or_default() += 1;
        }
    }
    let members = |handle: &Handle| live.usage_plans.get(handle).map_or(0, |up| up.keys.len());
    let before = |usage_plan: &UsagePlanTarget| usage_plan.handle.as_ref().map_or(0, members);
    let mut key_pages = 0;
    if made > 0 {
        key_pages += pages(live.keys.len() + filed().filter(is_new).count());
    }
    if disabled > 0 {
        // Their values are read before, and whether they are off after.
        key_pages += 2 * pages(live.keys.len());
    }
    let member_pages = joined
        .iter()
        .map(|(usage_plan, new)| pages(before(usage_plan) + new))
        .sum();
    [
        (Operation::ImportApiKeys, made + disabled),
        (Operation::ListKeys, key_pages),
        (Operation::ListUsagePlanKeys, member_pages),
    ]
    .into_iter()
    .filter(|(_, calls)| *calls > 0)
}

fn files<'c>(changes: impl Iterator<Item = &'c Change>) -> u64 {
    let numbers: BTreeSet<u32> = sorted::set(changes.filter_map(|change| change.import));
    numbers.len() as u64
}

fn pages(rows: usize) -> u64 {
    rows.div_ceil(PAGE).max(1) as u64
}
