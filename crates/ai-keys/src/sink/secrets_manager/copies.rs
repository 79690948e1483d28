//! Copies of a secret in other regions.
//!
//! AWS makes them in the background: a copy is looked at again until it is there
//! or says why it is not, since readers in its region get the old value, or none,
//! until then.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::Duration;

use aws_sdk_secretsmanager::types::{ReplicaRegionType, ReplicationStatusType, StatusType};

use super::super::SinkError;
use super::SecretsManager;
use crate::provider::aws::Operation;
use crate::provider::{ErrorKind, ProviderError};

/// How often a copy that is being made is looked at again, and how long between:
/// 20 seconds in all.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// What is told of the copies: by region.
#[derive(Clone, Default)]
pub(super) struct Copies(BTreeMap<String, State>);

#[derive(Clone)]
enum State {
    There,
    BeingMade,
    Failed { why: String },
}

impl Copies {
    /// Reads an answer. Of a region that is told twice, the last word counts.
    pub(super) fn of(told: Option<Vec<ReplicationStatusType>>) -> Self {
        let told = told.unwrap_or_default().into_iter();
        let told = told.filter_map(|copy| {
            let state = match copy.status {
                Some(StatusType::Failed) => State::Failed {
                    why: copy.status_message.unwrap_or_default(),
                },
                Some(StatusType::InProgress) => State::BeingMade,
                _ => State::There,
            };
            Some((copy.region?, state))
        });
        Self(told.collect())
    }

    /// Returns the regions that have no copy and get none.
    fn missing(&self, wanted: &BTreeSet<String>) -> Vec<String> {
        let is_missing =
            |region: &&String| matches!(self.0.get(*region), None | Some(State::Failed { .. }));
        wanted.iter().filter(is_missing).cloned().collect()
    }

    /// Returns the regions whose copies are still being made.
    ///
    /// # Errors
    /// If one of them failed.
    fn unfinished(&self, wanted: &BTreeSet<String>) -> Result<Vec<String>, SinkError> {
        let mut unfinished = Vec::new();
        for region in wanted {
            match self.0.get(region) {
                Some(State::There) => {}
                Some(State::BeingMade) | None => unfinished.push(region.clone()),
                Some(State::Failed { why }) => {
                    return Err(SinkError::NotCopied {
                        region: region.clone(),
                        why: why.clone(),
                    });
                }
            }
        }
        Ok(unfinished)
    }
}

/// Asks for the copies that are missing, those that failed before among them, and
/// waits for all.
pub(super) async fn make(
    sink: &SecretsManager,
    name: &str,
    wanted: &BTreeSet<String>,
    seen: &Copies,
) -> Result<(), SinkError> {
    let mut copies = seen.clone();
    if let Some(regions) = regions(seen.missing(wanted)) {
        let send = || {
            let request = sink.store.client().replicate_secret_to_regions();
            let request = request.secret_id(name);
            request
                .set_add_replica_regions(Some(regions.clone()))
                .send()
        };
        let operation = Operation::ReplicateSecretToRegions;
        let answer = sink.store.call(operation, send).await?;
        copies = Copies::of(answer.replication_status);
    }
    let look = || async {
        sink.store.pause(BETWEEN_LOOKS).await;
        let seen = sink.describe(name).await?;
        let gone = || ProviderError::new(ErrorKind::NotFound, "DescribeSecret");
        Ok(seen.ok_or_else(gone)?.copies)
    };
    settle(copies, wanted, look).await
}

/// Looks until no copy is being made any more.
async fn settle<F>(
    mut copies: Copies,
    wanted: &BTreeSet<String>,
    mut look: impl FnMut() -> F,
) -> Result<(), SinkError>
where
    F: Future<Output = Result<Copies, SinkError>>,
{
    for _ in 0..LOOKS {
        if copies.unfinished(wanted)?.is_empty() {
            return Ok(());
        }
        copies = look().await?;
    }
    match copies.unfinished(wanted)?.into_iter().next() {
        None => Ok(()),
        Some(region) => {
            let why = "it is still being made; the next run looks again".to_owned();
            Err(SinkError::NotCopied { region, why })
        }
    }
}

