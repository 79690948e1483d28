//! `cargo xtask docs`: the documentation as a static site, in `target/docs/site`.
//!
//! mdBook makes it: one program, its search index, fonts and themes are files of the site, so it is read
//! offline and asks nothing of anyone else. `docs` is its source as it is, so that the same pages can be read
//! on GitHub; only links that leave `docs` are written anew, to the repository.

mod html;
mod markdown;
mod search;
mod site;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::steps::Outcome;
use crate::{process, python, workspace};

/// Where links lead that leave `docs`.
const REPOSITORY: &str = "https://github.com/org/ai-keys-action/blob/main/";

/// Builds the site.
///
/// # Errors
/// What mdBook says.
pub(crate) fn build() -> Result<Outcome> {
    let Some(mdbook) = python::tool("mdbook") else {
        return Ok(Outcome::Skipped(
            "no mdbook: it is pinned in xtask/tools.txt".to_owned(),
        ));
    };
    let folder = folder();
    let source = folder.join("source");
    for old in [&source, &site()] {
        if old.exists() {
            fs::remove_dir_all(old)?;
        }
    }
    copy(&docs(), &source)?;
    let mut build = workspace::in_workspace(&mdbook);
    build
        .arg("build")
        .arg("--dest-dir")
        .arg(site())
        .arg(&source);
    process::quiet(&mut build)?;
    Ok(Outcome::Done(site().display().to_string()))
}

/// Builds the site and checks every link of it and its search, and every link of the repository's own texts.
///
/// # Errors
/// The links that lead nowhere.
pub(crate) fn check() -> Result<Outcome> {
    let texts = markdown::check(&workspace::root())?;
    if let Outcome::Skipped(reason) = build()? {
        return Ok(Outcome::Skipped(reason));
    }
    let pages = site::check(&site())?;
    let contents = fs::read_to_string(docs().join("SUMMARY.md"))?;
    let sections = search::check(&site(), &contents)?;
    let mut wrong = texts.wrong;
    wrong.extend(pages.wrong);
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(Outcome::Done(format!(
        "{} links in {} texts, {} in {} pages, {sections} sections found by the search",
        texts.links, texts.files, pages.links, pages.files
    )))
}

/// What a check of links saw.
#[derive(Default)]
struct Seen {
    files: usize,
    links: usize,
    wrong: Vec<String>,
}

fn folder() -> PathBuf {
    workspace::root().join("target/docs")
}

fn site() -> PathBuf {
    folder().join("site")
}

fn docs() -> PathBuf {
    workspace::root().join("docs")
}

/// Copies a folder; in its pages, what leaves `docs` leads to the repository.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read `{}`", from.display()))? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let inside = from.strip_prefix(workspace::root())?;
            let text = fs::read_to_string(&path)?;
            fs::write(target, leading_out(&text, inside))?;
        } else {
            fs::copy(&path, target)?;
        }
    }
    Ok(())
}

/// Rewrites the links of a page in a folder that leave `docs`.
fn leading_out(text: &str, folder: &Path) -> String {
    let mut out = String::new();
    let mut rest = text;
    for link in markdown::links(text) {
        let path = site::joined(folder, &link);
        if markdown::is_elsewhere(&link) || path.starts_with("docs") {
            continue;
        }
        let marked = format!("]({link})");
        if let Some((before, after)) = rest.split_once(&marked) {
            let path = path.to_string_lossy().replace('\\', "/");
            // Writing to a String cannot fail.
            let _ = write!(out, "{before}]({REPOSITORY}{path})");
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leaves_the_folder_leads_to_the_repository() {
        let text = "[a](b.md#c) [d](../../SECURITY.md#x) [e](https://example.com) [f](../g.md)";
        assert_eq!(
            leading_out(text, Path::new("docs/guides")),
            "[a](b.md#c) [d](https://github.com/org/ai-keys-action/blob/main/SECURITY.md#x) \
             [e](https://example.com) [f](../g.md)"
        );
    }
}
