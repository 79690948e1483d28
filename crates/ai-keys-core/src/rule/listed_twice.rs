//! A list says each name once.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::firsts::Firsts;
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
    let mut firsts = Firsts::default();
    let mut before = Span::default();
    for name in list {
        let first = firsts.enter(&name.value, name.span);
        if first != name.span {
            let message = format!("`{}` is listed twice", excerpt(name));
            let draft = out
                .report(&AK108, name.span, message)
                .related(first, "first here");
            let help = "remove the second one";
            // Certain: without it the list means the same.
            match without_item(text, before, name.span) {
                Some(gone) => draft.fix(help, gone, ""),
                None => draft.help(help),
            };
        }
        before = name.span;
    }
}

/// Returns what to cut out of a list so that one item, not the first, is gone
/// and every comment stays.
pub(crate) fn without_item(text: &str, before: Span, item: Span) -> Option<Span> {
    let between = text.get(before.end as usize..item.start as usize)?;
    if between.trim() == "," {
        return Some(Span::new(before.end as usize, item.end as usize));
    }
    // A comment stands between. The item goes with the comma after it; the last
    // one goes alone, and the comma before it may end the list.
    let rest = text.get(item.end as usize..)?;
    let after = rest.trim_start();
    let end = match after.chars().next()? {
        ',' => text.len() - after.len() + 1,
        ']' => item.end as usize,
        _ => return None,
    };
    let line_start = text.get(..item.start as usize)?.rfind('\n')? + 1;
    let line_end = end + text.get(end..)?.find('\n')? + 1;
    let is_alone = text.get(line_start..item.start as usize)?.trim().is_empty()
        && text.get(end..line_end)?.trim().is_empty();
    Some(if is_alone {
        Span::new(line_start, line_end)
    } else {
        Span::new(item.start as usize, end)
    })
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
            let (_, after) = text.split_once("require = ")?;
            let (list, _) = after.split_once("\n[target")?;
            Some(list.to_owned())
        };
        for (list, expected) in [
            ("[\"owner\",\n \"owner\",\"tags\"]", "[\"owner\",\"tags\"]"),
            ("[\"owner\", # a,\n \"owner\"]", "[\"owner\", # a,\n ]"),
            (
                "[\"owner\", # a\n \"owner\", # b\n]",
                "[\"owner\", # a\n  # b\n]",
            ),
            (
                "[\"owner\", # a\n \"owner\",\n \"tags\"]",
                "[\"owner\", # a\n \"tags\"]",
            ),
        ] {
            assert_eq!(edited(list).as_deref(), Some(expected));
        }
        assert_eq!(edited("[\"owner\", # a\n \"owner\" # b\n, \"tags\"]"), None);
    }
}
