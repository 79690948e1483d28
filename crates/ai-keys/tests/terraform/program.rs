//! Terraform and its AWS provider, without any network.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::moto_support::{Folder, Moto};

/// Terraform in a folder of its own, pointed at a moto.
pub(crate) struct Terraform<'m> {
    program: PathBuf,
    pub(crate) folder: Folder,
    moto: &'m Moto,
}

impl<'m> Terraform<'m> {
    /// Finds Terraform and the mirror of its provider, or says which is missing.
    pub(crate) fn find(moto: &'m Moto, sources: &[(&str, &str)]) -> Option<Self> {
        let Some(mirror) = variable("AI_KEYS_TERRAFORM_MIRROR") else {
            println!("skipped: no Terraform (AI_KEYS_TERRAFORM_MIRROR is not set)");
            return None;
        };
        let program = variable("AI_KEYS_TERRAFORM").unwrap_or_else(|| "terraform".into());
        let has_program = Command::new(&program)
            .arg("-version")
            .env("CHECKPOINT_DISABLE", "1")
            .output()
            .is_ok_and(|output| output.status.success());
        if !has_program {
            println!(
                "skipped: no Terraform (`{}` does not run)",
                program.display()
            );
            return None;
        }
        let folder = Folder::new();
        let mirror = mirror.to_str().unwrap();
        let mirror = format!("filesystem_mirror {{\n path = {} \n}}", json!(mirror));
        folder.write(
            "cli.tfrc",
            &format!("provider_installation {{\n{mirror}\n}}\n"),
        );
        for (name, source) in sources {
            folder.write(name, source);
        }
        let found = Self {
            program,
            folder,
            moto,
        };
        found.run(&["init", "-no-color"]);
        Some(found)
    }

    /// Runs Terraform and returns what it printed. It must succeed.
    pub(crate) fn run(&self, words: &[&str]) -> String {
        let mut command = Command::new(&self.program);
        self.run_in_folder(command.args(words))
    }

    /// Runs a line that somebody was told to type. It must succeed.
    pub(crate) fn type_in(&self, line: &str) -> String {
        let mut shell = Command::new("sh");
        shell.args([
            "-c",
            &format!("terraform() {{ command \"$PROGRAM\" \"$@\"; }}; {line}"),
        ]);
        self.run_in_folder(shell.env("PROGRAM", &self.program))
    }

    fn run_in_folder(&self, command: &mut Command) -> String {
        let output = command
            .current_dir(self.folder.path())
            .env("TF_CLI_CONFIG_FILE", self.folder.path().join("cli.tfrc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_VAR_endpoint", self.moto.url())
            .env_remove("TF_CLI_ARGS")
            .output()
            .unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{command:?}\n{out}\n{err}");
        out
    }

    /// Returns what Terraform would change: the address, and the attributes that differ.
    pub(crate) fn would_change(&self) -> Vec<(String, Vec<String>)> {
        self.run(&["plan", "-out", "terraform.plan"]);
        let shown: Value =
            serde_json::from_str(&self.run(&["show", "-json", "terraform.plan"])).unwrap();
        let changes = shown["resource_changes"].as_array().unwrap().iter();
        let changes = changes.filter(|resource| resource["change"]["actions"] != json!(["no-op"]));
        changes
            .map(|resource| {
                assert_eq!(resource["change"]["actions"], json!(["update"]));
                let (before, after) = (&resource["change"]["before"], &resource["change"]["after"]);
                let attributes = before.as_object().unwrap().keys();
                let differ =
                    attributes.filter(|name| before[name.as_str()] != after[name.as_str()]);
                let address = resource["address"].as_str().unwrap().to_owned();
                (address, differ.cloned().collect())
            })
            .collect()
    }
}

pub(crate) fn variable(name: &str) -> Option<PathBuf> {
    let value = std::env::var_os(name).filter(|value| !value.is_empty());
    value.map(PathBuf::from)
}
