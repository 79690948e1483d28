//! The commands that the documentation shows are run, and print what it says that they print.
//!
//! A page of `docs` is one session of bash in a folder of its own, on the sandbox, on [`TODAY`] or the day that
//! `--today` says. In it:
//!
//! - a block of `console` is run: `$ ` begins a command, `> ` goes on with it, the rest is what it prints;
//!   a line `…` stands for any lines. A command that fails is followed by `$ echo $?`;
//! - `<!-- file: NAME -->` before a block writes it to a file, `<!-- add to: NAME -->` adds it to the end, and
//!   `<!-- edit: NAME -->` before a `diff` makes that edit;
//! - `<!-- not run: WHY -->` before a block leaves it out;
//! - `<!-- unseen` begins a comment of such lines as a `console` has, which are run unseen.
//!
//! That a sandbox is used is said by each command, and by a page where it likes to.
//! What differs from run to run (digests, ids, ports, times) is compared by its form. `UPDATE=1` writes what
//! was printed into the page.

mod compare;
mod page;
mod shell;

use std::fs;
use std::path::{Path, PathBuf};

use compare::Varying;
use page::{Act, Page};
use shell::Shell;

use ai_keys_sandbox::{Clock, Limits, Options, Sandbox};

use crate::support::{Folder, TODAY};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// Returns every page of `docs`, sorted.
fn pages() -> Vec<PathBuf> {
    let (mut pages, mut folders) = (Vec::new(), vec![docs()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

#[test]
fn every_command_of_the_documentation_prints_what_it_says() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    let mut commands = 0;
    for path in pages() {
        let text = fs::read_to_string(&path).unwrap();
        let page = Page::read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        commands += page.commands();
        let outcome = play(&page);
        if outcome.wrong.is_empty() {
            continue;
        }
        if update {
            fs::write(&path, page::rewritten(&text, &outcome.printed)).unwrap();
        }
        for line in outcome.wrong {
            wrong.push(format!("{}: {line}", path.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nUPDATE=1 rewrites it",
        wrong.join("\n")
    );
    assert!(commands > 40, "only {commands} commands were found");
}

/// What became of a page.
#[derive(Default)]
struct Outcome {
    wrong: Vec<String>,
    /// What the commands printed that did not print what the page says, by the lines of the page.
    printed: Vec<(std::ops::Range<usize>, String)>,
}

fn play(page: &Page) -> Outcome {
    let mut outcome = Outcome::default();
    if page.commands() == 0 {
        return outcome;
    }
    let folder = Folder::new();
    // Commands that know the day need a sandbox that knows it, too; one that the page starts has the real clock.
    let sandbox = (!page.starts_a_sandbox()).then(|| {
        let options = Options {
            limits: Limits::Off,
            clock: Clock::at(TODAY).unwrap(),
            ..Options::default()
        };
        Sandbox::open(&folder.path().join(".ai-keys-sandbox"), options).unwrap()
    });
    let mut shell = Shell::start(folder.path(), TODAY);
    let mut varying = Varying::default();
    for act in &page.acts {
        match act {
            Act::Write(name, text) => folder.write(name, text),
            Act::Add(name, text) => {
                let before = folder.read(name);
                folder.write(name, format!("{before}{text}"));
            }
            Act::Edit(name, edit) => {
                let before = folder.read(name);
                assert_eq!(before.matches(&edit.from).count(), 1, "{}", edit.from);
                folder.write(name, before.replacen(&edit.from, &edit.to, 1));
            }
            Act::Run(step) => {
                if let (Some(sandbox), Some(day)) = (&sandbox, step.day()) {
                    sandbox.clock().set_date(day).unwrap();
                }
                let (printed, code) = shell.run(&varying.in_command(&step.command));
                let printed = without_notice(&printed, &step.expected);
                if code != 0 && !step.is_code_shown {
                    let (line, command) = (step.line, &step.command);
                    outcome.wrong.push(format!(
                        "line {line}: `{command}` ended with {code}, and no `$ echo $?` follows:\n{printed}"
                    ));
                }
                if !step.is_unseen && !varying.is_same(&step.expected, &printed) {
                    let line = step.line;
                    outcome
                        .wrong
                        .push(format!("line {line}: it printed\n{printed}"));
                    outcome.printed.push((step.lines.clone(), printed));
                }
            }
        }
    }
    outcome
}

/// Takes away that a sandbox is used, unless the page says so.
fn without_notice(printed: &str, expected: &[String]) -> String {
    let is_notice = |line: &&str| line.starts_with("sandbox: a local API Gateway");
    let is_said = expected.iter().any(|line| is_notice(&line.as_str()));
    let kept = printed.lines().filter(|line| is_said || !is_notice(line));
    page::whole(&kept.collect::<Vec<_>>())
}

#[test]
fn a_page_that_is_wrong_is_found_wrong() {
    let page = |text: &str| play(&Page::read(text).unwrap()).wrong.join("\n");
    assert_eq!(page("```console\n$ echo a\na\n```\n"), "");
    assert_eq!(
        page("```console\n$ echo a\nb\n```\n"),
        "line 2: it printed\na\n"
    );
    assert_eq!(page("```console\n$ seq 9\n1\n…\n9\n```\n"), "");
    assert!(page("```console\n$ false\n```\n").contains("ended with 1"));
    assert_eq!(page("```console\n$ false\n$ echo $?\n1\n```\n"), "");
    assert_eq!(
        page(
            "<!-- file: a -->\n```text\nx\n```\n\n<!-- edit: a -->\n```diff\n-x\n+y\n```\n\n```console\n$ cat a\ny\n```\n"
        ),
        ""
    );
}
