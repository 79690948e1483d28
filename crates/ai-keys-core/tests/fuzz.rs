//! The bodies of `fuzz/`, for some seconds: damaged stories, damaged snapshots, plain noise.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "this driver reads the stories that it damages"
)]

mod fuzz_bodies;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use ai_keys_core::fix::apply_fixes;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Manifests: every story of bad input, every example, and slips of all kinds.
static MANIFESTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let core = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [core.join("tests/cases"), core.join("../../examples")];
    let stories = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap());
    let files = stories.map(|story| story.unwrap().path().join("keys.toml"));
    let read = files.filter_map(|file| fs::read(file).ok());
    let mut manifests: Vec<String> = read
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .filter(|text| text.len() < 20_000)
        .collect();
    assert!(manifests.len() > 10, "stories are missing");
    manifests.push(SLIPS.to_owned());
    manifests
});

/// Every slip that has a certain repair, a comment beside each.
const SLIPS: &str = r#"#:schema keys.schema.json
namespace = "acme" # c1
[target.prod] # c2
provider = "aws-api-gateway"
region = "EU-WEST-1" # c3
account = 123456789012 # c4
[policy]
require = ["usage_plans", # c5
  "usage-plans", # c6
  "Owner", "owner"] # c7
max-lifetime = "52 weeks" # c8
[usage_plan.gold] # c9
stages = ["chat/prod", # c10
  "chat/prod", # c11
]
quota = { limit = "1000", per = "MONTH" } # c12
throttle = { rate = "0.5", burst = "20" } # c13
[usage_plan.silver] # c14
stages = "chat/test" # c15
[key.web] # c16
Enabled = "True" # c17
usage_plans = "gold" # c18
owner = 42 # c19
expires = "2027-06-30" # c20
deliver = [{ to = "SSM", name = "/a" }] # c21
[key.batch] # c22
enabled = FALSE
expires = 2027-06-30T00:00:00Z # c24
tags = { a = true, b = 2026-01-01 } # c25
"#;

/// The quickstart as it was applied, a day before it.
const APPLIED: &str = include_str!("../../../fuzz/seeds/plan/quickstart");

const PIECES: &[&str] = &[
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
    "\\",
    "\u{0}",
    "\u{feff}",
    "é",
    "🔑",
    "-1",
    "1e999",
    "null",
    "true",
    "\"true\"",
    "2026-02-30",
    "{target}",
    "[key.x]",
    "[[key]]",
    "key",
    "usage_plan",
    "Enabled",
    "99999999999999999999",
];

/// A text with some pieces put in place of others, as bytes.
fn damage(text: String) -> impl Strategy<Value = String> {
    let piece = prop_oneof![select(PIECES).prop_map(str::to_owned), ".{0,4}"];
    let slips = proptest::collection::vec((any::<Index>(), 0..9_usize, piece), 0..5);
    slips.prop_map(move |slips| {
        let mut text = text.clone();
        for (at, length, piece) in slips {
            let boundary = |at: usize| (at..=text.len()).find(|at| text.is_char_boundary(*at));
            let start = boundary(at.index(text.len() + 1)).unwrap();
            let end = boundary((start + length).min(text.len())).unwrap();
            text.replace_range(start..end, &piece);
        }
        text
    })
}

fn manifest() -> impl Strategy<Value = String> {
    select(MANIFESTS.as_slice()).prop_flat_map(damage)
}

fn input() -> impl Strategy<Value = Vec<u8>> {
    let day = select(&["", "2026-11-23\n", "9999-12-31\n", "0001-01-01\n"][..]);
    prop_oneof![
        1 => any::<Vec<u8>>(),
        8 => (day, manifest()).prop_map(|(day, text)| format!("{day}{text}").into_bytes()),
        4 => (manifest(), damage(snapshot().to_owned())).prop_map(|(text, live)| {
            format!("{text}{}{live}", fuzz_bodies::BEFORE_SNAPSHOT).into_bytes()
        }),
    ]
}

fn snapshot() -> &'static str {
    let (_, snapshot) = APPLIED.split_once(fuzz_bodies::BEFORE_SNAPSHOT).unwrap();
    snapshot
}

/// A valid manifest and a damaged snapshot: what plans at all.
fn planned() -> impl Strategy<Value = Vec<u8>> {
    let day = select(&["2026-11-23", "2027-07-30", "9999-12-31"][..]);
    let (before, _) = APPLIED.split_once(fuzz_bodies::BEFORE_SNAPSHOT).unwrap();
    let (_, example) = before.split_once('\n').unwrap();
    (day, damage(snapshot().to_owned())).prop_map(move |(day, live)| {
        let between = fuzz_bodies::BEFORE_SNAPSHOT;
        format!("{day}\n{example}{between}{live}").into_bytes()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parse(bytes in input()) {
        fuzz_bodies::parse(&bytes);
    }

    #[test]
    fn validate(bytes in input()) {
        fuzz_bodies::validate(&bytes);
    }

    #[test]
    fn plan(bytes in prop_oneof![input(), planned()]) {
        fuzz_bodies::plan(&bytes);
    }

    #[test]
    fn fix(bytes in input()) {
        fuzz_bodies::fix(&bytes);
    }
}

#[test]
fn every_comment_survives_every_repair() {
    let fixed = apply_fixes(SLIPS, "2026-11-23".parse().ok());
    let comments = |text: &str| -> Vec<String> {
        let word = |line: &str| Some(line.rsplit_once("# c")?.1.to_owned());
        text.lines().filter_map(word).collect()
    };
    assert_eq!(comments(&fixed.text), comments(SLIPS), "{}", fixed.text);
    assert!(fixed.applied.len() >= 22, "{:?}", fixed.applied);
    assert_eq!(fixed.refused, 0);
    let left = ai_keys_core::check::check_text(&fixed.text, None).diagnostics;
    let left: Vec<String> = left
        .iter()
        .map(|d| format!("{} {}", d.code, d.message))
        .collect();
    assert!(
        !left.iter().any(|said| said.contains("AK00")),
        "{left:?}\n{}",
        fixed.text
    );
}
