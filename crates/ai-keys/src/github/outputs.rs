//! The step's outputs and its summary: files that GitHub's runner reads when the step ends.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

/// Appends to a file of the runner's, as other steps do.
pub(crate) fn append(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// Writes outputs in the form that takes any text: between two lines of a
/// random word that stands nowhere in it.
///
/// Source: "Workflow commands", multiline strings, checked 2026-11-23.
/// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings>
///
/// # Errors
/// If the operating system has no randomness, or a text holds the word: then
/// somebody who knows it wants to write an output of their own.
pub(crate) fn render_outputs(outputs: &[(&str, String)]) -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::getrandom(&mut bytes).map_err(|_| io::Error::other("no randomness"))?;
    let word = bytes.iter().fold("ghadelimiter_".to_owned(), |word, byte| {
        format!("{word}{byte:02x}")
    });
    render_with(outputs, &word)
}

fn render_with(outputs: &[(&str, String)], word: &str) -> io::Result<String> {
    let mut text = String::new();
    for (name, value) in outputs {
        if name.contains(word) || value.contains(word) {
            return Err(io::Error::other(format!(
                "the output `{name}` holds its own end"
            )));
        }
        // A lone carriage return ends a line for the runner.
        let value = value.replace("\r\n", "\n").replace('\r', "\n");
        // Writing to a String cannot fail.
        let _ = write!(text, "{name}<<{word}\n{value}\n{word}\n");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads as the runner does: a line `name<<WORD`, lines up to `WORD`.
    fn read(text: &str) -> Vec<(String, String)> {
        let mut lines = text.split(['\n', '\r']);
        let mut outputs = Vec::new();
        while let Some((name, word)) = lines.next().and_then(|line| line.split_once("<<")) {
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != word).collect();
            outputs.push((name.to_owned(), value.join("\n")));
        }
        outputs
    }

    #[test]
    fn any_text_arrives_as_one_output() {
        for value in [
            "",
            "4",
            "a=b\nc<<d\ne\n",
            "plan-file<<ghadelimiter_\nx\nghadelimiter_",
        ] {
            let outputs = [("result", value.to_owned()), ("delete", "1".to_owned())];
            let text = render_outputs(&outputs).unwrap();
            let expected = [
                ("result".to_owned(), value.to_owned()),
                ("delete".to_owned(), "1".to_owned()),
            ];
            assert_eq!(read(&text), expected);
        }
    }

    #[test]
    fn a_lone_carriage_return_starts_no_second_output() {
        let text = render_with(&[("a", "x\rWORD\rb<<WORD".to_owned())], "W0RD").unwrap();
        assert!(!text.contains('\r'));
    }

    #[test]
    fn a_text_that_knows_the_word_is_refused() {
        let text = render_with(&[("a", "x\nWORD\nb=1".to_owned())], "WORD");
        assert!(text.is_err());
    }
}
