//! Parameter Store of AWS Systems Manager.
//!
//! A parameter's value and description are written in one call, so the note in
//! the description tells which generation is there and whose it is. There is
//! no request token: a lost answer is looked up before anything is sent again.
//! No labels are set: they would add a call and a permission, say no more than
//! the note does, and keep the oldest of 100 versions from going.

use std::collections::BTreeMap;

use ai_keys_core::manifest::Tier;
use ai_keys_core::state::{Delivered, Destination};
use aws_sdk_ssm::types::{
    ParameterMetadata, ParameterStringFilter, ParameterTier, ParameterType, ResourceTypeForTagging,
    Tag,
};

use super::error::SinkError;
use super::note::{self, Note, Told};
use super::store::Parameters;
use super::{Parcel, Receipt, Sink, Wanted, refuse_newer};
use crate::provider::aws::{Operation, partition};
use crate::provider::{ErrorKind, Paging, ProviderError};

/// Parameters on a page, and values of a filter.
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html>, checked 2026-11-23.
const PAGE: i32 = 50;
const FILTER_VALUES: usize = 50;
/// The longest description, in characters.
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>, checked 2026-11-23.
const LONGEST: usize = 1024;

/// Parameter Store in one account and region.
#[derive(Clone)]
pub(super) struct Ssm {
    store: Parameters,
    account: String,
}

/// A parameter, without its value.
struct Seen {
    note: Note,
    version: i64,
    is_encrypted: bool,
}

/// What becomes of a parameter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Put {
    Make,
    Overwrite,
}

impl Ssm {
    pub(super) fn new(store: Parameters, account: &str) -> Self {
        Self {
            store,
            account: account.to_owned(),
        }
    }

    /// Looks at parameters by their names, 50 in a call.
    async fn describe(&self, names: &[&str]) -> Result<BTreeMap<String, Seen>, ProviderError> {
        let mut found = BTreeMap::new();
        for names in names.chunks(FILTER_VALUES) {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let filter = ParameterStringFilter::builder()
                .key("Name")
                .option("Equals");
            let filter = filter.set_values(Some(names)).build();
            let filter = filter.map_err(|_| {
                ProviderError::new(
                    ErrorKind::Invalid,
                    Operation::DescribeParameters.call().operation,
                )
            })?;
            let mut paging = Paging::default();
            loop {
                let send = || {
                    let request = self.store.client().describe_parameters();
                    let request = request.parameter_filters(filter.clone()).max_results(PAGE);
                    request.set_next_token(paging.position()).send()
                };
                let page = self.store.call(Operation::DescribeParameters, send).await?;
                for parameter in page.parameters.unwrap_or_default() {
                    let seen = Seen::of(&parameter);
                    found.insert(parameter.name.unwrap_or_default(), seen);
                }
                if !paging.go_on(page.next_token)? {
                    break;
                }
            }
        }
        Ok(found)
    }

    async fn look(&self, name: &str) -> Result<Option<Seen>, ProviderError> {
        Ok(self.describe(&[name]).await?.remove(name))
    }

    /// Writes value and description in one call. Tags go with it only if it
    /// makes the parameter. Returns the number of the version.
    async fn put(&self, parcel: Parcel<'_>, put: Put) -> Result<i64, ProviderError> {
        let Parcel { spec, token, .. } = parcel;
        let description = note::write(token, spec, Told::Settings, None, LONGEST);
        let send = || {
            let request = self.store.client().put_parameter();
            request
                .name(parcel.destination.name())
                .value(parcel.value.expose())
                .r#type(ParameterType::SecureString)
                .description(&description)
                .set_key_id(spec.kms_key.clone())
                .set_tier(spec.tier.map(tier))
                .overwrite(put == Put::Overwrite)
                .set_tags(tags(parcel).filter(|_| put == Put::Make))
                .send()
        };
        let answer = self.store.call(Operation::PutParameter, send).await?;
        Ok(answer.version)
    }

