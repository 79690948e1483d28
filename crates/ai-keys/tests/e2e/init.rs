//! From nothing to a manifest and a workflow: by flags, by questions, all or nothing.

use std::process::Command;

use ai_keys_sandbox::SeedKey;

use crate::support::{Folder, Running, World, run_in, scope};

/// An account with a key that somebody made by hand.
fn by_hand() -> World {
    let world = World::new("");
    std::fs::remove_file(world.folder.path().join("keys.toml")).unwrap();
    let key = SeedKey {
        name: "legacy".to_owned(),
        description: String::new(),
        enabled: true,
        value: None,
        usage_plans: Vec::new(),
    };
    world.sandbox.seed(&scope(), &[], &[key]).unwrap();
    world
}

#[test]
fn the_account_is_detected_and_named_in_the_file() {
    let world = by_hand();
    let init = ["init", "--detect", "--region", "eu-west-1"];
    world.run(&init).ended(0).says("wrote keys.toml");
    let text = world.folder.read("keys.toml");
    assert!(text.contains("\naccount = \"123456789012\""), "{text}");
    assert!(!text.contains("legacy"), "nobody asked for it");
    assert_eq!(world.take_writes(), [""; 0]);
    let other = [
        "init",
        "--detect",
        "--account",
        "210987654321",
        "other.toml",
    ];
    world
        .run(&other)
        .ended(5)
        .says("the credentials are of account 123456789012");
    run_in(Folder::new().path(), &["init", "--detect"]).ended(6);
}

#[test]
fn keys_that_are_live_are_taken_over_with_the_workflow_that_applies_the_file() {
    let world = by_hand();
    let init = ["init", "--take-over", "--workflow", "--namespace", "acme"];
    let ran = world
        .run(&init)
        .ended(0)
        .says("wrote keys.toml: 1 key and 0 usage plans");
    ran.says("wrote .github/workflows/keys.yml");
    world.run(&["plan"]).ended(0).shows("1 to adopt ·");
    let workflow = world.folder.read(".github/workflows/keys.yml");
    let example = include_str!("../../../../examples/workflows/single-account.yml");
    assert!(workflow == example);
    let ran = world.run(&["doctor", "--offline"]).ended(0);
    ran.shows("keys.yml uses the Action at `v1`")
        .shows("0 problems, 2 warnings");
}

#[test]
fn a_file_that_is_there_stops_everything_before_anything_is_asked() {
    let world = by_hand();
    std::fs::create_dir_all(world.folder.path().join(".github/workflows")).unwrap();
    world.folder.write(".github/workflows/keys.yml", "mine");
    let init = ["init", "--take-over", "--workflow"];
    world.run(&init).ended(2).says("keys.yml exists already");
    assert_eq!(world.take_calls(), [""; 0]);
    assert!(!world.folder.path().join("keys.toml").exists());
    assert_eq!(world.folder.read(".github/workflows/keys.yml"), "mine");
}

#[test]
fn a_manifest_that_cannot_be_written_leaves_no_workflow() {
    let folder = Folder::new();
    let ran = run_in(
        folder.path(),
        &["init", "--workflow", "no/such/dir/keys.toml"],
    );
    ran.ended(2).says("cannot be written");
    assert!(!folder.path().join(".github/workflows/keys.yml").exists());
}

/// Types answers into a terminal; none if this machine has no `script`.
fn typed(world: &World, words: &str, answers: &str) -> Option<String> {
    let command = format!("{} {words}", env!("CARGO_BIN_EXE_ai-keys"));
    let input = world.folder.path().join("answers");
    std::fs::write(&input, answers).unwrap();
    let has_script = Command::new("script").arg("--version").output().is_ok();
    if !has_script {
        println!("skipped: no terminal (`script` of util-linux is not on PATH)");
        return None;
    }
    // `script` gives the command a terminal, and types what it reads.
    let mut script = world.command(&[]);
    let environment: Vec<_> = script
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    script = Command::new("script");
    script
        .args(["-qec", &command, "/dev/null"])
        .envs(environment);
    script.current_dir(world.folder.path());
    let ran = finish_reading(&mut script, &input);
    Some(ran)
}

fn finish_reading(command: &mut Command, input: &std::path::Path) -> String {
    let input = std::fs::File::open(input).unwrap();
    let ran = Running::start_reading(command.stdin(input)).end();
    ran.ended(0).out
}

#[test]
#[cfg(target_os = "linux")]
fn a_person_is_asked_what_no_flag_says() {
    let world = by_hand();
    let Some(seen) = typed(&world, "init", "Not A Name\nours\n\n\nyes\nn\n") else {
        return;
    };
    assert!(
        seen.contains("`Not A Name` is not a valid namespace"),
        "{seen}"
    );
    assert!(
        seen.contains("Account 123456789012 has 1 key and 0 usage plans that no file owns"),
        "{seen}"
    );
    let text = world.folder.read("keys.toml");
    assert!(
        text.contains("namespace = \"ours\"") && text.contains("[key.legacy]"),
        "{text}"
    );
    assert!(
        !world.folder.path().join(".github").exists(),
        "it was not wanted"
    );
}
