//! A year in the life of one key: every night an apply, on the sandbox's clock, its data plane and
//! its secret stores. What happened is `docs/a-year-of-one-key.md`, which `UPDATE=1` rewrites.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use ai_keys_core::date::{Date, Days};
use ai_keys_core::state::Marker;
use ai_keys_sandbox::{Clock, JournalEntry, Limits, Options, Sandbox, StageRef};

use crate::canary::Seen;
use crate::support::{Folder, TODAY, ai_keys, call, finish, scope};

const HEAD: &str = r#"version = 1
namespace = "acme-ai"

[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"

[usage-plan.standard]
stages = ["chat-api/prod"]
"#;

const KEY: &str = r#"
[key.chat-web]
description = "Chat web front end"
usage-plans = ["standard"]
expires = 2027-09-30
rotate = { every = "90d", overlap = "7d" }
deliver = [
  { to = "secrets-manager", name = "ai/{target}/{key}" },
  { to = "ssm", name = "/ai/{key}" },
  { to = "github-secret", repository = "acme/chat", name = "AI_KEY" },
]
"#;

/// What a person does to the file, and when.
const EDITS: [(&str, &str); 4] = [
    ("2027-10-05", "`expires` is moved to 2027-12-31"),
    ("2027-10-20", "the entry is taken out"),
    ("2027-10-25", "the entry is put back"),
    ("2027-11-01", "the entry is taken out for good"),
];

struct Year {
    folder: Folder,
    sandbox: Sandbox,
    stage: StageRef,
    /// Every value that there ever was, by its generation.
    values: BTreeMap<u32, String>,
    seen: Seen,
    bytes: usize,
    totals: Requests,
}

/// Requests of one night or of all.
#[derive(Clone, Copy, Default)]
struct Requests {
    gateway: usize,
    stores: usize,
    writes: usize,
}

impl Year {
    fn new() -> Self {
        let folder = Folder::new();
        let options = Options {
            limits: Limits::Off,
            clock: Clock::at(TODAY).unwrap(),
            ..Options::default()
        };
        let sandbox = Sandbox::open(&folder.path().join("box"), options).unwrap();
        let stage = sandbox.ensure_stage(&scope(), "chat-api", "prod");
        folder.write("keys.toml", format!("{HEAD}{KEY}"));
        Self {
            folder,
            sandbox,
            stage,
            values: BTreeMap::new(),
            seen: Seen::default(),
            bytes: 0,
            totals: Requests::default(),
        }
    }

    /// Runs a command on a day and keeps what it printed for the search.
    fn run(&mut self, day: &str, words: &[&str]) -> String {
        self.run_words(&[words, &["--today", day]].concat())
    }

    fn run_words(&mut self, words: &[&str]) -> String {
        let mut command = ai_keys(self.folder.path());
        command.args(words).arg("--sandbox=box");
        let ran = finish(&mut command).ended(0);
        self.keep(&ran.out);
        self.keep(&ran.err);
        ran.out
    }

    fn keep(&mut self, text: &str) {
        self.bytes += text.len();
        self.seen.add(text);
    }

    fn edit(&self, day: &str) -> Option<&'static str> {
        let (_, what) = EDITS.iter().find(|(on, _)| *on == day)?;
        let later = KEY.replace("2027-09-30", "2027-12-31");
        let key = if what.contains("taken out") {
            ""
        } else {
            &later
        };
        self.folder.write("keys.toml", format!("{HEAD}{key}"));
        Some(what)
    }

    /// One night; returns its row if anything happened.
    fn night(&mut self, date: Date) -> Option<String> {
        let day = date.to_string();
        self.sandbox.clock().set_date(&day).unwrap();
        let edit = self.edit(&day);
        self.sandbox.clear_journal();
        let printed = self.run(&day, &["apply", "--yes", "--quiet"]);
        let journal = self.sandbox.journal();
        self.keep(&serde_json::to_string(&journal).unwrap());
        let requests = Requests::of(&journal);
        self.totals.add(requests);
        for key in self.sandbox.keys(&scope()) {
            let marker = Marker::split(key.description.as_deref().unwrap_or_default()).1;
            self.values.insert(marker.unwrap().generation, key.value);
        }
        let steps: Vec<String> = printed.lines().filter_map(step).collect();
        if steps.is_empty() && edit.is_none() {
            assert_eq!(requests.writes, 0, "{day}: {printed}");
            return None;
        }
        let said = if steps.is_empty() {
            "no changes".to_owned()
        } else {
            steps.join("<br>")
        };
        let edit = edit.map_or(String::new(), |what| format!("*{what}*<br>"));
        let working = self.working();
        let stored = self.stored();
        assert!(
            stored.is_none_or(|stored| working.is_empty() || working.contains(&stored)),
            "{day}: the store points at a dead value"
        );
        let Requests {
            gateway,
            stores,
            writes,
        } = requests;
        Some(format!(
            "| {day} | {edit}{said} | {gateway} + {stores} | {writes} | {} | {} |\n",
            generations(&working),
            generations(&Vec::from_iter(stored)),
        ))
    }

    /// Has everything printed and written that shows keys, in every format.
    fn look_around(&mut self, day: &str) {
        let plan = format!("plan-{day}.json");
        self.run(day, &["plan", "--out", &plan]);
        self.keep(&self.folder.read(&plan));
        for (command, formats) in [
            ("plan", &["json", "markdown"][..]),
            ("timeline", &["human", "mermaid", "json"]),
            ("usage", &["human", "json", "csv", "svg", "markdown"]),
        ] {
            for format in formats {
                self.run(day, &[command, "--format", format]);
            }
        }
        self.run_words(&["snapshot"]);
    }

    /// Returns the generations that the data plane lets in.
    fn working(&self) -> Vec<u32> {
        let url = self
            .sandbox
            .invoke_url(&self.stage.api_id, &self.stage.stage, "");
        let answers = self
            .values
            .iter()
            .map(|(number, value)| (*number, call(&url, value)));
        answers
            .filter(|(_, status)| {
                assert!(matches!(status, 200 | 403), "{status}");
                *status == 200
            })
            .map(|(number, _)| number)
            .collect()
    }

    /// Returns the generation that all three stores hold.
    fn stored(&self) -> Option<u32> {
        let secret = self.sandbox.secrets(&scope()).pop()?.value?;
        let parameter = self.sandbox.parameters(&scope()).pop()?.value;
        let github = self.sandbox.github_secrets().pop()?.value;
        let are_equal = secret == parameter && secret == github;
        assert!(are_equal, "the stores differ");
        let number = self.values.iter().find(|(_, value)| **value == secret)?;
        Some(*number.0)
    }
}

