//! What a stream can show: colours, width, a line that is redrawn.

use std::io::IsTerminal;

/// One of the two streams of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output: what was asked for.
    Out,
    /// Standard error: notices and progress.
    Err,
}

/// What one stream can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// A person watches: a progress bar may be drawn.
    pub is_terminal: bool,
    /// Colours may be used.
    pub has_colour: bool,
    /// The locale knows ASCII only: bars are drawn with it.
    pub is_ascii: bool,
    /// How many columns fit, if the stream has an end to its lines or `COLUMNS`
    /// says so.
    pub columns: Option<u16>,
}

impl Terminal {
    /// Looks at a stream of this process and at its environment.
    #[must_use]
    pub fn detect(stream: Stream) -> Self {
        let is_terminal = match stream {
            Stream::Out => std::io::stdout().is_terminal(),
            Stream::Err => std::io::stderr().is_terminal(),
        };
        let columns = is_terminal.then(|| match stream {
            Stream::Out => terminal_size::terminal_size_of(std::io::stdout()),
            Stream::Err => terminal_size::terminal_size_of(std::io::stderr()),
        });
        Self {
            is_terminal,
            has_colour: has_colour(is_terminal, |name| std::env::var(name).ok()),
            is_ascii: is_ascii(|name| std::env::var(name).ok()),
            columns: columns
                .flatten()
                .map(|(width, _)| width.0)
                .or_else(|| std::env::var("COLUMNS").ok()?.parse().ok()),
        }
    }

    /// Wraps text in a style, where the stream has colours.
    #[must_use]
    pub fn paint(self, style: anstyle::Style, text: &str) -> String {
        if self.has_colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// Decides on colours: `NO_COLOR` wins, then `CLICOLOR_FORCE`, then the stream.
///
/// <https://no-color.org> and <https://bixense.com/clicolors>, checked 2026-11-23.
fn has_colour(is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    if set("NO_COLOR").is_some() {
        return false;
    }
    if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    is_terminal && set("TERM").is_none_or(|term| term != "dumb")
}

/// Decides on signs: the first of the three variables that says something names
/// the locale; where none does, UTF-8 is shown.
///
/// <https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html#tag_08_02>,
/// checked 2026-11-24.
fn is_ascii(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set);
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        !(locale.contains("utf-8") || locale.contains("utf8"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_follow_the_locale() {
        let ascii = |environment: &[(&str, &str)]| {
            is_ascii(|name| {
                let found = environment.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(!ascii(&[]));
        assert!(!ascii(&[("LANG", "de_CH.UTF-8")]));
        assert!(!ascii(&[("LC_ALL", ""), ("LANG", "C.utf8")]));
        assert!(ascii(&[("LC_ALL", "C"), ("LANG", "de_CH.UTF-8")]));
        assert!(ascii(&[("LANG", "POSIX")]));
    }

    fn colour(is_terminal: bool, environment: &[(&str, &str)]) -> bool {
        has_colour(is_terminal, |name| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn colours_only_on_a_terminal_and_the_user_has_the_last_word() {
        assert!(colour(true, &[]));
        assert!(!colour(false, &[]));
        assert!(!colour(true, &[("TERM", "dumb")]));
        assert!(!colour(true, &[("NO_COLOR", "1")]));
        assert!(colour(true, &[("NO_COLOR", "")]), "an empty value is unset");
        assert!(colour(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!colour(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!colour(true, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    }

    #[test]
    fn paint_adds_nothing_without_colours() {
        let bold = anstyle::Style::new().bold();
        let mut terminal = Terminal::default();
        assert_eq!(terminal.paint(bold, "x"), "x");
        terminal.has_colour = true;
        assert_eq!(terminal.paint(bold, "x"), "\u{1b}[1mx\u{1b}[0m");
    }
}
