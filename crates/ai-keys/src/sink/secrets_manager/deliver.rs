//! Delivers one value: looks, then writes what is missing, step by step.

use aws_sdk_secretsmanager::types::Tag;
use zeroize::Zeroizing;

use super::super::note::{self, Told};
use super::super::{Parcel, Receipt, SinkError, refuse_newer};
use super::seen::Seen;
use super::{SecretsManager, copies, json_form, readers};
use crate::provider::aws::Operation;
use crate::provider::{ErrorKind, ProviderError};

/// The longest description, in characters.
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>, checked 2026-11-23.
const LONGEST: usize = 2048;

/// What a version is to hold, and its id.
struct Content {
    text: Zeroizing<String>,
    version: String,
    /// Whether the id follows from the generation alone.
    is_plain: bool,
}

impl Content {
    /// Returns the id where the note has to tell it.
    fn noted(&self) -> Option<&str> {
        (!self.is_plain).then_some(self.version.as_str())
    }
}

pub(super) async fn deliver(
    sink: &SecretsManager,
    parcel: Parcel<'_>,
) -> Result<Receipt, SinkError> {
    let name = parcel.destination.name();
    let mut seen = sink.describe(name).await?;
    if seen.is_none() {
        create(sink, parcel).await?;
        seen = sink.describe(name).await?;
    }
    let Some(seen) = seen else {
        // It was made and is gone, or is not shown yet: the next run looks again.
        let error = ProviderError::new(ErrorKind::Ambiguous, "CreateSecret");
        return Err(error.into());
    };
    check(&seen, parcel)?;
    let seen = if seen.holds(parcel.token) {
        seen
    } else {
        put(sink, parcel, seen).await?
    };
    if seen.note.settings() != Some(parcel.spec.fingerprint().as_str()) {
        set(sink, parcel, &seen).await?;
    }
    Ok(Receipt {
        handle: seen.arn,
        version: seen.current,
    })
}

/// Refuses what must not be written.
fn check(seen: &Seen, parcel: Parcel<'_>) -> Result<(), SinkError> {
    let destination = || parcel.destination.clone();
    if seen.deleted.is_some() {
        return Err(ProviderError::new(ErrorKind::Deleted, "DescribeSecret").into());
    }
    if let Some(primary) = &seen.primary {
        return Err(SinkError::Copy {
            destination: destination(),
            primary: primary.clone(),
        });
    }
    let token = parcel.token;
    let found = seen.note.generation(&token.namespace, &token.key);
    refuse_newer(parcel, found)?;
    if found.is_none() && !parcel.spec.takes_over {
        return Err(SinkError::Foreign(destination()));
    }
    Ok(())
}

