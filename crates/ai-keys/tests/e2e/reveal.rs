//! `reveal` at a terminal: one that util-linux's `script` makes.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::{MANIFEST, Ran, Running, World};

/// Runs a line of shell at a terminal of its own, with an answer typed. Nothing
/// without `script`, which is said.
fn at_a_terminal(world: &World, line: &str, answer: &str) -> Option<Ran> {
    let has_script = Command::new("script")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if has_script.is_err() {
        crate::missing::skip("no terminal (util-linux's `script` is not installed)");
        return None;
    }
    let program = env!("CARGO_BIN_EXE_ai-keys");
    let plain = world.command(&[]);
    let mut command = Command::new("script");
    command
        .args(["-qec", &line.replace("ai-keys", program), "/dev/null"])
        .current_dir(world.folder.path())
        .env_clear()
        .envs(
            plain
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdin(Stdio::piped());
    let (reader, mut typed) = std::io::pipe().unwrap();
    command.stdin(reader);
    let running = Running::start_reading(&mut command);
    drop(command);
    typed.write_all(answer.as_bytes()).unwrap();
    let ran = running.end();
    drop(typed);
    Some(ran)
}

fn applied() -> (World, String) {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let value = world.key("alpha").value;
    (world, value)
}

/// One line of the log is about it, and it holds no value.
#[track_caller]
fn names_who_saw_which_key(log: &str, value: &str) {
    let mut lines = log.lines().filter(|line| line.contains("saw the value of"));
    let (Some(line), None) = (lines.next(), lines.next()) else {
        panic!("not one line: {log}");
    };
    assert!(line.contains(":user/"), "who: {line}");
    assert!(
        line.contains("acme-ai/alpha#1 of target prod"),
        "which key: {line}"
    );
    assert!(!line.contains(value));
}

#[test]
fn a_person_who_says_yes_sees_the_value_once_and_the_log_names_both() {
    let (world, value) = applied();
    let Some(ran) = at_a_terminal(&world, "ai-keys reveal alpha", "yes\n") else {
        return;
    };
    let ran = ran.ended(0);
    names_who_saw_which_key(&ran.out, &value);
    assert_eq!(ran.out.matches(&value).count(), 1);
}

#[test]
fn any_other_answer_shows_nothing() {
    let (world, value) = applied();
    let Some(ran) = at_a_terminal(&world, "ai-keys reveal alpha", "y\n") else {
        return;
    };
    assert_ne!(ran.code, 0);
    assert!(!ran.out.contains(&value));
    assert!(!ran.out.contains("saw the value"));
}

#[test]
fn what_goes_to_a_file_never_holds_the_value_and_the_log_names_who_saw_which_key() {
    let (world, value) = applied();
    let Some(ran) = at_a_terminal(&world, "ai-keys reveal alpha > kept", "yes\n") else {
        return;
    };
    ran.ended(5).shows("at a terminal only");
    assert_eq!(world.folder.read("kept"), "");
    // Whose log is kept keeps no value.
    let line = "ai-keys reveal alpha 2> log";
    let shown = at_a_terminal(&world, line, "yes\n").unwrap().ended(0);
    assert_eq!(shown.out.matches(&value).count(), 1, "at the terminal");
    let log = world.folder.read("log");
    assert!(!log.contains(&value));
    names_who_saw_which_key(&log, &value);
}
