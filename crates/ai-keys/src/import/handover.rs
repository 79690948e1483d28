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
    /// Those that stay on a usage plan that goes, and its id.
    referring: BTreeMap<&'f Handle, &'f Address>,
}

impl<'f> Handover<'f> {
    /// Sorts out what goes and what stays. `named` are the resources that the
    /// file names without an id, and that were taken over.
    pub(crate) fn new(
        found: &'f Found,
        is_taken: impl Fn(&Handle) -> bool,
        named: impl IntoIterator<Item = &'f Address>,
    ) -> Self {
        let keys = found
            .keys
            .iter()
            .map(|(handle, key)| (handle, &key.address));
        let usage_plans = found.usage_plans.iter();
        let usage_plans = usage_plans.map(|(handle, plan)| (handle, &plan.address));
        let mut taken: BTreeSet<&Address> = named.into_iter().collect();
        let mut left = BTreeSet::new();
        for (handle, address) in keys.chain(usage_plans) {
            let side = if is_taken(handle) {
                &mut taken
            } else {
                &mut left
            };
            side.insert(address);
        }
        let mut referring = BTreeMap::new();
        for membership in &found.memberships {
            let key = membership.key.as_ref();
            if key.is_some_and(|key| taken.contains(key)) {
                taken.insert(&membership.address);
                continue;
            }
            left.insert(&membership.address);
            let usage_plan = membership.usage_plan.as_ref().filter(|id| is_taken(id));
            let known = usage_plan.and_then(|id| found.usage_plans.get_key_value(id));
            referring.extend(known.map(|(id, usage_plan)| (id, &usage_plan.address)));
        }
        Self {
            found,
            taken,
            left,
            referring,
        }
    }

    /// Returns what to do, as text to be printed; empty if nothing is to be done.
    pub(crate) fn in_words(&self) -> String {
        if self.taken.is_empty() {
            return String::new();
        }
        let how = match self.found.tool {
            Tool::Terraform => self.terraform(),
            Tool::Pulumi => self.pulumi(),
            Tool::CloudFormation => self.cloudformation(STACK),
            Tool::Serverless => self.cloudformation(SERVERLESS),
        };
        format!("{how}{}", self.references())
    }

    /// What stays cannot refer to what is no longer in the source.
    fn references(&self) -> String {
        let mut text = String::new();
        if !self.referring.is_empty() {
            text.push_str(
                "\n# Keys that stay are on usage plans that go: write the id in the place of the reference.\n",
            );
        }
        for (id, usage_plan) in &self.referring {
            let _ = writeln!(text, "#   {}: \"{id}\"", usage_plan.whole);
        }
        text
    }

    /// A `removed` block speaks of a whole resource: where only some of its
    /// instances go, `terraform state rm` takes them out one by one.
    ///
    /// Source: <https://developer.hashicorp.com/terraform/language/block/removed>,
    /// Terraform 1.7 and newer, checked 2026-11-23.
    fn terraform(&self) -> String {
        let stays: BTreeSet<&str> = self.left.iter().map(|left| left.block.as_str()).collect();
        let (parts, whole): (Vec<&Address>, Vec<&Address>) = self
            .taken
            .iter()
            .partition(|address| stays.contains(address.block.as_str()));
        let blocks: BTreeSet<&str> = whole
            .into_iter()
            .map(|taken| taken.block.as_str())
            .collect();
        let mut text = String::new();
        if !blocks.is_empty() {
            text.push_str(
                "# After the first apply, delete these resources from Terraform's source and put this in their\n\
                 # place (Terraform 1.7 or newer): it forgets them and destroys nothing.\n",
            );
        }
        for block in blocks {
            let _ = write!(
                text,
                "\nremoved {{\n  from = {block}\n  lifecycle {{\n    destroy = false\n  }}\n}}\n"
            );
        }
        if !parts.is_empty() {
            text.push_str(
                "\n# Of some resources only these instances go. After the first apply run this, and only then\n\
                 # take them out of `for_each` or `count`: Terraform destroys what it still knows.\n",
            );
        }
        if parts.iter().any(|address| is_counted(address)) {
            text.push_str(
                "# `count` lets only the last ones go: give those that stay the lower numbers first\n\
                 # (`terraform state mv`), or turn `count` into `for_each`.\n",
            );
        }
        for address in parts {
            let _ = writeln!(text, "#   terraform state rm {}", in_shell(&address.whole));
        }
        text
    }

    fn pulumi(&self) -> String {
        let mut text = String::from(
            "# After the first apply, delete these resources from the program and run:\n\
             # it forgets them and destroys nothing. Memberships first: they depend on the others.\n\n",
        );
        let memberships = self.found.memberships.iter();
        let memberships: BTreeSet<&Address> = memberships.map(|one| &one.address).collect();
        let (first, then): (Vec<&Address>, Vec<&Address>) = self
            .taken
            .iter()
            .partition(|address| memberships.contains(*address));
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

/// Returns whether an instance has a number instead of a name.
fn is_counted(address: &Address) -> bool {
    let mut indexes = address.whole.split('[').skip(1);
    indexes.any(|index| index.starts_with(|c: char| c.is_ascii_digit()))
}

/// Quotes a word for a POSIX shell.
fn in_shell(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
