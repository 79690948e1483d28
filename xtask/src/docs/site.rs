//! Every link of the built site leads somewhere, and nothing is loaded from elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::Result;

use super::Seen;
use super::html::{self, Attribute};
use super::markdown::is_elsewhere;

/// Checks the pages of a folder.
///
/// # Errors
/// If a file cannot be read.
pub(super) fn check(site: &Path) -> Result<Seen> {
    let mut pages = BTreeMap::new();
    let mut files = BTreeSet::new();
    for path in files_in(site)? {
        if path
            .extension()
            .is_some_and(|extension| extension == "html")
        {
            let text = fs::read_to_string(site.join(&path))?;
            pages.insert(path.clone(), html::attributes(&text));
        }
        files.insert(path);
    }
    let mut seen = Seen::default();
    for (page, attributes) in &pages {
        seen.files += 1;
        for link in attributes.iter().filter(|it| is_link(it)) {
            seen.links += 1;
            if let Some(why) = wrong(page, link, &pages, &files) {
                let page = page.display();
                seen.wrong.push(format!("{page}: `{}` {why}", link.value));
            }
        }
    }
    Ok(seen)
}

fn is_link(attribute: &Attribute) -> bool {
    matches!(
        attribute.name.as_str(),
        "href" | "src" | "srcset" | "poster"
    )
}

fn wrong(
    page: &Path,
    link: &Attribute,
    pages: &BTreeMap<PathBuf, Vec<Attribute>>,
    files: &BTreeSet<PathBuf>,
) -> Option<&'static str> {
    if is_elsewhere(&link.value) {
        if link.element != "a" {
            return Some("is loaded from elsewhere");
        }
        return (!is_address(&link.value)).then_some("is no address");
    }
    let (path, anchor) = link.value.split_once('#').unwrap_or((&link.value, ""));
    let target = match path {
        "" => page.to_path_buf(),
        path => joined(page.parent().unwrap_or(Path::new("")), path),
    };
    if !files.contains(&target) {
        return Some("leads to no file");
    }
    let anchors = pages.get(&target).into_iter().flatten();
    let mut names = anchors.filter(|it| matches!(it.name.as_str(), "id" | "name"));
    let is_there = anchor.is_empty() || names.any(|it| it.value == anchor);
    (!is_there).then_some("leads to no such place in its page")
}

/// Returns whether an address outside has the form of one. Nothing is asked of it.
fn is_address(link: &str) -> bool {
    let Some(rest) = link.strip_prefix("https://") else {
        return link.starts_with("mailto:") || link.starts_with("http://127.0.0.1");
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.contains('.') && host.split('.').all(is_label) && !rest.contains([' ', '<', '>', '"'])
}

/// Returns where a relative link of a page in a folder leads, without `..`.
pub(super) fn joined(folder: &Path, link: &str) -> PathBuf {
    let mut path = PathBuf::new();
    for part in folder.join(link).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            Component::CurDir => {}
            part => path.push(part),
        }
    }
    path
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(inside) = path.strip_prefix(folder) {
                files.push(inside.to_path_buf());
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong_links(page: &str) -> Vec<String> {
        let folder = std::env::temp_dir().join(format!("ai-keys-site-{}", std::process::id()));
        fs::create_dir_all(folder.join("sub")).unwrap();
        fs::write(folder.join("sub/a.html"), page).unwrap();
        fs::write(folder.join("b.html"), "<h1 id='here'>x</h1>").unwrap();
        let seen = check(&folder).unwrap();
        fs::remove_dir_all(folder).unwrap();
        seen.wrong
    }

    #[test]
    fn a_link_that_leads_nowhere_is_named() {
        let good =
            r##"<p id="p"><a href="#p"><a href="../b.html#here"><a href="https://example.com/x">"##;
        assert_eq!(wrong_links(good), [""; 0]);
        let bad = r##"<a href="#q"><a href="b.html"><a href="../b.html#there"><a href="https://example com">
            <script src="https://cdn.example.com/x.js"></script><a href="http://example.com">"##;
        let wrong = wrong_links(bad);
        let ends: Vec<&str> = wrong
            .iter()
            .filter_map(|line| line.split('`').nth(2))
            .collect();
        let page = std::path::MAIN_SEPARATOR;
        assert!(
            wrong
                .iter()
                .all(|line| line.starts_with(&format!("sub{page}a.html: ")))
        );
        assert_eq!(
            ends,
            [
                " leads to no such place in its page",
                " leads to no file",
                " leads to no such place in its page",
                " is no address",
                " is loaded from elsewhere",
                " is no address"
            ]
        );
    }
}
