//! A page of Markdown, read as what is done to a folder.

use std::ops::Range;

/// What a page does, in order.
pub(super) struct Page {
    pub(super) acts: Vec<Act>,
}

pub(super) enum Act {
    /// A file gets this text.
    Write(String, String),
    /// A file gets this text at its end.
    Add(String, String),
    /// Text of a file is replaced.
    Edit(String, Edit),
    Run(Step),
}

/// An edit that a page shows as a `diff`.
pub(super) struct Edit {
    pub(super) from: String,
    pub(super) to: String,
}

/// One command, and what the page says that it prints.
pub(super) struct Step {
    pub(super) command: String,
    pub(super) expected: Vec<String>,
    /// The line of the command, from 1.
    pub(super) line: usize,
    /// The lines of what it prints, from 0.
    pub(super) lines: Range<usize>,
    /// Whether the page goes on with `$ echo $?`.
    pub(super) is_code_shown: bool,
    pub(super) is_unseen: bool,
}

/// What a comment says of the block after it.
#[derive(Default)]
struct Told {
    file: Option<(String, How)>,
    is_not_run: bool,
}

#[derive(Clone, Copy)]
enum How {
    Write,
    Add,
    Edit,
}

impl Page {
    /// Reads a page.
    ///
    /// # Errors
    /// A block of commands that would not be run, and the line of it.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let lines: Vec<&str> = text.lines().collect();
        let mut acts = Vec::new();
        let mut told = Told::default();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            at += 1;
            if let Some(language) = line.strip_prefix("```") {
                let end = closing(&lines, at, "```")?;
                let what = std::mem::take(&mut told);
                acts.extend(block(language, &lines, at..end, what)?);
                at = end + 1;
            } else if *line == "<!-- unseen" {
                let end = closing(&lines, at, "-->")?;
                acts.extend(steps(&lines, at..end, true).into_iter().map(Act::Run));
                at = end + 1;
            } else if let Some(comment) = comment(line) {
                told = comment;
            } else if !line.is_empty() {
                told = Told::default();
            }
        }
        Ok(Self { acts })
    }

    /// Returns how many commands a reader sees.
    pub(super) fn commands(&self) -> usize {
        let seen = |act: &&Act| matches!(act, Act::Run(step) if !step.is_unseen);
        self.acts.iter().filter(seen).count()
    }
    /// Returns whether it starts a sandbox of its own.
    pub(super) fn starts_a_sandbox(&self) -> bool {
        let starts = |act: &Act| matches!(act, Act::Run(step) if step.command.starts_with("ai-keys sandbox"));
        self.acts.iter().any(starts)
    }
}

impl Step {
    /// Returns the day that the command says.
    pub(super) fn day(&self) -> Option<&str> {
        let (_, rest) = self.command.split_once("--today ")?;
        rest.split_whitespace().next()
    }
}

fn closing(lines: &[&str], from: usize, mark: &str) -> Result<usize, String> {
    let inside = lines.iter().skip(from).position(|line| *line == mark);
    let length = inside.ok_or_else(|| format!("line {from}: it has no end"))?;
    Ok(from + length)
}

fn comment(line: &str) -> Option<Told> {
    let inside = line.strip_prefix("<!-- ")?.strip_suffix(" -->")?;
    let (word, rest) = inside.split_once(": ")?;
    let file = |how| Told {
        file: Some((rest.to_owned(), how)),
        is_not_run: false,
    };
    match word {
        "file" => Some(file(How::Write)),
        "add to" => Some(file(How::Add)),
        "edit" => Some(file(How::Edit)),
        "not run" => Some(Told {
            file: None,
            is_not_run: true,
        }),
        _ => None,
    }
}

fn block(
    language: &str,
    lines: &[&str],
    range: Range<usize>,
    told: Told,
) -> Result<Vec<Act>, String> {
    let text = |range: Range<usize>| whole(lines.get(range).unwrap_or_default());
    match (told.file, language) {
        (Some((name, How::Edit)), _) => Ok(vec![Act::Edit(name, edit(&text(range)))]),
        (Some((name, How::Add)), _) => Ok(vec![Act::Add(name, text(range))]),
        (Some((name, How::Write)), _) => Ok(vec![Act::Write(name, text(range))]),
        (None, "console") if !told.is_not_run => {
            let steps = steps(lines, range, false).into_iter();
            Ok(steps.map(Act::Run).collect())
        }
        (None, "sh" | "bash" | "shell") if !told.is_not_run => Err(format!(
            "line {}: commands are a `console`, or say why they are not run",
            range.start
        )),
        (None, _) => Ok(Vec::new()),
    }
}

/// Joins lines to a text in which each has its end.
pub(super) fn whole(lines: &[&str]) -> String {
    let mut text = lines.join("\n");
    if !lines.is_empty() {
        text.push('\n');
    }
    text
}

fn edit(diff: &str) -> Edit {
    let side = |mark: char| -> String {
        let kept = diff.lines().filter(|line| line.starts_with([mark, ' ']));
        let kept: Vec<&str> = kept.filter_map(|line| line.get(1..)).collect();
        whole(&kept)
    };
    Edit {
        from: side('-'),
        to: side('+'),
    }
}

fn steps(lines: &[&str], range: Range<usize>, is_unseen: bool) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for at in range {
        let line = lines[at];
        if let Some(command) = line.strip_prefix("$ ") {
            if let Some(before) = steps.last_mut() {
                before.is_code_shown = command.starts_with("echo $?");
            }
            steps.push(Step {
                command: command.to_owned(),
                expected: Vec::new(),
                line: at + 1,
                lines: at + 1..at + 1,
                is_code_shown: false,
                is_unseen,
            });
            continue;
        }
        let Some(step) = steps.last_mut() else {
            continue;
        };
        if let Some(more) = line.strip_prefix("> ").filter(|_| step.expected.is_empty()) {
            step.command = format!("{}\n{more}", step.command);
            step.lines = at + 1..at + 1;
        } else {
            step.expected.push(line.to_owned());
            step.lines.end = at + 1;
        }
    }
    // A blank line before the next command is for the eye.
    for step in &mut steps {
        while step.expected.last().is_some_and(String::is_empty) {
            step.expected.pop();
            step.lines.end -= 1;
        }
    }
    steps
}

/// Returns the page with what was printed in place of what it said.
pub(super) fn rewritten(text: &str, printed: &[(Range<usize>, String)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (range, printed) in printed.iter().rev() {
        let new = printed.trim_end_matches('\n').lines().map(str::to_owned);
        lines.splice(range.clone(), new.collect::<Vec<_>>());
    }
    format!("{}\n", lines.join("\n"))
}
