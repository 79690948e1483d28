//! The links of the repository's own texts, as GitHub shows them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::Seen;
use super::site::joined;
use crate::{process, workspace};

/// Checks every Markdown file that git knows or is about to know, but for the fixtures of tests.
///
/// # Errors
/// If git or a file cannot be read.
pub(super) fn check(root: &Path) -> Result<Seen> {
    let mut git = workspace::in_workspace(Path::new("git"));
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let listed =
        process::quiet(git.args(["--", "*.md", ":(exclude)*/tests/*", ":(exclude)tests/*"]))?;
    let mut seen = Seen::default();
    for name in listed.lines() {
        let file = Path::new(name);
        let Ok(text) = fs::read_to_string(root.join(file)) else {
            continue;
        };
        seen.files += 1;
        for link in links(&text) {
            seen.links += 1;
            // A chapter that nobody has written yet has a place in the navigation.
            if link.is_empty() && name == "docs/SUMMARY.md" {
                continue;
            }
            if !is_elsewhere(&link) && !leads_somewhere(root, file, &text, &link)? {
                seen.wrong.push(format!("{name}: `{link}` leads nowhere"));
            }
        }
    }
    Ok(seen)
}

fn leads_somewhere(root: &Path, file: &Path, text: &str, link: &str) -> Result<bool> {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    if path.is_empty() {
        return Ok(anchors(text).iter().any(|it| it == anchor));
    }
    let target: PathBuf = root.join(joined(file.parent().unwrap_or(Path::new("")), path));
    let is_page = target
        .extension()
        .is_some_and(|extension| extension == "md");
    if anchor.is_empty() || !is_page || !target.is_file() {
        return Ok(target.exists());
    }
    let text = fs::read_to_string(&target).with_context(|| target.display().to_string())?;
    Ok(anchors(&text).iter().any(|it| it == anchor))
}

/// Returns whether a link has a scheme.
pub(super) fn is_elsewhere(link: &str) -> bool {
    let schemes = ["https:", "http:", "mailto:", "data:"];
    link.starts_with("//") || schemes.iter().any(|scheme| link.starts_with(scheme))
}

/// Returns where the links of a text lead, in order. Code holds none.
pub(super) fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    for line in prose(text) {
        // What stands between backticks is code.
        let shown: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        let after = shown.split("](").skip(1);
        links.extend(after.filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())));
    }
    links
}

/// Returns the lines outside fences.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fence = None;
    text.lines().filter(move |line| {
        let line = line.trim_start();
        let mark = ["````", "```", "~~~"]
            .into_iter()
            .find(|mark| line.starts_with(mark));
        match (fence, mark) {
            (None, None) => true,
            (None, Some(mark)) => {
                fence = Some(mark);
                false
            }
            (Some(open), mark) => {
                if mark == Some(open) {
                    fence = None;
                }
                false
            }
        }
    })
}

/// Returns the anchors that GitHub gives the headings of a text.
fn anchors(text: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    for line in prose(text) {
        let heading = line.trim_start_matches('#');
        if heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let is_kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
        let name: String = heading
            .trim()
            .to_lowercase()
            .chars()
            .filter(is_kept)
            .collect();
        let name = name.replace(' ', "-");
        let same = anchors.iter().filter(|it| is_again(it, &name)).count();
        anchors.push(match same {
            0 => name,
            again => format!("{name}-{again}"),
        });
    }
    anchors
}

fn is_again(anchor: &str, name: &str) -> bool {
    let rest = anchor.strip_prefix(name);
    let number = rest.map(|rest| rest.trim_start_matches('-'));
    number.is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_prose_are_found_and_those_of_code_are_not() {
        let text = "[a](b.md) `[no](no.md)` [c](d#e)\n```text\n[no](no)\n```\n[f](<g>)\n";
        assert_eq!(links(text), ["b.md", "d#e", "<g>"]);
    }

    #[test]
    fn a_heading_has_the_anchor_that_github_gives_it() {
        let text = "# keys.toml\n## `target.NAME`\n## `target.NAME`\n```sh\n# no\n```\n#no\n";
        assert_eq!(anchors(text), ["keystoml", "targetname", "targetname-1"]);
    }
}
