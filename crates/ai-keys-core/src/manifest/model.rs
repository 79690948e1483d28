//! The tables of `keys.toml`. The doc comments are the manifest reference.

use super::decode::record;
use super::delivery::Delivery;

use super::target::Target;
use super::variant::{Adopt, StageEntry};
use super::wrapper::{Named, Needed, Words};
use crate::date::{Date, Days};
use crate::limits::{Period, Rate};
use crate::source::Spanned;

record! {
    /// The whole of `keys.toml`.
    pub struct Manifest {
        /// The version of this format: `1`.
        "version" => version: Needed<Spanned<u32>>,
        /// Marks what this file owns. Unique for each account and region: two files with one
        /// namespace would each remove what the other declares.
        "namespace" => namespace: Needed<Spanned<String>>,
        /// Where keys live: accounts and regions, by name.
        "target" => targets: Named<Target>,
        /// Rules for every key of this file.
        "policy" => policy: Option<Policy>,
        /// What a key says only when it differs.
        "defaults" => defaults: Option<Defaults>,
        /// Usage plans, by name.
        "usage-plan" => usage_plans: Named<UsagePlan>,
        /// API keys, by name.
        "key" => keys: Named<Key>,
    }
}

record! {
    /// Rules for every key; each is optional.
    pub struct Policy {
        /// A regular expression that the names of keys must match.
        "key-name" => key_name: Option<Spanned<String>>,
        /// Fields that every key must have, here or by default.
        "require" => require: Option<Vec<Spanned<String>>>,
        /// The teams that may own keys.
        "owners" => owners: Option<Vec<Spanned<String>>>,
        /// The longest time from today to a key's `expires`.
        "max-lifetime" => max_lifetime: Option<Spanned<Days>>,
        /// The longest `rotate.every` that a key may have.
        "max-rotation-age" => max_rotation_age: Option<Spanned<Days>>,
        /// How long a key that was removed from the file stays disabled before it is deleted;
        /// 14 days if not said. Putting it back inside that time restores the same value.
        "removal-grace" => removal_grace: Option<Spanned<Days>>,
        /// How many keys and usage plans one apply may take away without an acknowledgement;
        /// 5 if not said.
        "max-deletes" => max_deletes: Option<Spanned<u32>>,
        /// How old a saved plan may be when it is applied; 14 days if not said.
        "max-plan-age" => max_plan_age: Option<Spanned<Days>>,
    }
}

record! {
    /// Values for what a table leaves out.
    pub struct Defaults {
        /// What every key has unless it says otherwise.
        "key" => key: Option<KeyDefaults>,
    }
}

record! {
    /// What every key has unless it says otherwise; tags are merged, the rest is replaced.
    pub struct KeyDefaults {
        /// Which AI service the keys open.
        "service" => service: Option<Spanned<String>>,
        /// Who answers for the keys.
        "owner" => owner: Option<Spanned<String>>,
        /// Whether the keys work.
        "enabled" => enabled: Option<Spanned<bool>>,
        /// The usage plans that the keys are on.
        "usage-plans" => usage_plans: Option<Spanned<Vec<Spanned<String>>>>,
        /// The targets that have the keys.
        "targets" => targets: Option<Spanned<Vec<Spanned<String>>>>,
        /// Tags of the keys.
        "tags" => tags: Option<Words>,
        /// The day on which the keys stop working.
        "expires" => expires: Option<Spanned<Date>>,
        /// When the keys get new values.
        "rotate" => rotate: Option<Spanned<Rotate>>,
        /// Whether no plan may delete or disable the keys.
        "protect" => protect: Option<Spanned<bool>>,
        /// Whether new values are tried at the `probe` of the target before they are delivered.
        "probe" => probe: Option<Spanned<bool>>,
        /// Where the values go.
        "deliver" => deliver: Option<Vec<Spanned<Delivery>>>,
    }
}