impl Requests {
    fn of(journal: &[JournalEntry]) -> Self {
        let is_store = |entry: &&JournalEntry| {
            let name = entry.operation.as_deref().unwrap_or_default();
            let stores = ["Secret", "Parameter", "Github"];
            stores.iter().any(|store| name.contains(store))
        };
        let stores = journal.iter().filter(is_store).count();
        Self {
            gateway: journal.len() - stores,
            stores,
            writes: journal.iter().filter(|entry| entry.is_write()).count(),
        }
    }

    fn add(&mut self, other: Self) {
        self.gateway += other.gateway;
        self.stores += other.stores;
        self.writes += other.writes;
    }
}

/// Returns a step of a printed plan: `create key chat-web#2`.
fn step(line: &str) -> Option<String> {
    let rest = line.strip_prefix("  ")?;
    let (sign, rest) = rest.split_at_checked(2)?;
    if !["+ ", "~ ", "! ", "- "].contains(&sign) {
        return None;
    }
    let words: Vec<&str> = rest
        .split_whitespace()
        .take_while(|word| !word.starts_with("keys.toml:"))
        .collect();
    Some(words.join(" "))
}

fn generations(numbers: &[u32]) -> String {
    match numbers {
        [] => "none".to_owned(),
        numbers => {
            let numbers: Vec<String> = numbers.iter().map(|number| format!("#{number}")).collect();
            numbers.join(", ")
        }
    }
}

#[test]
fn a_year_of_one_key_is_as_the_documentation_tells_it() {
    let mut year = Year::new();
    let first: Date = TODAY.parse().unwrap();
    let mut rows = String::new();
    for night in 0..365 {
        let date = first.plus(Days(night));
        if let Some(row) = year.night(date) {
            rows.push_str(&row);
        }
        if night % 60 == 1 {
            year.look_around(&date.to_string());
        }
    }
    assert!(year.sandbox.keys(&scope()).is_empty(), "the key is gone");
    for (number, value) in &year.values {
        assert!(!year.seen.holds(value), "value #{number} was seen");
    }
    assert!(year.bytes > 100_000, "{} bytes", year.bytes);
    check(&page(&year, &rows));
}

fn page(year: &Year, rows: &str) -> String {
    let Requests {
        gateway,
        stores,
        writes,
    } = year.totals;
    let mut page = String::from(
        "<!-- Written by `UPDATE=1 cargo test -p ai-keys --test e2e year`; do not edit. -->\n\n\
         # A year of one key\n\n\
         One key, from the first apply to the last, on the sandbox: every night for 365 nights the built command\n\
         applies the manifest on that day. These are all the nights on which anything happened; on every other\n\
         night the plan said \"no changes\" and nothing was written.\n\n\
         ```toml\n",
    );
    page.push_str(KEY.trim_start());
    page.push_str(
        "```\n\n\
         *Requests* are those to API Gateway (and STS) + those to the secret stores, planning included; *writes*\n\
         are how many of them changed something. *Works* is what the data plane answered 200 to that night, of\n\
         every value that there ever was (403 to the others); *stored* is the value that Secrets Manager, SSM and\n\
         GitHub all held. `#2` is the second value of the key.\n\n\
         | night | what the plan said | requests | writes | works | stored |\n|---|---|---|---|---|---|\n",
    );
    page.push_str(rows);
    // Writing to a String cannot fail.
    let _ = write!(
        page,
        "\nIn all 365 nights: {gateway} requests to API Gateway, {stores} to the secret stores, {writes} of them writes.\n\
         {} values were made. Everything that the commands printed and wrote in that year, plans, timelines, snapshots and\n\
         usage in all their formats and the sandbox's journal of requests included, was searched for each of them in every encoding of which a log is\n\
         made: plain, reversed, hexadecimal, percent, JSON, XML, and base64 in all alignments. None was found.\n",
        year.values.len()
    );
    page
}

fn check(page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/a-year-of-one-key.md");
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&path, page).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        page, expected,
        "`UPDATE=1 cargo test -p ai-keys --test e2e year` rewrites it"
    );
}
