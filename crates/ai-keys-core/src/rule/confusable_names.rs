//! Two names that a reader takes for one.

use super::entry::{self, Entry};
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::firsts::Numbers;
use crate::manifest::decode::excerpt;
use crate::sorted;
use crate::source::Span;

rule! {
    /// ## What it checks
    /// No two keys, and no two usage plans, have names (of the table, or in the cloud) that differ
    /// only in what the eye passes over: upper and lower case, `i`, `l` and `1`, `o` and `0`, `rn`
    /// and `m`, hyphens, underscores and blanks, or letters of the Cyrillic and Greek alphabets
    /// that look Latin. A hyphen between two digits counts: `v1-10` and `v11-0` are two names.
    /// ## Why it matters
    /// Somebody will disable `chat-web-l` when `chat-web-1` has leaked.
    /// ## Example
    /// ```toml,fail
    /// key.chat-web.description = "The front end"
    /// key.chatweb.description = "Also the front end"
    /// ```
    /// ## What to do
    /// Rename one of them. Renaming a table makes a new key with a new value; `name` changes only
    /// what the cloud shows.
    AK107 "confusable-names" Warning => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    check_kind(entry::usage_plans(facts.manifest), out);
    check_kind(entry::keys(facts.manifest), out);
}

/// A name, by the hash of what the eye sees of it.
struct Seen<'m> {
    hash: u64,
    text: &'m str,
    span: Span,
    entry: &'m str,
}

fn check_kind<'m>(entries: impl Iterator<Item = Entry<'m>>, out: &mut Diagnostics) {
    let names = |entry: Entry<'m>| {
        let seen = |text, span| Seen {
            hash: hash_of(text),
            text,
            span,
            entry: entry.name,
        };
        let cloud_name = entry.cloud_name();
        let other = (cloud_name != entry.name).then(|| seen(cloud_name, entry.cloud_name_span()));
        [Some(seen(entry.name, entry.span)), other]
    };
    let mut names: Vec<Seen<'_>> = entries.flat_map(names).flatten().collect();
    sorted::sort_by_key(&mut names, |seen| (seen.hash, seen.span));
    for group in names.chunk_by(|a, b| a.hash == b.hash) {
        if group.len() > 1 {
            check_group(group, out);
        }
    }
}

/// Reports every entry but the first of those whose names look alike.
fn check_group(group: &[Seen<'_>], out: &mut Diagnostics) {
    let by_text = |a: &&Seen<'_>, b: &&Seen<'_>| (a.text, a.span).cmp(&(b.text, b.span));
    let (Some(first), Some(least), Some(most)) = (
        group.first(),
        group.iter().min_by(by_text),
        group.iter().max_by(by_text),
    ) else {
        return;
    };
    if least.text == most.text {
        return; // One name said twice: `duplicate-cloud-name`.
    }
    let mut reported = Numbers::default();
    reported.insert(first.entry);
    for seen in group {
        let looks_like = |other: &&&Seen<'_>| {
            let is_other = other.entry != seen.entry && other.text != seen.text;
            // Equal hashes of unlike names are possible, if only on purpose.
            is_other && skeleton(other.text).eq(skeleton(seen.text))
        };
        if let Some(other) = [first, least, most].iter().find(looks_like)
            && reported.insert(seen.entry)
        {
            let message = format!(
                "`{}` is easily taken for `{}`",
                excerpt(seen.text),
                excerpt(other.text)
            );
            out.report(&AK107, seen.span, message)
                .related(other.span, "looks the same")
                .help("rename one of them");
        }
    }
}

