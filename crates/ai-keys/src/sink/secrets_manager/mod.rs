//! AWS Secrets Manager.
//!
//! One generation of a key is one version of the secret. Its id follows from
//! namespace, key and generation, so the service refuses a second one after a
//! lost answer, and a list tells what is current. `UpdateSecret` writes value
//! and description at once, so they cannot come apart; tags, readers and copies
//! follow, and only then does the description say that the settings are done.

mod copies;
mod deliver;
mod json_form;
mod readers;
mod seen;

use std::collections::BTreeMap;

use ai_keys_core::state::Delivered;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType};

use self::seen::Seen;
use super::error::SinkError;
use super::store::Secrets;
use super::{Parcel, Receipt, Sink, Wanted, is_as_wanted};
use crate::provider::aws::Operation;
use crate::provider::{ErrorKind, Paging, ProviderError};

/// Secrets on a page, and values of a filter.
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html>, checked 2026-11-23.
const PAGE: i32 = 100;
const FILTER_VALUES: usize = 10;
/// More pages than a list can have: 500,000 secrets are 5,000, and some may be short.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>, checked 2026-11-27.
const MOST_PAGES: usize = 10_000;
/// Up to this many names are asked for by name; above, all that begin alike are listed.
const BY_NAME: usize = 100;

/// Secrets Manager in one account and region.
#[derive(Clone)]
pub(super) struct SecretsManager {
    store: Secrets,
}

impl SecretsManager {
    pub(super) fn new(store: Secrets) -> Self {
        Self { store }
    }

    /// Lists what the wanted names begin with, those scheduled for deletion too.
    async fn list(&self, wanted: &[Wanted]) -> Result<BTreeMap<String, Seen>, ProviderError> {
        let names: Vec<&str> = wanted.iter().map(|one| one.destination.name()).collect();
        let mut found = BTreeMap::new();
        if names.len() <= BY_NAME {
            for names in names.chunks(FILTER_VALUES) {
                self.list_from(names, &mut found).await?;
            }
        } else {
            let prefix = common_prefix(&names);
            let prefixes: &[&str] = if prefix.is_empty() { &[] } else { &[prefix] };
            self.list_from(prefixes, &mut found).await?;
        }
        Ok(found)
    }

    async fn list_from(
        &self,
        prefixes: &[&str],
        found: &mut BTreeMap<String, Seen>,
    ) -> Result<(), ProviderError> {
        let filter = (!prefixes.is_empty()).then(|| {
            let values = prefixes.iter().map(|prefix| (*prefix).to_owned()).collect();
            let filter = Filter::builder().key(FilterNameStringType::Name);
            vec![filter.set_values(Some(values)).build()]
        });
        let mut paging = Paging::of_at_most(MOST_PAGES);
        loop {
            let send = || {
                let request = self.store.client().list_secrets().max_results(PAGE);
                let request = request.include_planned_deletion(true);
                let request = request.set_filters(filter.clone());
                request.set_next_token(paging.position()).send()
            };
            let page = self.store.call(Operation::ListSecrets, send).await?;
            for secret in page.secret_list.unwrap_or_default() {
                let seen = Seen::of_list(&secret);
                found.insert(secret.name.unwrap_or_default(), seen);
            }
            if !paging.go_on(page.next_token)? {
                return Ok(());
            }
        }
    }

    /// Looks at one secret; none if there is none.
    async fn describe(&self, name: &str) -> Result<Option<Seen>, ProviderError> {
        let send = || self.store.client().describe_secret().secret_id(name).send();
        match self.store.call(Operation::DescribeSecret, send).await {
            Ok(secret) => Ok(Some(Seen::of_description(secret))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Sink for SecretsManager {
    /// A list may be minutes old, so what is not as wanted is looked at again,
    /// one by one.
    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html>, checked 2026-11-23.
    async fn observe(&self, wanted: &[Wanted]) -> Result<Vec<Delivered>, SinkError> {
        let listed = self.list(wanted).await?;
        let mut answers = Vec::new();
        for one in wanted {
            let name = one.destination.name();
            let seen = listed.get(name).map(|seen| seen.delivered(one));
            answers.push(match seen {
                Some(seen) if is_as_wanted(&seen, one) => seen,
                _ => match self.describe(name).await? {
                    Some(seen) => seen.delivered(one),
                    None => Delivered::Absent,
                },
            });
        }
        Ok(answers)
    }

    async fn deliver(&self, parcel: Parcel<'_>) -> Result<Receipt, SinkError> {
        deliver::deliver(self, parcel).await
    }
}

/// Returns what all names begin with.
fn common_prefix<'n>(names: &[&'n str]) -> &'n str {
    let Some((first, rest)) = names.split_first() else {
        return "";
    };
    let mut prefix = *first;
    for name in rest {
        let shared = prefix
            .bytes()
            .zip(name.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        // Names are ASCII, so any byte is a border.
        prefix = prefix.get(..shared).unwrap_or_default();
    }
    prefix
}

#[cfg(test)]
mod tests {
    use super::common_prefix;

    #[test]
    fn names_are_listed_from_what_they_share() {
        assert_eq!(
            common_prefix(&["ai/prod/a", "ai/prod/b", "ai/prod"]),
            "ai/prod"
        );
        assert_eq!(common_prefix(&["a", "b"]), "");
        assert_eq!(common_prefix(&[]), "");
    }
}
