//! `ai-keys` as a person runs it who pointed `AWS_ENDPOINT_URL` at moto.

use std::process::Command;

use super::folder::Folder;
use super::server::Moto;

/// What a run printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The day that the tests play: dates in manifests must not wear off.
const TODAY: &str = "2026-11-23";

impl Moto {
    /// Runs the command in a folder for [`TODAY`].
    ///
    /// No run may print a value of a key that is on moto before or after it.
    pub(crate) fn ai_keys(&self, folder: &Folder, words: &[&str]) -> Ran {
        self.ai_keys_on(TODAY, folder, words)
    }

    /// Runs the command in a folder for a day.
    pub(crate) fn ai_keys_on(&self, day: &str, folder: &Folder, words: &[&str]) -> Ran {
        let before = self.keys();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ai-keys"));
        command.args(words).current_dir(folder.path()).env_clear();
        // An import has no day.
        if !words.contains(&"import") {
            command.args(["--today", day]);
        }
        // The last two are of `faketime`: the tests pass on any day.
        for kept in [
            "PATH",
            "SystemRoot",
            "LLVM_PROFILE_FILE",
            "LD_PRELOAD",
            "FAKETIME",
        ] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command.envs([
            ("AWS_ENDPOINT_URL", self.url().as_str()),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "nobody-checks-it"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]);
        let output = command.output().unwrap();
        let ran = Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        for key in before.values().chain(self.keys().values()) {
            let value = key["value"].as_str().unwrap();
            assert!(value.len() >= 20, "moto tells the value of {}", key["name"]);
            assert!(!ran.out.contains(value) && !ran.err.contains(value));
        }
        ran
    }
}

impl Ran {
    /// Fails the test with all that was printed unless the run ended so.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        let Self { out, err, .. } = &self;
        assert_eq!(self.code, code, "\nstdout:\n{out}\nstderr:\n{err}");
        self
    }

    /// Fails the test unless standard output holds every text.
    #[track_caller]
    pub(crate) fn shows(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.out.contains(text), "no `{text}` in:\n{}", self.out);
        }
        self
    }

    /// Fails the test unless standard error holds every text.
    #[track_caller]
    pub(crate) fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.err.contains(text), "no `{text}` in:\n{}", self.err);
        }
        self
    }
}