/// Makes the secret with value, description and tags in one call, and asks for
/// its copies. What was made by somebody else meanwhile, and what became of the
/// copies, is found by the look that follows.
async fn create(sink: &SecretsManager, parcel: Parcel<'_>) -> Result<(), SinkError> {
    let Parcel { spec, token, .. } = parcel;
    let content = content(parcel, None, None);
    // Readers follow in a call of their own, and a copy may fail.
    let told = if spec.readers.is_empty() && spec.replicas.is_empty() {
        Told::Settings
    } else {
        Told::Value
    };
    let description = note::write(token, spec, told, content.noted(), LONGEST);
    let send = || {
        let request = sink.store.client().create_secret();
        request
            .name(parcel.destination.name())
            .client_request_token(&content.version)
            .secret_string(content.text.as_str())
            .description(&description)
            .set_kms_key_id(spec.kms_key.clone())
            .set_tags(tags(parcel))
            .set_add_replica_regions(copies::regions(spec.replicas.iter().cloned().collect()))
            .send()
    };
    match sink.store.call(Operation::CreateSecret, send).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::ConflictExists => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Makes the value current, and looks again.
async fn put(sink: &SecretsManager, parcel: Parcel<'_>, seen: Seen) -> Result<Seen, SinkError> {
    let Parcel { spec, token, .. } = parcel;
    let old = match &spec.field {
        Some(_) => json_form::read(sink, parcel, &seen).await?,
        None => None,
    };
    let content = content(parcel, old, seen.current.as_deref());
    let is_known = content.is_plain && seen.versions.contains(&content.version);
    // The copies get the new value after the secret itself.
    let told = match seen.note.settings() {
        Some(settings) if settings == spec.fingerprint() && spec.replicas.is_empty() => {
            Told::Settings
        }
        _ => Told::Value,
    };
    let description = note::write(token, spec, told, content.noted(), LONGEST);
    if !is_known {
        let send = || {
            let request = sink.store.client().update_secret();
            request
                .secret_id(parcel.destination.name())
                .client_request_token(&content.version)
                .secret_string(content.text.as_str())
                .description(&description)
                .set_kms_key_id(spec.kms_key.clone())
                .send()
        };
        match sink.store.call(Operation::UpdateSecret, send).await {
            Ok(_) => {}
            // A version of this id exists without a label: it is looked at below.
            Err(error) if error.kind() == ErrorKind::ConflictExists => {}
            Err(error) => return Err(error.into()),
        }
    }
    let seen = look(sink, parcel).await?;
    if seen.current.as_deref() != Some(content.version.as_str()) {
        promote(sink, parcel, &seen, &content.version).await?;
    }
    if seen.description != description {
        describe_as(sink, parcel, &description).await?;
    }
    let seen = look(sink, parcel).await?;
    if seen.holds(token) {
        return Ok(seen);
    }
    let message = "another value became current meanwhile".to_owned();
    let error = ProviderError::new(ErrorKind::ConflictOther, "UpdateSecret");
    Err(error.saying(None, None, Some(message)).into())
}

/// Makes an older version the current one again.
async fn promote(
    sink: &SecretsManager,
    parcel: Parcel<'_>,
    seen: &Seen,
    version: &str,
) -> Result<(), SinkError> {
    let send = || {
        let request = sink.store.client().update_secret_version_stage();
        request
            .secret_id(parcel.destination.name())
            .version_stage("AWSCURRENT")
            .set_remove_from_version_id(seen.current.clone())
            .move_to_version_id(version)
            .send()
    };
    sink.store
        .call(Operation::UpdateSecretVersionStage, send)
        .await?;
    Ok(())
}

/// Brings tags, readers and copies to what is asked for, then says so in the
/// description.
async fn set(sink: &SecretsManager, parcel: Parcel<'_>, seen: &Seen) -> Result<(), SinkError> {
    let Parcel { spec, token, .. } = parcel;
    let name = parcel.destination.name();
    let is_missing = |(key, value): (&String, &String)| seen.tags.get(key) != Some(value);
    if spec.tags.iter().any(is_missing) {
        let send = || {
            let request = sink.store.client().tag_resource().secret_id(name);
            request.set_tags(tags(parcel)).send()
        };
        sink.store.call(Operation::TagSecret, send).await?;
    }
    let is_over = |key: &&str| !spec.tags.contains_key(*key) && seen.tags.contains_key(*key);
    let over: Vec<String> = seen
        .note
        .tag_names()
        .into_iter()
        .filter(is_over)
        .map(str::to_owned)
        .collect();
    if !over.is_empty() {
        let send = || {
            let request = sink.store.client().untag_resource().secret_id(name);
            request.set_tag_keys(Some(over.clone())).send()
        };
        sink.store.call(Operation::UntagSecret, send).await?;
    }
    readers::set(sink, name, &spec.readers).await?;
    copies::make(sink, name, &spec.replicas, &seen.copies).await?;
    let version = seen.note.version();
    let description = note::write(token, spec, Told::Settings, version, LONGEST);
    describe_as(sink, parcel, &description).await
}

async fn describe_as(
    sink: &SecretsManager,
    parcel: Parcel<'_>,
    description: &str,
) -> Result<(), SinkError> {
    let send = || {
        let request = sink.store.client().update_secret();
        request
            .secret_id(parcel.destination.name())
            .description(description)
            .set_kms_key_id(parcel.spec.kms_key.clone())
            .send()
    };
    sink.store.call(Operation::UpdateSecret, send).await?;
    Ok(())
}

async fn look(sink: &SecretsManager, parcel: Parcel<'_>) -> Result<Seen, SinkError> {
    let seen = sink.describe(parcel.destination.name()).await?;
    let seen = seen.ok_or_else(|| ProviderError::new(ErrorKind::NotFound, "DescribeSecret"))?;
    check(&seen, parcel).map(|()| seen)
}

/// Returns what the version is to hold: the value alone, or an object with it
/// in a field, the other fields as they were.
fn content(parcel: Parcel<'_>, old: Option<json_form::Object>, base: Option<&str>) -> Content {
    let Parcel { token, value, .. } = parcel;
    let Some(field) = &parcel.spec.field else {
        return Content {
            text: Zeroizing::new(value.expose().to_owned()),
            version: token.version_id(),
            is_plain: true,
        };
    };
    Content {
        text: json_form::with_field(old, field, value),
        version: token.version_id_on(base, field),
        is_plain: false,
    }
}

fn tags(parcel: Parcel<'_>) -> Option<Vec<Tag>> {
    let tags = parcel.spec.tags.iter();
    let tags: Vec<Tag> = tags
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect();
    (!tags.is_empty()).then_some(tags)
}
