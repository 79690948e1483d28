//! The small commands: init, explain, completions, sandbox; many manifests and targets.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Folder, MANIFEST, TODAY, World, ai_keys, call, finish, run_in, scope};

#[test]
fn a_first_manifest_is_valid_and_plans_on_the_sandbox() {
    let folder = Folder::new();
    let run = |words: &[&str]| run_in(folder.path(), words);
    run(&[
        "init",
        "--namespace",
        "ours",
        "--region",
        "us-east-2",
        "--account",
        "210987654321",
        "my.toml",
    ])
    .ended(0)
    .says("wrote my.toml");
    run(&["validate", "my.toml"]).ended(0).shows("my.toml: no");
    run(&["plan", "--sandbox", "my.toml"])
        .ended(0)
        .shows("210987654321 · us-east-2")
        .shows("+ create  key first-consumer");
    run(&["apply", "--sandbox", "--yes", "my.toml"]).ended(0);
    run(&["plan", "--sandbox", "my.toml"])
        .ended(0)
        .shows("no changes");
}

#[test]
fn a_file_that_exists_is_not_overwritten() {
    let folder = Folder::new();
    folder.write("keys.toml", "mine");
    run_in(folder.path(), &["init"])
        .ended(2)
        .says_in_one_line("keys.toml exists already");
    assert_eq!(folder.read("keys.toml"), "mine");
    for wrong in [
        ["init", "--namespace", "\"\nx = 1"],
        ["init", "--region", "a\"b"],
        ["init", "--account", "12345"],
    ] {
        run_in(folder.path(), &wrong).ended(2);
    }
    run_in(folder.path(), &["init", "no/such/dir/keys.toml"]).ended(2);
    assert_eq!(folder.names(), ["keys.toml"]);
}

#[test]
fn every_listed_diagnostic_is_explained_by_number_and_by_name() {
    let folder = Folder::new();
    let listed = run_in(folder.path(), &["explain"]).ended(0).out;
    assert!(listed.lines().count() > 20, "{listed}");
    let last = listed.lines().last().unwrap();
    let (number, name) = (
        last.get(..5).unwrap(),
        last.split_whitespace().last().unwrap(),
    );
    let by_number = run_in(folder.path(), &["explain", number]).ended(0).out;
    assert_eq!(
        by_number,
        run_in(folder.path(), &["explain", name]).ended(0).out
    );
}

#[test]
fn every_shell_has_completions() {
    let folder = Folder::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run_in(folder.path(), &["completions", shell]).ended(0).out;
        assert!(script.contains("detailed-exitcode"), "{shell}");
    }
    run_in(folder.path(), &["completions", "tcsh"]).ended(2);
}

/// `ai-keys … | head -1`, with a reader that is gone before the first byte.
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = Folder::new();
    for words in [["completions", "bash"], ["explain", "-q"], ["schema", "-q"]] {
        let mut command = ai_keys(folder.path());
        command
            .args(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        let err = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(
            (ended.status.code(), err.as_str()),
            (Some(0), ""),
            "{words:?}"
        );
    }
}

#[test]
fn an_apply_whose_reader_goes_away_is_finished() {
    let world = World::new(MANIFEST);
    let mut command = world.command(&["apply", "--yes", "--today", TODAY]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(0));
    world.settles();
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_is_lost_on_a_full_disk_is_an_error() {
    let folder = Folder::new();
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let ended = ai_keys(folder.path())
        .arg("schema")
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(2));
    let err = String::from_utf8(ended.stderr).unwrap();
    assert!(
        err.starts_with("error: standard output is incomplete"),
        "{err}"
    );
}

#[test]
fn several_manifests_are_checked_in_one_run() {
    let folder = Folder::new();
    folder.write("a.toml", MANIFEST);
    folder.write("b.toml", MANIFEST.replace("owner", "ownr"));
    run_in(folder.path(), &["validate", "a.toml", "b.toml"])
        .ended(1)
        .shows("a.toml: no")
        .shows("b.toml: 2 errors");
}

#[test]
fn each_target_has_its_own_account_and_plan() {
    let folder = Folder::new();
    let second = "[target.staging]\nprovider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\naccount = \"210987654321\"\n\n[defaults.key]";
    folder.write("keys.toml", MANIFEST.replace("[defaults.key]", second));
    let run = |words: &[&str]| run_in(folder.path(), words);
    run(&["plan", "--sandbox"])
        .ended(0)
        .shows("prod · aws-api-gateway · 123456789012")
        .shows("staging · aws-api-gateway · 210987654321");
    run(&["plan", "--sandbox", "--out", "p.json"])
        .ended(2)
        .says("one of prod, staging");
    run(&["snapshot", "--sandbox"])
        .ended(2)
        .says("one of prod, staging");
    run(&["apply", "--sandbox", "--yes", "--target", "staging"])
        .ended(0)
        .shows("applied 5 of 5 to staging");
    run(&[
        "plan",
        "--sandbox",
        "--detailed-exitcode",
        "--target",
        "staging",
    ])
    .ended(0);
    run(&["plan", "--sandbox", "--detailed-exitcode"]).ended(3);
}

