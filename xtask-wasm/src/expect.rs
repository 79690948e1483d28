//! What the core answers natively: every call of the package, with the text that it must return.

use std::fs;
use std::path::{Path, PathBuf};

use ai_keys_core::check::check_text;
use ai_keys_core::date::Date;
use ai_keys_core::diagnostic::{CODES, find_code};
use ai_keys_core::manifest::json_schema;
use ai_keys_core::report::{self, PreviewRequest, describe_limits};
use ai_keys_core::source::PositionEncoding;
use anyhow::{Context as _, Result};
use serde::Serialize;

const TODAY: &str = "2026-11-23";

/// Where manifests are, each `NAME/keys.toml`; a `snapshot.json` may lie beside one.
const FOLDERS: [&str; 3] = [
    "crates/ai-keys-core/tests/cases",
    "crates/ai-keys-wasm/tests/plans",
    "examples",
];

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
    let today: Date = TODAY.parse().ok().context("today is a day")?;
    let mut calls = vec![
        expectation("schema", &[], json(&json_schema())),
        expectation("explain", &[Some("AK000")], None),
    ];
    for code in CODES {
        let answer = find_code(code.name).map(report::explain);
        calls.push(expectation("explain", &[Some(code.id)], answer));
    }
    let mut chance = Chance(1);
    for path in manifests(root)? {
        let text = fs::read(&path).with_context(|| path.display().to_string())?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let snapshot = fs::read_to_string(path.with_file_name("snapshot.json")).ok();
        ask_all(&text, snapshot.as_deref(), today, &mut calls);
        if text.len() > LONGEST_TO_BREAK {
            continue;
        }
        for _ in 0..BREAKS {
            ask_all(
                &chance.broken(&text),
                snapshot.as_deref(),
                today,
                &mut calls,
            );
            if let Some(snapshot) = &snapshot {
                let broken = chance.broken(snapshot);
                calls.extend(ask_preview(&text, Some(&broken), None, today));
            }
        }
    }
    fs::write(file, serde_json::to_vec(&calls)?)?;
    Ok(())
}

fn manifests(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        let folder = root.join(folder);
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
        for entry in entries {
            found.push(entry?.path().join("keys.toml"));
        }
    }
    found.retain(|path| path.is_file());
    found.sort();
    Ok(found)
}

/// Asks everything that can be asked about a manifest.
fn ask_all(text: &str, snapshot: Option<&str>, today: Date, calls: &mut Vec<Expectation>) {
    for day in [None, Some(today)] {
        let said = day.is_some().then_some(TODAY);
        let answer = report::validate(text, day, PositionEncoding::Utf16);
        calls.push(expectation("validate", &[Some(text), said], json(&answer)));
    }
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
