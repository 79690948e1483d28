//! The manifest: the text of `keys.toml`, read with spans and without stopping at the first mistake.

pub(crate) mod code;
pub(crate) mod decode;
mod delivery;
mod entries;
mod model;
mod name;
pub(crate) mod parse;
mod reference;
pub(crate) mod scalar;
mod schema;
pub mod shape;
mod target;
mod value_like;
mod variant;
mod view;
mod wrapper;

pub use decode::Unreadable;
pub(crate) use decode::excerpt;
pub use delivery::{Delivery, GithubDelivery, SecretsManagerDelivery, SinkKind, SsmDelivery, Tier};
pub use entries::Entries;
pub use model::{
    Defaults, Key, KeyDefaults, Manifest, Policy, QuotaTable, Rotate, ThrottleTable, UsagePlan,
};
pub use name::{is_hidden, is_id, visible};
pub use parse::{MAX_BYTES, Parsed, parse};
pub use reference::manifest_reference;
pub use schema::json_schema;
pub(crate) use target::account_of_role;
pub use target::{AwsTarget, AzureTarget, GoogleTarget, Place, Target};
pub use value_like::{hide_values, value_like_spans};
pub use variant::{Adopt, Methods, StageEntry, StageTable};
pub use view::{DEFAULT_OVERLAP, KeyView};
pub use wrapper::{Named, Needed, Words};
