//! `docs/ten-minutes.md` tells what happened, and is compared with it.

use std::path::Path;
use std::time::Instant;

/// What a person typed and saw, with how long each step took.
pub(crate) struct Story {
    text: String,
    last: Instant,
}

impl Default for Story {
    fn default() -> Self {
        Self {
            text: String::new(),
            last: Instant::now(),
        }
    }
}

impl Story {
    pub(crate) fn tell(&mut self, command: &str, said: &str) {
        println!("{:6.1} s  {command}", self.last.elapsed().as_secs_f32());
        self.last = Instant::now();
        self.text.push_str("$ ");
        for line in [command, said.trim_end()]
            .iter()
            .filter(|line| !line.is_empty())
        {
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    /// Compares the page with what happened. `UPDATE=1` with 300 keys rewrites it.
    pub(crate) fn check(&self, size: usize, manifest: &str, handover: &str) {
        let page = PAGE
            .replace("{size}", &size.to_string())
            .replace("{transcript}", self.text.trim_end())
            .replace("{manifest}", &excerpt(manifest))
            .replace(
                "{handover}",
                &handover.lines().take(10).collect::<Vec<_>>().join("\n"),
            );
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ten-minutes.md");
        let is_update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
        if is_update && size == OF_THE_PAGE {
            std::fs::write(&path, &page).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        let fix = "`AI_KEYS_FLEET=300 UPDATE=1 cargo test -p ai-keys --test terraform` rewrites it";
        if size == OF_THE_PAGE {
            assert_eq!(page, expected, "{fix}");
        } else {
            assert_eq!(without_numbers(&page), without_numbers(&expected), "{fix}");
        }
    }
}

/// The number of keys that the page tells of.
const OF_THE_PAGE: usize = 300;

const PAGE: &str = include_str!("ten-minutes.md");

pub(crate) fn last_line(text: &str) -> &str {
    text.trim_end().lines().next_back().unwrap_or_default()
}

pub(crate) fn last_lines(text: &str, number: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(number)..].join("\n")
}

/// Returns the beginning of a manifest up to its second key. Ids differ from run to run.
fn excerpt(manifest: &str) -> String {
    let keys = manifest.match_indices("\n# from aws_api_gateway_api_key");
    let end = keys.map(|(at, _)| at).nth(2).unwrap_or(manifest.len());
    let lines = manifest.split_at(end).0.trim_end().lines();
    let lines = lines.map(|line| match line.split_once("adopt = \"") {
        Some((before, rest)) => {
            let (_, after) = rest.split_once('"').unwrap();
            format!("{before}adopt = \"…\"{after}")
        }
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn without_numbers(text: &str) -> String {
    let mut words = String::new();
    for line in text.lines() {
        // Which rate a plan waits for most is a matter of numbers too.
        let (line, _reason) = line.split_once(": AWS takes ").unwrap_or((line, ""));
        for c in line.chars() {
            match c {
                '0'..='9' | ',' if words.ends_with('N') => {}
                '0'..='9' => words.push('N'),
                c => words.push(c),
            }
        }
        words.push('\n');
    }
    words
}