    /// Brings the tags to what is asked for. They come before the note that
    /// says that all is done.
    async fn tag(&self, parcel: Parcel<'_>, seen: &Seen) -> Result<(), ProviderError> {
        let name = parcel.destination.name();
        let kind = ResourceTypeForTagging::Parameter;
        if let Some(tags) = tags(parcel) {
            let send = || {
                let request = self.store.client().add_tags_to_resource();
                let request = request.resource_type(kind.clone()).resource_id(name);
                request.set_tags(Some(tags.clone())).send()
            };
            self.store.call(Operation::AddTagsToResource, send).await?;
        }
        let names = seen.note.tag_names().into_iter();
        let over: Vec<String> = names
            .filter(|name| !parcel.spec.tags.contains_key(*name))
            .map(str::to_owned)
            .collect();
        if !over.is_empty() {
            let send = || {
                let request = self.store.client().remove_tags_from_resource();
                let request = request.resource_type(kind.clone()).resource_id(name);
                request.set_tag_keys(Some(over.clone())).send()
            };
            self.store
                .call(Operation::RemoveTagsFromResource, send)
                .await?;
        }
        Ok(())
    }

    fn receipt(&self, destination: &Destination, version: i64) -> Receipt {
        let region = self.store.region();
        let partition = partition(region);
        let name = destination.name().trim_start_matches('/');
        Receipt {
            handle: format!(
                "arn:{partition}:ssm:{region}:{}:parameter/{name}",
                self.account
            ),
            version: Some(version.to_string()),
        }
    }
}

impl Seen {
    fn of(parameter: &ParameterMetadata) -> Self {
        Self {
            note: Note::read(parameter.description()),
            version: parameter.version,
            is_encrypted: parameter.r#type() == Some(&ParameterType::SecureString),
        }
    }

    fn is_done(&self, parcel: Parcel<'_>) -> bool {
        let Parcel { spec, token, .. } = parcel;
        self.note.generation(&token.namespace, &token.key) == Some(token.generation)
            && self.note.settings() == Some(spec.fingerprint().as_str())
    }
}

impl Sink for Ssm {
    async fn observe(&self, wanted: &[Wanted]) -> Result<Vec<Delivered>, SinkError> {
        let names: Vec<&str> = wanted.iter().map(|one| one.destination.name()).collect();
        let found = self.describe(&names).await?;
        let tell = |one: &Wanted| {
            let Some(seen) = found.get(one.destination.name()) else {
                return Delivered::Absent;
            };
            match seen.note.generation(&one.namespace, &one.key) {
                Some(number) => Delivered::Generation {
                    number,
                    settings: Some(seen.note.settings_or_unfinished()),
                },
                None => Delivered::Foreign,
            }
        };
        Ok(wanted.iter().map(tell).collect())
    }

    async fn deliver(&self, parcel: Parcel<'_>) -> Result<Receipt, SinkError> {
        let name = parcel.destination.name();
        let token = parcel.token;
        let mut lost = None;
        for _ in 0..2 {
            let put = match self.look(name).await? {
                Some(seen) if seen.is_done(parcel) => {
                    return Ok(self.receipt(parcel.destination, seen.version));
                }
                Some(seen) => {
                    let found = seen.note.generation(&token.namespace, &token.key);
                    refuse_newer(parcel, found)?;
                    let is_ours = found.is_some();
                    // The type of a parameter cannot be changed.
                    if !seen.is_encrypted || (!is_ours && !parcel.spec.takes_over) {
                        return Err(SinkError::Foreign(parcel.destination.clone()));
                    }
                    self.tag(parcel, &seen).await?;
                    Put::Overwrite
                }
                None => Put::Make,
            };
            match self.put(parcel, put).await {
                Ok(version) => return Ok(self.receipt(parcel.destination, version)),
                // It may be there, by this call or by another: look again, try once more.
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::ConflictExists | ErrorKind::Ambiguous
                    ) =>
                {
                    lost = Some(error);
                }
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(seen) = self.look(name).await?
            && seen.is_done(parcel)
        {
            return Ok(self.receipt(parcel.destination, seen.version));
        }
        let lost = lost.unwrap_or_else(|| ProviderError::new(ErrorKind::Ambiguous, "PutParameter"));
        Err(lost.into())
    }
}

fn tier(tier: Tier) -> ParameterTier {
    match tier {
        Tier::Standard => ParameterTier::Standard,
        Tier::Advanced => ParameterTier::Advanced,
        Tier::IntelligentTiering => ParameterTier::IntelligentTiering,
    }
}

fn tags(parcel: Parcel<'_>) -> Option<Vec<Tag>> {
    let tags = parcel.spec.tags.iter();
    let tags: Vec<Tag> = tags
        .filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok())
        .collect();
    (!tags.is_empty()).then_some(tags)
}
