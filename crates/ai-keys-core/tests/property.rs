//! What holds for every text: no panic, honest spans, and no meaning in the order of tables.

use ai_keys_core::check::{Checked, check_text};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A manifest with something of everything, one table a part.
const HEAD: &str = "version = 1\nnamespace = \"acme\"\n";
const TABLES: [&str; 11] = [
    "[target.prod]\nprovider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\naccount = \"123456789012\"\n",
    "[target.staging]\nprovider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\naccount = \"210987654321\"\n",
    "[policy]\nkey-name = \"^[a-z]\"\nrequire = [\"owner\", \"expires\"]\nowners = [\"team-a\"]\nmax-lifetime = \"365d\"\nmax-rotation-age = \"90d\"\n",
    "[defaults.key]\nowner = \"team-b\"\ntags = { cost-center = \"cc-42\" }\ndeliver = [{ to = \"secrets-manager\", name = \"ai/{target}/{key}\" }]\n",
    "[usage-plan.gold]\nstages = [\"chat/{target}\", \"chat/prod\"]\nquota = { limit = 10, per = \"day\", offset = 1 }\n",
    "[usage-plan.partner]\nmanage = false\nadopt = \"abc123\"\nthrottle = { rate = 0, burst = 0 }\n",
    "[key.web-1]\nusage-plans = [\"gold\", \"partner\", \"gold\"]\nexpires = 2026-12-01\nadopt = \"abc123def4\"\n",
    "[key.web-l]\nname = \"Chat Web 🔑\"\nexpires = 2020-01-01\nrotate = { every = \"7d\" }\nprotect = true\nenabled = false\n",
    "[key.web]\nname = \"web-1\"\ntargets = [\"prdo\"]\nowner = \"team-c\"\nadopt = { prod = \"abc123def4\" }\n",
    "[key.batch]\ndescription = \"x [ai-keys: a/b#1]\"\ndeliver = [{ to = \"github-secret\", name = \"KEY-1\" }]\n",
    "[key.other]\ndescription = \"AKIAIOSFODNN7EXAMPLE\"\ntags = { \"aws:x\" = \"é\" }\nusage-plans = [\"glod\"]\n",
];

fn check(text: &str) -> Checked {
    check_text(text, "2026-11-23".parse().ok())
}

/// Asserts that every span lies on characters inside the text.
fn assert_honest(text: &str) {
    for found in check(text).diagnostics.iter() {
        let labels = std::iter::once(&found.primary).chain(&found.related);
        let edit = found.help.as_ref().and_then(|help| help.edit.as_ref());
        for span in labels
            .map(|label| label.span)
            .chain(edit.map(|edit| edit.span))
        {
            assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
        }
        assert!(!found.message.contains('\n'), "{}", found.message);
        assert!(!found.message.is_empty());
    }
}

/// Returns what is said, and about which text, without the places.
fn said(text: &str) -> Vec<(&'static str, String)> {
    let checked = check(text);
    let on = |found: &ai_keys_core::diagnostic::Diagnostic| {
        let span = found.primary.span.range();
        (found.code.id, text.get(span).unwrap_or_default().to_owned())
    };
    let mut said: Vec<_> = checked.diagnostics.iter().map(on).collect();
    said.sort();
    said
}

/// Pieces that tend to break parsers.
const ODD: &[&str] = &[
    "\"",
    "'",
    "\"\"\"",
    "[",
    "]",
    "{",
    "}",
    "=",
    ".",
    ",",
    "#",
    "\n",
    "\r\n",
    "\r",
    "\\",
    "\\u0000",
    "\\U0010FFFF",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "é",
    "🔑",
    "-1",
    "1e999",
    "2026-02-30",
    "{target}",
    "{",
    "true",
    "key",
    "[key.x]",
    "[[key]]",
    "99999999999999999999",
];

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![select(ODD).prop_map(str::to_owned), ".{0,8}"]
}

/// The manifest with some pieces put in place of others.
fn mutated() -> impl Strategy<Value = String> {
    let slips = proptest::collection::vec((any::<Index>(), 0..12_usize, piece()), 1..6);
    slips.prop_map(|slips| {
        let mut text = format!("{HEAD}{}", TABLES.concat());
        for (at, length, piece) in slips {
            let boundary = |mut at: usize| {
                while !text.is_char_boundary(at) {
                    at += 1;
                }
                at
            };
            let start = boundary(at.index(text.len()));
            let end = boundary((start + length).min(text.len()));
            text.replace_range(start..end, &piece);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_panic(text in any::<String>()) {
        assert_honest(&text);
    }

    #[test]
    fn any_heap_of_pieces_is_read_without_panic(pieces in proptest::collection::vec(piece(), 0..40)) {
        assert_honest(&pieces.concat());
    }

    #[test]
    fn a_damaged_manifest_is_read_without_panic(text in mutated()) {
        assert_honest(&text);
    }

    #[test]
    fn the_order_of_tables_means_nothing(order in Just(TABLES.to_vec()).prop_shuffle()) {
        let sorted = format!("{HEAD}{}", TABLES.concat());
        let shuffled = format!("{HEAD}{}", order.concat());
        prop_assert_eq!(codes(&sorted), codes(&shuffled));
    }

    #[test]
    fn checking_twice_says_the_same(text in mutated()) {
        prop_assert_eq!(check(&text).diagnostics, check(&text).diagnostics);
    }
}

/// Of two that clash, the later one in the file is reported, so only the codes
/// and how often they are raised do not depend on the order.
fn codes(text: &str) -> Vec<&'static str> {
    said(text).into_iter().map(|(code, _)| code).collect()
}

#[test]
fn the_manifest_of_these_tests_breaks_many_rules() {
    let mut codes = codes(&format!("{HEAD}{}", TABLES.concat()));
    codes.dedup();
    assert!(codes.len() > 15, "{codes:?}");
}