/// FNV-1a over the skeleton: nothing is allocated for ten thousand names.
fn hash_of(text: &str) -> u64 {
    skeleton(text).fold(0xcbf2_9ce4_8422_2325, |hash, c| {
        (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Returns what the eye sees of a name: names with one skeleton look alike.
fn skeleton(text: &str) -> impl Iterator<Item = char> + '_ {
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    let visible = std::iter::from_fn(move || {
        loop {
            let c = chars.next()?;
            let is_gap = matches!(c, '-' | '_' | ' ' | '.');
            let splits_digits =
                before.is_ascii_digit() && chars.peek().is_some_and(char::is_ascii_digit);
            if is_gap && !splits_digits {
                continue;
            }
            before = c;
            return Some(if is_gap { '-' } else { fold(c) });
        }
    });
    visible.flat_map(|c| {
        let (first, second) = match c {
            'm' => ('r', Some('n')),
            'w' => ('v', Some('v')),
            c => (c, None),
        };
        std::iter::once(first).chain(second)
    })
}

/// Folds case and the look-alikes of one letter.
fn fold(c: char) -> char {
    match c {
        'i' | 'I' | 'l' | 'L' | '1' | '|' | 'і' | 'І' | 'ι' | 'Ι' | 'ӏ' | 'ı' => 'l',
        'o' | 'O' | '0' | 'о' | 'О' | 'ο' | 'Ο' => 'o',
        'а' | 'А' | 'α' | 'Α' => 'a',
        'В' | 'Β' => 'b',
        'с' | 'С' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'Е' | 'Ε' => 'e',
        'һ' | 'Н' | 'Η' => 'h',
        'ј' | 'Ј' => 'j',
        'к' | 'К' | 'κ' | 'Κ' => 'k',
        'М' | 'Μ' => 'm',
        'Ν' => 'n',
        'р' | 'Р' | 'ρ' | 'Ρ' => 'p',
        'ѕ' | 'Ѕ' => 's',
        'Т' | 'Τ' => 't',
        'υ' => 'u',
        'ν' => 'v',
        'х' | 'Х' | 'χ' | 'Χ' => 'x',
        'у' | 'У' | 'Υ' => 'y',
        'Ζ' => 'z',
        c => lower(c),
    }
}

/// Returns the small letter of a Latin, Greek or Cyrillic one. The table of all
/// alphabets would be as large as five rules.
fn lower(c: char) -> char {
    let distance = match c {
        'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ρ' | 'Σ'..='Ϋ' | 'А'..='Я' => 32,
        'Ѐ'..='Џ' => 80,
        'Ā'..='į' | 'Ĳ'..='ķ' | 'Ŋ'..='ŷ' => (u32::from(c) + 1) % 2,
        'Ĺ'..='ň' | 'Ź'..='ž' => u32::from(c) % 2,
        c => return c.to_ascii_lowercase(),
    };
    char::from_u32(u32::from(c) + distance).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::{AK107, lower, skeleton};
    use crate::check::check_text;
    use crate::rule::testing::{check, finding, framed, silent};

    #[test]
    fn the_second_of_two_names_that_look_alike_is_underlined() {
        let toml = "key.web-l.owner = \"a\"\nkey.web-1.owner = \"a\"\n";
        let expected = finding(&AK107)
            .underlines("web-1")
            .related("web-l")
            .help("rename");
        check(toml, [expected]);
        silent(&AK107, &toml.replace("web-1", "web-2"));
    }

    #[test]
    fn a_name_in_the_cloud_counts_too() {
        let toml = "usage-plan.gold.name = \"Сhat\"\nusage-plan.chat.stages = [\"a/b\"]\n";
        let expected = finding(&AK107).underlines("chat").related("\"Сhat\"");
        check(toml, [expected]);
        silent(&AK107, &toml.replace("Сhat", "Web"));
        // One entry may be called alike here and there.
        silent(&AK107, "key.chat.name = \"Chat\"");
    }

    #[test]
    fn each_of_three_is_reported_once_in_any_order() {
        let keys = [
            "[key.web-l]\n",
            "[key.web]\nname = \"web-1\"\n",
            "[key.web-1]\nname = \"WEB-1\"\n",
        ];
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let text = framed(&order.map(|at| keys[at]).concat());
            let checked = check_text(&text, None);
            let found = checked.diagnostics.iter().filter(|d| d.code == &AK107);
            assert_eq!(found.count(), 2, "{text}");
        }
    }

    #[test]
    fn capitals_of_three_alphabets_are_folded() {
        let alphabets = ('\0'..='ž').chain('Α'..='ώ').chain('Ѐ'..='џ');
        // The dotted I has no small letter of its own, ÿ has its capital elsewhere.
        for c in alphabets.filter(|c| !"İŸ".contains(*c)) {
            let expected: Vec<char> = c.to_lowercase().collect();
            assert_eq!(vec![lower(c)], expected, "{c}");
        }
    }

    #[test]
    fn skeletons_are_equal_where_names_look_alike() {
        let eye = |text: &str| skeleton(text).collect::<String>();
        for (a, b) in [
            ("barn", "bam"),
            ("chat-web", "chat_web"),
            ("chat web", "CHATWEB"),
            ("l0l", "IOI"),
            ("раураl", "paypal"),
            ("wasp", "vvasp"),
        ] {
            assert_eq!(eye(a), eye(b));
        }
        for (a, b) in [("v1-10", "v11-0"), ("key-1", "key-2"), ("a", "b")] {
            assert_ne!(eye(a), eye(b));
        }
    }
}
