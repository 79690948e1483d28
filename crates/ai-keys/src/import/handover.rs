//! What to do in the other tool, so that it lets go of what is taken over and
//! destroys nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use ai_keys_core::state::Handle;

use super::{Address, Found, Tool};

/// How a stack lets go.
const STACK: &str = "# Before the first apply, in the stack:\n\
#   1. set `DeletionPolicy: Retain` on these resources, and deploy;\n\
#   2. delete them from the template, and deploy: the stack lets go of them.\n";
/// How a service of the Serverless framework lets go: all at once, because its
/// logical ids count, and a key that stays would get the id of one that goes.
///
/// Source: <https://www.serverless.com/framework/docs/providers/aws/guide/resources#override-aws-cloudformation-resource>,
/// checked 2026-11-24.
const SERVERLESS: &str = "# Before the first apply, in the service:\n\
#   1. set `DeletionPolicy: Retain` on these under `resources.extensions`, and deploy;\n\
#   2. delete all of `apiKeys` and `usagePlan` at once, and deploy: the stack lets go of them.\n";

/// The resources that were taken over, of all that the file has.
#[derive(Debug)]
pub(crate) struct Handover<'f> {
    found: &'f Found,
    taken: BTreeSet<&'f Address>,
    left: BTreeSet<&'f Address>,
}

impl<'f> Handover<'f> {
    /// Sorts out what goes and what stays.
    pub(crate) fn new(found: &'f Found, is_taken: impl Fn(&Handle) -> bool) -> Self {
        let keys = found
            .keys
            .iter()
            .map(|(handle, object)| (handle, &object.address));
        let usage_plans = found.usage_plans.iter();
        let usage_plans = usage_plans.map(|(handle, object)| (handle, &object.address));
        let (taken, left): (Vec<_>, Vec<_>) = keys
            .chain(usage_plans)
            .partition(|(handle, _)| is_taken(handle));
        let address = |(_, address)| address;
        let mut taken: BTreeSet<&Address> = taken.into_iter().map(address).collect();
        if !taken.is_empty() {
            taken.extend(&found.memberships);
        }
        Self {
            found,
            taken,
            left: left.into_iter().map(address).collect(),
        }
    }

    /// Adds resources that the file names without an id, and that were taken over.
    pub(crate) fn with(mut self, named: impl IntoIterator<Item = &'f Address>) -> Self {
        self.taken.extend(named);
        self
    }

    /// Returns what to do, as text to be printed; empty if nothing is to be done.
    pub(crate) fn in_words(&self) -> String {
        if self.taken.is_empty() {
            return String::new();
        }
        match self.found.tool {
            Tool::Terraform => self.terraform(),
            Tool::Pulumi => self.pulumi(),
            Tool::CloudFormation => self.cloudformation(STACK),
            Tool::Serverless => self.cloudformation(SERVERLESS),
        }
    }

    /// A `removed` block speaks of a whole resource: where only some of its
    /// instances go, `terraform state rm` takes them out one by one.
    ///
    /// Source: <https://developer.hashicorp.com/terraform/language/block/removed>,
    /// Terraform 1.7 and newer, checked 2026-11-23.
    fn terraform(&self) -> String {
        let shared: BTreeSet<&str> = self
            .left
            .iter()
            .map(|address| address.block.as_str())
            .collect();
        let mut blocks: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for address in &self.taken {
            blocks
                .entry(&address.block)
                .or_default()
                .push(&address.whole);
        }
        let mut text = String::from(
            "# After the first apply, delete these resources from Terraform's source and put this in their\n\
             # place (Terraform 1.7 or newer): it forgets them and destroys nothing.\n",
        );
        let (parts, whole): (Vec<_>, Vec<_>) = blocks
            .into_iter()
            .partition(|(block, _)| shared.contains(block));
        for (block, _) in whole {
            let from = without_indexes(block);
            let _ = write!(
                text,
                "\nremoved {{\n  from = {from}\n  lifecycle {{\n    destroy = false\n  }}\n}}\n"
            );
        }
        if !parts.is_empty() {
            text.push_str("\n# Of these resources only some instances go:\n");
        }
        for address in parts.into_iter().flat_map(|(_, addresses)| addresses) {
            let _ = writeln!(text, "#   terraform state rm {}", in_shell(address));
        }
        text
    }

    fn pulumi(&self) -> String {
        let mut text = String::from(
            "# After the first apply, delete these resources from the program and run:\n\
             # it forgets them and destroys nothing. Memberships first: they depend on the others.\n\n",
        );
        let (first, then): (Vec<&Address>, Vec<&Address>) = self
            .taken
            .iter()
            .copied()
            .partition(|address| self.found.memberships.contains(address));
        for address in first.into_iter().chain(then) {
            let _ = writeln!(
                text,
                "pulumi state delete --yes {}",
                in_shell(&address.whole)
            );
        }
        text
    }

    /// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html>,
    /// checked 2026-11-23.
    fn cloudformation(&self, how: &str) -> String {
        let mut text = format!(
            "{how}# The tags of the stack stay on them, so the first apply asks for an acknowledgement of each.\n\n"
        );
        for address in &self.taken {
            let _ = writeln!(text, "{}", address.whole);
        }
        text
    }
}

/// A `removed` block takes no instance keys, of modules neither.
fn without_indexes(block: &str) -> String {
    let mut from = String::new();
    let mut depth = 0_u32;
    let mut is_quoted = false;
    let mut is_escaped = false;
    for c in block.chars() {
        match c {
            '"' if depth > 0 && !is_escaped => is_quoted = !is_quoted,
            '[' if !is_quoted => depth += 1,
            ']' if !is_quoted => depth = depth.saturating_sub(1),
            c if depth == 0 => from.push(c),
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    from
}

/// Quotes a word for a POSIX shell.
fn in_shell(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
