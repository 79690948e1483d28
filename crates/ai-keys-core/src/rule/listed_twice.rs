//! A list says each name once.

use std::collections::BTreeMap;

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::decode::excerpt;
use crate::source::{Span, Spanned};

rule! {
    /// ## What it checks
    /// `usage-plans`, `targets`, `policy.require` and `policy.owners` name nothing twice.
    /// ## Why it matters
    /// The second entry means nothing, and often stands where another name was meant.
    /// ## Example
    /// ```toml,fail
    /// policy.require = ["owner", "expires", "owner"]
    /// ```
    /// ## What to do
    /// Remove the second entry, or write the name that was meant.
    AK108 "listed-twice" Warning => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let manifest = facts.manifest;
    let mut lists: Vec<&[Spanned<String>]> = Vec::new();
    if let Some(policy) = &manifest.policy {
        lists.extend(policy.require.as_deref());
        lists.extend(policy.owners.as_deref());
    }
    if let Some(defaults) = manifest.key_defaults() {
        lists.extend(defaults.usage_plans.as_ref().map(|list| list.as_slice()));
        lists.extend(defaults.targets.as_ref().map(|list| list.as_slice()));
    }
    for (_, usage_plan) in manifest.usage_plans.iter() {
        lists.extend(usage_plan.targets.as_ref().map(|list| list.as_slice()));
    }
    for (_, key) in manifest.keys.iter() {
        lists.extend(key.usage_plans.as_ref().map(|list| list.as_slice()));
        lists.extend(key.targets.as_ref().map(|list| list.as_slice()));
    }
    for list in lists.into_iter().filter(|list| list.len() > 1) {
        check_list(facts.text, list, out);
    }
}

fn check_list(text: &str, list: &[Spanned<String>], out: &mut Diagnostics) {
    let mut firsts = BTreeMap::new();
    let mut before = Span::default();
    for name in list {
        let first = *firsts.entry(name.value.as_str()).or_insert(name.span);
        if first != name.span {
            let message = format!("`{}` is listed twice", excerpt(name));
            let draft = out
                .report(&AK108, name.span, message)
                .related(first, "first here");
            let help = "remove the second one";
            // Certain only if nothing but a comma stands between: a comment
            // would be lost, or would swallow what follows.
            let between = Span::new(before.end as usize, name.span.start as usize);
            let joint = text.get(between.range()).unwrap_or_default();
            if joint.trim() == "," {
                let gone = Span::new(before.end as usize, name.span.end as usize);
                draft.fix(help, gone, "");
            } else {
                draft.help(help);
            }
        }
        before = name.span;
    }
}

#[cfg(test)]
mod tests {
    use super::AK108;
    use crate::check::check_text;
    use crate::rule::testing::{check, finding, framed, silent};

    #[test]
    fn the_second_entry_is_underlined() {
        let toml = "usage-plan.a.stages = [\"x/y\"]\nkey.acme.usage-plans = [\"a\", \"a\"]\n";
        let expected = finding(&AK108)
            .underlines("\"a\"")
            .related("\"a\"")
            .help("remove");
        check(toml, [expected]);
        silent(&AK108, &toml.replace(", \"a\"", ""));
    }

    #[test]
    fn the_edit_removes_the_comma_before_it() {
        let edited = |list: &str| {
            let text = framed(&format!("policy.require = {list}"));
            let checked = check_text(&text, None);
            let found = checked.diagnostics.iter().find(|d| d.code == &AK108)?;
            let edit = found.help.as_ref()?.edit.clone()?;
            let mut text = text;
            text.replace_range(edit.span.range(), &edit.replacement);
            text.lines().nth(2).map(str::to_owned)
        };
        let expected = Some("policy.require = [\"owner\",\"tags\"]".to_owned());
        assert_eq!(edited("[\"owner\",\n \"owner\",\"tags\"]"), expected);
        assert_eq!(edited("[\"owner\", # the team\n \"owner\"]"), None);
    }
}
