//! The help of every command, as expected texts. `UPDATE=1` rewrites them.

use std::path::Path;

use crate::support::{Folder, ai_keys, finish};

fn check(file: &str, words: &[&str], columns: &str) {
    let folder = Folder::new();
    let ran = finish(
        ai_keys(folder.path())
            .args(words)
            .arg("--help")
            .env("COLUMNS", columns),
    );
    let printed = ran.ended(0).out;
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/e2e/help")
        .join(file);
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &printed).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        printed, expected,
        "{file} differs: `UPDATE=1 cargo test -p ai-keys --test e2e help` rewrites it"
    );
}

#[test]
fn every_command_explains_itself() {
    check("ai-keys.txt", &[], "100");
    for command in [
        "validate",
        "plan",
        "apply",
        "usage",
        "snapshot",
        "import",
        "reveal",
        "rotate",
        "disable",
        "timeline",
        "explain",
        "schema",
        "init",
        "doctor",
        "iam-policy",
        "sandbox",
        "completions",
    ] {
        check(&format!("{command}.txt"), &[command], "100");
    }
}

#[test]
fn a_narrow_terminal_gets_narrow_lines() {
    check("ai-keys-narrow.txt", &[], "50");
}

#[test]
fn every_command_has_an_expected_text() {
    let folder = Folder::new();
    let help = crate::support::run_in(folder.path(), &["--help"]).out;
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let (commands, _) = commands.split_once("\n\n").unwrap();
    for line in commands.lines() {
        let name = line.split_whitespace().next().unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/e2e/help/{name}.txt"));
        assert!(path.exists() || !line.starts_with("  "), "{name}");
    }
}