/// Returns regions as a request names them; none if there are none.
pub(super) fn regions(names: Vec<String>) -> Option<Vec<ReplicaRegionType>> {
    let regions: Vec<_> = names
        .into_iter()
        .map(|region| ReplicaRegionType::builder().region(region).build())
        .collect();
    (!regions.is_empty()).then_some(regions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(copies: &[(&str, StatusType)]) -> Copies {
        let copies = copies.iter().map(|(region, status)| {
            let copy = ReplicationStatusType::builder().region(*region);
            let copy = copy.status(status.clone()).status_message("taken");
            copy.build()
        });
        Copies::of(Some(copies.collect()))
    }

    fn wanted(regions: &[&str]) -> BTreeSet<String> {
        regions.iter().map(|region| (*region).to_owned()).collect()
    }

    #[test]
    fn a_copy_that_failed_is_as_good_as_none() {
        let copies = told(&[
            ("eu-central-1", StatusType::InSync),
            ("us-east-1", StatusType::Failed),
            ("us-west-2", StatusType::InProgress),
        ]);
        let all = wanted(&["ap-south-1", "eu-central-1", "us-east-1", "us-west-2"]);
        assert_eq!(copies.missing(&all), ["ap-south-1", "us-east-1"]);
        let failed = copies.unfinished(&all).unwrap_err();
        assert_eq!(
            failed.to_string(),
            "the copy in us-east-1 was not made: taken"
        );
    }

    #[test]
    fn a_copy_that_is_being_made_is_waited_for_and_one_that_nobody_wants_is_not() {
        let copies = told(&[
            ("eu-central-1", StatusType::Failed),
            ("us-west-2", StatusType::InProgress),
        ]);
        let unfinished = copies.unfinished(&wanted(&["us-west-2"])).unwrap();
        assert_eq!(unfinished, ["us-west-2"]);
    }

    /// Looks at copies that are being made; each look finds the next of `then`, and
    /// the last one for ever. Returns what came of it, and how many looks it took.
    async fn settled(then: &[StatusType]) -> (String, u32) {
        let being_made = told(&[("us-east-1", StatusType::InProgress)]);
        let mut looks = 0;
        let look = || {
            let at = then.len().min(looks as usize + 1) - 1;
            looks += 1;
            let copies = told(&[("us-east-1", then[at].clone())]);
            async { Ok(copies) }
        };
        let settled = settle(being_made, &wanted(&["us-east-1"]), look).await;
        let said = settled.map_or_else(|error| error.to_string(), |()| "made".to_owned());
        (said, looks)
    }

    #[tokio::test]
    async fn a_copy_is_looked_at_until_it_is_there_or_failed_or_takes_too_long() {
        use StatusType::{Failed, InProgress, InSync};
        assert_eq!(settled(&[InProgress, InSync]).await, ("made".to_owned(), 2));
        let failed = "the copy in us-east-1 was not made: taken".to_owned();
        assert_eq!(settled(&[InProgress, Failed]).await, (failed, 2));
        let slow =
            "the copy in us-east-1 was not made: it is still being made; the next run looks again";
        assert_eq!(settled(&[InProgress]).await, (slow.to_owned(), LOOKS));
    }

    #[test]
    fn the_last_word_on_a_region_counts() {
        let copies = told(&[
            ("us-east-1", StatusType::Failed),
            ("us-east-1", StatusType::InSync),
        ]);
        let all = wanted(&["us-east-1"]);
        assert_eq!(copies.missing(&all), [""; 0]);
        assert_eq!(copies.unfinished(&all).unwrap(), [""; 0]);
    }
}