record! {
    /// A usage plan: who may call which stages how often.
    pub struct UsagePlan {
        /// `false` for a usage plan that is made elsewhere and only referred to here.
        "manage" => manage: Option<Spanned<bool>>,
        /// The name that the cloud shows; the table's name if not said.
        "name" => name: Option<Spanned<String>>,
        /// What the usage plan is for.
        "description" => description: Option<Spanned<String>>,
        /// The steady rate and the bucket size; unlimited if not said.
        "throttle" => throttle: Option<Spanned<ThrottleTable>>,
        /// How many requests a key may make in a period; unlimited if not said.
        "quota" => quota: Option<Spanned<QuotaTable>>,
        /// The stages that its keys reach, each `api/stage`: a REST API by name or id, and one
        /// of its stages. `{target}` stands for the target's name.
        "stages" => stages: Option<Vec<Spanned<StageEntry>>>,
        /// The targets that have the usage plan; every target if not said.
        "targets" => targets: Option<Spanned<Vec<Spanned<String>>>>,
        /// The id of a live usage plan to take over, or with `manage = false` to refer to;
        /// one, or one for each target.
        "adopt" => adopt: Option<Spanned<Adopt>>,
    }
}

record! {
    /// A token bucket, as the manifest writes it.
    pub struct ThrottleTable {
        /// Requests per second.
        "rate" => rate: Needed<Spanned<Rate>>,
        /// The size of the bucket, in requests.
        "burst" => burst: Needed<Spanned<u32>>,
    }
}

record! {
    /// A quota, as the manifest writes it.
    pub struct QuotaTable {
        /// Requests per period.
        "limit" => limit: Needed<Spanned<u32>>,
        /// The period: `day`, `week` or `month`.
        "per" => per: Needed<Spanned<Period>>,
        /// Requests taken off the first period.
        "offset" => offset: Option<Spanned<u32>>,
    }
}

record! {
    /// An API key.
    pub struct Key {
        /// Which AI service it opens.
        "service" => service: Option<Spanned<String>>,
        /// What it is for.
        "description" => description: Option<Spanned<String>>,
        /// Who answers for it. Written into the marker, so that the cloud's console shows it.
        "owner" => owner: Option<Spanned<String>>,
        /// Whether it works; `true` if not said.
        "enabled" => enabled: Option<Spanned<bool>>,
        /// The usage plans that it is on. Left as they are if not said here or by default.
        "usage-plans" => usage_plans: Option<Spanned<Vec<Spanned<String>>>>,
        /// The targets that have it; every target if not said.
        "targets" => targets: Option<Spanned<Vec<Spanned<String>>>>,
        /// Tags, merged over the default ones.
        "tags" => tags: Option<Words>,
        /// The day on which it stops working: the next apply from then on disables it.
        "expires" => expires: Option<Spanned<Date>>,
        /// When it gets a new value.
        "rotate" => rotate: Option<Spanned<Rotate>>,
        /// Whether no plan may delete or disable it.
        "protect" => protect: Option<Spanned<bool>>,
        /// The id of a live key to take over with its value, or one for each target.
        "adopt" => adopt: Option<Spanned<Adopt>>,
        /// Whether a new value is tried at the `probe` of the target before it is delivered; `true`
        /// if not said. `false` is for a key that does not open that address, and would be answered
        /// 403 for ever: its values are delivered 15 seconds after they were made.
        "probe" => probe: Option<Spanned<bool>>,
        /// Where its value goes.
        "deliver" => deliver: Option<Vec<Spanned<Delivery>>>,
        /// The name that the cloud shows; the table's name if not said.
        "name" => name: Option<Spanned<String>>,
        /// The customer id that AWS Marketplace knows.
        "customer-id" => customer_id: Option<Spanned<String>>,
    }
}

record! {
    /// When a key gets a new value.
    pub struct Rotate {
        /// How old a value may become.
        "every" => every: Needed<Spanned<Days>>,
        /// How long the old value works beside the new one; 7 days if not said.
        "overlap" => overlap: Option<Spanned<Days>>,
    }
}
