//! What a page says that a command prints, beside what it printed.

use std::sync::LazyLock;

use regex_lite::Regex;

/// What differs from run to run: the digest of a plan, a port, an id, a time.
static VARYING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\b[0-9a-f]{4}-[0-9a-f]{4}\b|127\.0\.0\.1:[0-9]+|adopt = "[a-z0-9]+"|usage plan [a-z0-9]{6}\)|\b[0-9]+\.[0-9] s\b"#)
        .unwrap()
});

/// Stands for any lines.
const ELISION: &str = "…";

/// The words of a page that are others in this run.
#[derive(Default)]
pub(super) struct Varying {
    of_page: Vec<(String, String)>,
}

impl Varying {
    /// Returns a command with the words of this run.
    pub(super) fn in_command(&self, command: &str) -> String {
        let words = self.of_page.iter().rev();
        words.fold(command.to_owned(), |command, (of_page, of_run)| {
            command.replace(of_page, of_run)
        })
    }

    /// Returns whether a command printed what the page says, and notes the words that are others.
    pub(super) fn is_same(&mut self, expected: &[String], printed: &str) -> bool {
        let printed: Vec<&str> = printed.trim_end_matches('\n').lines().collect();
        let Some(pairs) = pair(expected, &printed) else {
            return false;
        };
        for (expected, printed) in pairs {
            let words = |line| {
                VARYING
                    .find_iter(line)
                    .map(|found| found.as_str().to_owned())
            };
            let others: Vec<_> = words(expected).zip(words(printed)).collect();
            self.of_page.extend(others);
        }
        true
    }
}

/// Pairs the lines of the page with those that were printed.
fn pair<'a>(expected: &'a [String], printed: &[&'a str]) -> Option<Vec<(&'a str, &'a str)>> {
    let Some((first, rest)) = expected.split_first() else {
        return printed.is_empty().then(Vec::new);
    };
    if first.trim() == ELISION {
        let mut starts = 0..=printed.len();
        return starts.find_map(|start| pair(rest, &printed[start..]));
    }
    let (line, after) = printed.split_first()?;
    if form(first) != form(line) {
        return None;
    }
    let mut pairs = pair(rest, after)?;
    pairs.insert(0, (first, line));
    Some(pairs)
}

fn form(line: &str) -> String {
    VARYING.replace_all(line.trim_end(), "~").into_owned()
}

#[test]
fn a_digest_of_the_page_is_that_of_the_run_in_later_commands() {
    let mut varying = Varying::default();
    assert!(varying.is_same(&["plan aaaa-bbbb".to_owned()], "plan 1234-5678\n"));
    assert_eq!(varying.in_command("--ack x@aaaa-bbbb"), "--ack x@1234-5678");
    assert!(!varying.is_same(&["plan a".to_owned()], "plan b\n"));
    assert!(!varying.is_same(&["a".to_owned()], "a\nb\n"));
}