#[test]
fn a_running_sandbox_is_shared_and_ends_with_its_signal() {
    let folder = Folder::new();
    folder.write("keys.toml", MANIFEST);
    let mut server = ai_keys(folder.path());
    server.args(["sandbox", "state", "--no-limits"]);
    let mut server = server
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let patience = Instant::now() + Duration::from_secs(30);
    while !folder.path().join("state/server.json").exists() {
        assert!(Instant::now() < patience);
        std::thread::sleep(Duration::from_millis(5));
    }
    run_in(folder.path(), &["sandbox", "state"])
        .ended(2)
        .says_in_one_line("already runs at http://127.0.0.1:");
    run_in(folder.path(), &["apply", "--yes", "--sandbox=state"])
        .ended(0)
        .says("running, its state in state");
    server.kill().unwrap();
    let ended = server.wait_with_output().unwrap();
    let url = String::from_utf8(ended.stdout).unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    // What the server had is there when it is gone.
    run_in(folder.path(), &["plan", "--sandbox=state"])
        .ended(0)
        .shows("no changes");
}

#[test]
fn a_clock_that_stands_still_or_has_no_rates_to_keep_is_refused() {
    let folder = Folder::new();
    run_in(folder.path(), &["sandbox", "--speed", "0"])
        .ended(2)
        .says("0 is not in 1..=1000");
    run_in(folder.path(), &["sandbox", "--speed", "2", "--no-limits"])
        .ended(2)
        .says("cannot be used with");
    assert_eq!(folder.names(), [""; 0]);
}

#[test]
fn a_shorter_manifest_needs_an_acknowledgement_of_each_removal() {
    let many = (0..8).fold(MANIFEST.to_owned(), |text, n| {
        text + &format!("\n[key.k{n}]\ndescription = \"x\"\nowner = \"team-b\"\n")
    });
    let world = World::new(&many);
    world.apply().ended(0);
    world.folder.write("keys.toml", MANIFEST);
    let plan = world.plan(&[]).ended(0).out;
    let wanted: Vec<&str> = plan
        .split("--ack '")
        .skip(1)
        .filter_map(|rest| rest.split('\'').next())
        .collect();
    assert!(!wanted.is_empty(), "{plan}");
    world.take_calls();
    let refused = world.apply().ended(5);
    assert!(
        refused.err.contains("need an acknowledgement"),
        "{}",
        refused.err
    );
    assert!(world.take_writes().is_empty());
    let mut words = vec![
        "apply",
        "--yes",
        "--today",
        TODAY,
        "--ack",
        "delete:k0@0000-0000",
    ];
    world.run(&words).ended(5);
    words.truncate(4);
    for wanted in &wanted {
        words.extend(["--ack", wanted]);
    }
    world.run(&words).ended(0);
    world.settles();
    let on = world.keys().iter().filter(|key| key.enabled).count();
    assert_eq!(on, 2, "disabled, not deleted");
}

#[test]
fn a_key_value_opens_the_stage_of_the_sandbox_command() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    let url = world.sandbox.invoke_url(&world.stage.api_id, "prod", "/v1");
    assert_eq!(call(&url, &world.key("alpha").value), 200);
    assert_eq!(call(&url, "no-such-key-0123456789"), 403);
    assert_eq!(world.sandbox.usage_plans(&scope()).len(), 1);
    finish(world.command(&["--version"]).env("COLUMNS", "20"))
        .ended(0)
        .shows("ai-keys 0.");
}

#[test]
fn other_clouds_are_validated_and_refused_before_anything_is_read() {
    let google = "\n[target.other]\nprovider = \"google-api-keys\"\nproject = \"acme-ai\"\n";
    let manifest = MANIFEST.replace(
        "[usage-plan.standard]",
        "[usage-plan.standard]\ntargets = [\"prod\"]",
    );
    let manifest = manifest.replace("[defaults.key]", "[defaults.key]\ntargets = [\"prod\"]");
    let world = World::new(&format!("{manifest}{google}"));
    world
        .run(&["validate"])
        .ended(0)
        .shows("AK392")
        .shows("`other` is validated only");
    for command in [
        &["plan"][..],
        &["apply", "--yes"],
        &["snapshot", "--target", "other"],
        &["plan", "--target", "other", "--sandbox"],
    ] {
        world
            .run(command)
            .ended(5)
            .says("planning and applying google-api-keys is not supported yet (AK490)");
    }
    assert_eq!(world.sandbox.journal().len(), 0, "nothing was asked");
    world.run(&["apply", "--yes", "--target", "prod"]).ended(0);
}
