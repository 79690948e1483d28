//! Reads a rendered text as GitHub does, and looks for what no manifest may put there.

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};

/// What we write ourselves; everything else is text that got out.
const OUR_HTML: [&str; 4] = ["<br>", "</details>", "<details>", "<!-- ai-keys "];
const OUR_LINKS: &str = "https://github.com/acme/keys/";

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.math_dollars = true;
    options.extension.math_code = true;
    options
}

/// Asserts that a text holds no links, images, mentions, references or HTML but
/// ours, and that its tables are whole.
#[track_caller]
pub(crate) fn assert_clean(text: &str) {
    if let Err(fault) = faults(text) {
        panic!("{fault}\n{text}");
    }
}

/// Returns what is wrong with a text.
pub(crate) fn faults(text: &str) -> Result<(), String> {
    let arena = Arena::new();
    let root = parse_document(&arena, text, &options());
    let mut open_folds = 0_i32;
    for node in root.descendants() {
        let value = &node.data.borrow().value;
        match value {
            NodeValue::Link(link) if !link.url.starts_with(OUR_LINKS) => {
                return Err(format!("a link to {}", link.url));
            }
            NodeValue::Image(_) | NodeValue::FootnoteReference(_) | NodeValue::Math(_) => {
                return Err("an image, a footnote or a formula".to_owned());
            }
            NodeValue::HtmlInline(html) => ours(html, &mut open_folds)?,
            NodeValue::HtmlBlock(block) => ours(&block.literal, &mut open_folds)?,
            NodeValue::Text(text) => plain_text(text)?,
            NodeValue::TableRow(_) => {
                let cells = node.children().count();
                let expected = node
                    .parent()
                    .and_then(comrak::arena_tree::Node::first_child);
                let expected = expected.map_or(0, |head| head.children().count());
                if cells != expected {
                    return Err(format!("{cells} cells of {expected}"));
                }
            }
            _ => {}
        }
    }
    if open_folds == 0 {
        written_rows(root, text)
    } else {
        Err(format!("{open_folds} folds are open at the end"))
    }
}

/// A parser drops cells that are too many, so the written ones are counted too:
/// bars that nothing escapes.
fn written_rows<'a>(root: &'a AstNode<'a>, text: &str) -> Result<(), String> {
    let lines: Vec<&str> = text.lines().collect();
    for node in root.descendants() {
        let NodeValue::Table(table) = &node.data.borrow().value else {
            continue;
        };
        for row in node.children() {
            let at = row.data.borrow().sourcepos.start.line;
            let line = lines.get(at - 1).copied().unwrap_or_default();
            let bars = line.matches('|').count() - line.matches("\\|").count();
            if bars != table.num_columns + 1 {
                return Err(format!("{bars} bars: {line}"));
            }
        }
    }
    Ok(())
}

fn ours(html: &str, open_folds: &mut i32) -> Result<(), String> {
    for line in html.lines().filter(|line| !line.trim().is_empty()) {
        if !OUR_HTML.iter().any(|ours| line.starts_with(ours)) {
            return Err(format!("HTML: {line}"));
        }
        if line.starts_with("<details>") {
            *open_folds += 1;
            let is_head = line.starts_with("<details><summary>") && line.ends_with("</summary>");
            if !is_head || line.matches('<').count() != 3 {
                return Err(format!("a fold's head: {line}"));
            }
        }
        *open_folds -= i32::from(line == "</details>");
    }
    Ok(())
}

/// GitHub looks for mentions and references in rendered text outside of code.
fn plain_text(text: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        let is_mention = *byte == b'@' && next.is_ascii_alphanumeric();
        let is_reference = *byte == b'#' && next.is_ascii_digit();
        if is_mention || is_reference {
            return Err(format!("a mention or a reference: {text}"));
        }
    }
    let lower = text.to_ascii_lowercase();
    for word in ["gh-", "www.", "://", "mailto:"] {
        if lower.contains(word) {
            return Err(format!("an address or a reference: {text}"));
        }
    }
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let is_hex = word.bytes().all(|b| b.is_ascii_hexdigit());
        let is_ours = word.len() == 7 && crate::scene::HEAD.starts_with(word);
        // All digits are numbers of ours: runs, accounts.
        let is_number = word.bytes().all(|b| b.is_ascii_digit());
        if word.len() >= 7 && is_hex && !is_ours && !is_number {
            return Err(format!("a commit: {text}"));
        }
    }
    Ok(())
}

#[test]
fn the_reader_finds_what_it_looks_for() {
    for text in [
        "see https://example.org",
        "see www.example.org",
        "[a](b)",
        "![a](https://x/y.png)",
        "thanks @octocat",
        "fixes #12",
        "fixes GH-12",
        "in deadbeef",
        "<b>x</b>",
        "<details><summary>x</summary>",
        "<details><summary>x<b></summary>\n</details>",
        "$`x`$",
        "| a | b |\n|---|---|\n| `x|y` | z |\n",
    ] {
        assert!(faults(text).is_err(), "{text}");
    }
    assert_eq!(faults("`@octocat` and `https://x` `<b>` `a|b` #"), Ok(()));
}
