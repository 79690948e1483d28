//! Where keys are declared today: the states and stacks of other tools.
//!
//! INVARIANT: key values that such a file holds are masked, overwritten and
//! never kept. What leaves this room is a [`Found`], which cannot hold one.

mod cloudformation;
mod handover;
mod json;
mod pulumi;
mod resource;
mod serverless;
mod terraform;

use std::collections::BTreeMap;

use ai_keys_core::state::{Handle, LiveKey, LiveUsagePlan};

pub(crate) use handover::Handover;

use crate::output::Output;

/// What a file of another tool says of keys and usage plans.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Whose file it is.
    pub(crate) tool: Tool,
    /// Keys with their real ids.
    pub(crate) keys: BTreeMap<Handle, Object<LiveKey>>,
    /// Usage plans with their real ids.
    pub(crate) usage_plans: BTreeMap<Handle, Object<LiveUsagePlan>>,
    /// Names of REST APIs by id.
    pub(crate) apis: BTreeMap<String, String>,
    /// Objects that the file names without an id.
    pub(crate) named: Vec<Named>,
    /// Which key is on which usage plan, where the tool has a resource for it.
    pub(crate) memberships: Vec<Membership>,
    /// The account that the file is about, where it says so.
    pub(crate) account: Option<String>,
    /// The region that the file is about, where it says so.
    pub(crate) region: Option<String>,
    /// How many key values the file holds in clear text.
    pub(crate) values_in_clear: usize,
}

/// Whose file it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Terraform or `OpenTofu`.
    #[default]
    Terraform,
    /// Pulumi.
    Pulumi,
    /// CloudFormation, and what is built on it: SAM, CDK.
    CloudFormation,
    /// The Serverless framework, whose stacks are CloudFormation's.
    Serverless,
}

/// An object and what the other tool calls it.
#[derive(Debug)]
pub(crate) struct Object<T> {
    pub(crate) address: Address,
    /// What the file says of it; nothing where it only gives the id.
    pub(crate) live: Option<T>,
}

/// What another tool calls an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address {
    /// The whole: `module.a.aws_api_gateway_api_key.chat["web"]`, an URN, a
    /// logical id.
    pub(crate) whole: String,
    /// What names the block in the other tool's source: without the keys of
    /// instances, of modules neither.
    pub(crate) block: String,
}

impl Address {
    /// Returns the address of what its source names in the same way.
    fn of_one(name: &str) -> Self {
        Self {
            whole: name.to_owned(),
            block: name.to_owned(),
        }
    }
}

/// A resource that only says that a key is on a usage plan. It goes with its
/// key, or the other tool takes the key off again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Membership {
    pub(crate) address: Address,
    /// What the file calls the key; nothing where the key is not in it.
    pub(crate) key: Option<Address>,
    /// The usage plan, where the file gives its id.
    pub(crate) usage_plan: Option<Handle>,
}

/// An object that the file names without an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) kind: Kind,
    /// Its name in the cloud.
    pub(crate) name: String,
    pub(crate) address: Address,
    /// The stack that owns it, where the file says which.
    pub(crate) stack: Option<String>,
}

/// The kinds of object that are taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Key,
    UsagePlan,
}

/// Why a file is of no use here.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is not JSON; where, and nothing of its text.
    #[error("it is not JSON (line {line}, column {column}){}", hint.map(|hint| format!(": {hint}")).unwrap_or_default())]
    NotJson {
        line: usize,
        column: usize,
        hint: Option<&'static str>,
    },
    /// It is JSON of some other program.
    #[error(
        "it is neither a Terraform state (terraform.tfstate, or `terraform show -json`), nor `pulumi stack export`, nor a CloudFormation template or `aws cloudformation list-stack-resources` as JSON, nor `serverless print --format json`"
    )]
    Unknown,
    /// It is what we know, of a version that we do not.
    #[error("{0}")]
    Version(String),
}

/// Reads a file of another tool, whichever it is.
///
/// Values of keys are registered with `output` before anything else is looked
/// at, then overwritten.
///
/// # Errors
/// [`Unreadable`], which never quotes the file.
pub(crate) fn read(text: &str, output: &Output) -> Result<Found, Unreadable> {
    let mut document = json::parse(text)?;
    let values_in_clear = json::take_values(&mut document, output);
    let readers = [
        terraform::read,
        pulumi::read,
        cloudformation::read,
        serverless::read,
    ];
    let found = readers.iter().find_map(|read| read(&document));
    let mut found = found.unwrap_or(Err(Unreadable::Unknown))?;
    found.values_in_clear = values_in_clear;
    Ok(found)
}

#[cfg(test)]
mod handover_tests;
#[cfg(test)]
mod tests;
