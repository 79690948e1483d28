//! What the core answers natively: every call of the package, with the text that it must return.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ai_keys_core::check::check_text;
use ai_keys_core::date::Date;
use ai_keys_core::diagnostic::{CODES, find_code};
use ai_keys_core::manifest::json_schema;
use ai_keys_core::report::{self, PreviewRequest, describe_limits};
use ai_keys_core::source::PositionEncoding;
use anyhow::{Context as _, Result, ensure};
use serde::Serialize;

use crate::stories::{Story, stories};

const TODAY: &str = "2026-11-23";
/// A day on which what expires in the stories has expired.
const LATER: &str = "2027-12-31";

/// Longer texts are asked as they are, and not also broken in many ways.
const LONGEST_TO_BREAK: usize = 20_000;

/// How often each text is broken.
const BREAKS: u64 = 24;

/// One call and its answer.
#[derive(Serialize)]
struct Expectation {
    call: &'static str,
    arguments: Vec<Option<String>>,
    /// The JSON text, or the text itself; nothing for `undefined`.
    answer: Option<String>,
}

/// Writes every call and its answer as JSON.
///
/// # Errors
/// If the stories cannot be read or the file cannot be written.
pub(crate) fn write(root: &Path, file: &Path) -> Result<()> {
    let day = |text: &str| text.parse::<Date>().ok().context("not a day");
    let (today, later) = (day(TODAY)?, day(LATER)?);
    let mut calls = vec![
        expectation("schema", &[], json(&json_schema())),
        expectation("explain", &[Some("AK000")], None),
    ];
    for code in CODES {
        let answer = find_code(code.name).map(report::explain);
        calls.push(expectation("explain", &[Some(code.id)], answer));
    }
    let mut chance = Chance(1);
    let mut heard = BTreeSet::new();
    for Story {
        text,
        snapshot,
        is_broken_too,
    } in stories(root)?
    {
        let snapshot = snapshot.as_deref();
        ask_all(&text, snapshot, today, &mut calls);
        calls.push(validation(&text, Some((LATER, later))));
        let said = check_text(&text, Some(today)).diagnostics;
        heard.extend(said.iter().map(|diagnostic| diagnostic.code.id));
        if !is_broken_too || text.len() > LONGEST_TO_BREAK {
            continue;
        }
        for _ in 0..BREAKS {
            ask_all(&chance.broken(&text), snapshot, today, &mut calls);
            if let Some(snapshot) = snapshot {
                let broken = chance.broken(snapshot);
                calls.extend(ask_preview(&text, Some(&broken), None, today));
            }
        }
    }
    ensure_all_are_heard(&heard)?;
    fs::write(file, serde_json::to_vec(&calls)?)?;
    Ok(())
}

/// Diagnostics of a manifest that no story has: what only a very long one can break, and what is
/// retired.
const UNHEARD: [&str; 7] = [
    "AK011", "AK202", "AK204", "AK205", "AK214", "AK390", "AK391",
];

/// A new rule has a story, so that both sides are asked about it.
fn ensure_all_are_heard(heard: &BTreeSet<&str>) -> Result<()> {
    let of_manifest = CODES.iter().map(|code| code.id).filter(|id| *id < "AK400");
    let missing: Vec<&str> = of_manifest
        .filter(|id| heard.contains(id) == UNHEARD.contains(id))
        .collect();
    ensure!(
        missing.is_empty(),
        "heard in no story, or in one against what is said here: {missing:?}"
    );
    Ok(())
}

/// Asks everything that can be asked about a manifest.
fn ask_all(text: &str, snapshot: Option<&str>, today: Date, calls: &mut Vec<Expectation>) {
    calls.push(validation(text, None));
    calls.push(validation(text, Some((TODAY, today))));
    let checked = check_text(text, None);
    let limits = checked.valid().map(describe_limits);
    calls.push(expectation(
        "limits",
        &[Some(text)],
        limits.and_then(|limits| json(&limits)),
    ));
    let names = report::targets(text);
    calls.push(expectation(
        "targets",
        &[Some(text)],
        names.and_then(|names| json(&names)),
    ));
    let mut targets = vec![None, Some("no such target")];
    if let Some(manifest) = checked.valid() {
        targets.extend(manifest.targets.names().map(Some));
    }
    for target in targets {
        calls.extend(ask_preview(text, None, target, today));
        if snapshot.is_some() {
            calls.extend(ask_preview(text, snapshot, target, today));
        }
    }
}

/// Asks what is wrong, on a day as it is written and as it is read.
fn validation(text: &str, day: Option<(&str, Date)>) -> Expectation {
    let (said, day) = (day.map(|day| day.0), day.map(|day| day.1));
    let answer = report::validate(text, day, PositionEncoding::Utf16);
    expectation("validate", &[Some(text), said], json(&answer))
}

/// Asks for the plan and for the lives.
fn ask_preview(
    manifest: &str,
    snapshot: Option<&str>,
    target: Option<&str>,
    today: Date,
) -> [Expectation; 2] {
    let request = PreviewRequest {
        manifest,
        snapshot,
        target,
        today,
        encoding: PositionEncoding::Utf16,
    };
    let arguments = [Some(manifest), snapshot, target, Some(TODAY)];
    let plan = json(&report::preview(&request));
    let lives = json(&report::preview_lives(&request));
    [
        expectation("plan", &arguments, plan),
        expectation("lives", &arguments, lives),
    ]
}

fn expectation(
    call: &'static str,
    arguments: &[Option<&str>],
    answer: Option<String>,
) -> Expectation {
    let owned = arguments.iter().map(|argument| argument.map(str::to_owned));
    Expectation {
        call,
        arguments: owned.collect(),
        answer,
    }
}

fn json<T: Serialize>(value: &T) -> Option<String> {
    serde_json::to_string(value).ok()
}

/// Numbers that look random and are the same on every machine: a xorshift.
struct Chance(u64);

impl Chance {
    /// Returns a number below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.0 % end).unwrap_or(0)
    }

    /// Returns the text cut off, with a byte changed, with a piece repeated, or with something
    /// unexpected in it.
    fn broken(&mut self, text: &str) -> String {
        const UNEXPECTED: [&str; 10] = [
            "\0",
            "🔑",
            "é\u{301}",
            "\u{2028}",
            "\"",
            "[[",
            "{",
            "'''",
            "\r",
            "99999999999999999999",
        ];
        let mut bytes = text.as_bytes().to_vec();
        let at = self.below(bytes.len());
        match self.below(4) {
            0 => bytes.truncate(at),
            1 => {
                let byte = u8::try_from(self.below(256)).unwrap_or(0);
                if let Some(changed) = bytes.get_mut(at) {
                    *changed = byte;
                }
            }
            2 => {
                let rest = bytes.split_off(at);
                bytes.extend(rest.iter().take(40));
                bytes.extend(rest);
            }
            _ => {
                let rest = bytes.split_off(at);
                let at = self.below(UNEXPECTED.len());
                bytes.extend(UNEXPECTED.get(at).map_or(&b""[..], |text| text.as_bytes()));
                bytes.extend(rest);
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
