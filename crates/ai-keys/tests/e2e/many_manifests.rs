//! `plan` of many manifests: their jobs, or their plans from one look at each account.

use std::fmt::Write as _;

use ai_keys_sandbox::{Act, FaultRule};
use serde_json::Value;

use crate::support::{ACCOUNT, Folder, MANIFEST, Ran, TODAY, World, run_in};

/// The most jobs that GitHub makes of one matrix.
const MOST_JOBS: usize = 256;

/// Returns a manifest with so many targets, in a region each.
fn manifest(namespace: &str, targets: usize) -> String {
    let mut text = format!("version = 1\nnamespace = \"{namespace}\"\n");
    for number in 0..targets {
        let _ = write!(
            text,
            "\n[target.r-{number:02}]\nprovider = \"aws-api-gateway\"\n\
             region = \"xa-north-{number}\"\naccount = \"{ACCOUNT}\"\n"
        );
    }
    text.push_str("\n[usage-plan.standard]\nstages = [\"chat-api/prod\"]\n");
    text.push_str("\n[key.alpha]\nusage-plans = [\"standard\"]\n");
    text
}

/// A folder with so many manifests, and their names as a shell expands `teams/*.toml`.
fn teams(manifests: usize, targets: usize) -> (Folder, Vec<String>) {
    let folder = Folder::new();
    let names: Vec<String> = (0..manifests)
        .map(|n| format!("teams/{n:02}.toml"))
        .collect();
    for (number, name) in names.iter().enumerate() {
        folder.write(name, manifest(&format!("team-{number}"), targets));
    }
    (folder, names)
}

/// Asks for the jobs; without an account, and without credentials of one.
fn matrix(folder: &Folder, names: &[String], words: &[&str]) -> Ran {
    let mut all = vec!["plan", "--format", "matrix"];
    all.extend(words);
    all.extend(names.iter().map(String::as_str));
    run_in(folder.path(), &all)
}

fn jobs(ran: &Ran) -> Vec<Value> {
    let matrix: Value = serde_json::from_str(&ran.out).unwrap();
    matrix["include"].as_array().unwrap().clone()
}

#[test]
fn fifty_manifests_of_five_targets_are_250_jobs() {
    let (folder, names) = teams(50, 5);
    let ran = matrix(&folder, &names, &[]).ended(0);
    assert_eq!(ran.err, "");
    let jobs = jobs(&ran);
    assert_eq!(jobs.len(), 250);
    let job = &jobs[7];
    assert_eq!(job["manifest"], "teams/01.toml");
    assert_eq!(job["target"], "r-02");
    let mut ids: Vec<&str> = jobs.iter().filter_map(|job| job["id"].as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 250, "each has an id of its own");
}

#[test]
fn fifty_manifests_of_twenty_targets_are_more_jobs_than_github_makes() {
    let (folder, names) = teams(50, 20);
    let ran = matrix(&folder, &names, &[]).ended(2);
    assert_eq!(ran.out, "");
    ran.says_in_one_line(
        "GitHub makes at most 256 jobs of a matrix, and these are 1000, of 50 manifests: choose some with --target",
    );
    let chosen = ["--target", "r-00", "--target", "r-19"];
    let ran = matrix(&folder, &names, &chosen).ended(0);
    assert_eq!(jobs(&ran).len(), 100);
    let few = &names[..MOST_JOBS / 20];
    assert_eq!(jobs(&matrix(&folder, few, &[]).ended(0)).len(), 240);
}

#[test]
fn the_jobs_do_not_depend_on_the_order_of_the_manifests() {
    let (folder, mut names) = teams(9, 2);
    let expected = matrix(&folder, &names, &[]).ended(0).out;
    names.reverse();
    assert_eq!(matrix(&folder, &names, &[]).ended(0).out, expected);
    names.rotate_left(4);
    assert_eq!(matrix(&folder, &names, &[]).ended(0).out, expected);
}

#[test]
fn a_manifest_that_is_named_twice_is_one() {
    let (folder, names) = teams(2, 1);
    let expected = matrix(&folder, &names, &[]).ended(0).out;
    let twice = [
        "teams/01.toml",
        "./teams/00.toml",
        "teams/./01.toml",
        "teams/00.toml",
    ];
    let twice = twice.map(str::to_owned);
    assert_eq!(matrix(&folder, &twice, &[]).ended(0).out, expected);
    let world = World::new(MANIFEST);
    let once = world.plan(&["keys.toml"]).ended(0).out;
    assert_eq!(world.plan(&["keys.toml", "./keys.toml"]).ended(0).out, once);
}

#[test]
fn all_that_is_wrong_with_any_manifest_is_said_in_one_run() {
    let (folder, mut names) = teams(4, 1);
    for name in ["teams/01.toml", "teams/03.toml"] {
        folder.write(name, folder.read(name).replace("usage-plans", "usage-plns"));
    }
    folder.write("teams/04.toml", b"\xff");
    names.extend(["teams/04.toml".to_owned(), "teams/none.toml".to_owned()]);
    let ran = matrix(&folder, &names, &[]).ended(1);
    assert_eq!(ran.out, "");
    ran.says("teams/01.toml:13:1")
        .says("teams/03.toml:13:1")
        .says("error: teams/01.toml: 1 error: nothing was planned\nerror: teams/03.toml: 1 error")
        .says("error: teams/04.toml is not UTF-8 text: byte 1 of line 1 is 0xff\n")
        .says("error: there is no file teams/none.toml");
}

#[test]
fn a_chosen_target_is_one_that_some_manifest_has() {
    let (folder, mut names) = teams(1, 2);
    folder.write("b.toml", manifest("b", 1));
    names.push("b.toml".to_owned());
    let ran = matrix(&folder, &names, &["--target", "r-01"]).ended(0);
    let jobs = jobs(&ran);
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert_eq!(jobs[0]["manifest"], "teams/00.toml");
    let wrong = ["--target", "r-01", "--target", "r-02"];
    matrix(&folder, &names, &wrong)
        .ended(2)
        .says_in_one_line("none of the 2 manifests has a target `r-02`; they have: r-00, r-01");
}

/// A world with two manifests about one account, `b.toml` and `a.toml`.
fn two() -> World {
    let world = World::new(MANIFEST);
    for name in ["a", "b"] {
        let text = MANIFEST.replace("acme-ai", &format!("team-{name}"));
        world.folder.write(&format!("{name}.toml"), text);
    }
    world
}

#[test]
fn manifests_of_one_account_are_planned_from_one_look_in_the_given_order() {
    let world = two();
    let ran = world.plan(&["b.toml", "a.toml"]).ended(0);
    let calls = world.take_calls();
    for once in ["GetCallerIdentity", "GetApiKeys", "GetUsagePlans"] {
        let count = calls.iter().filter(|call| *call == once).count();
        assert_eq!(count, 1, "{once}: {calls:?}");
    }
    let alone = |name| world.plan(&[name]).ended(0).out;
    let (a, b) = (alone("a.toml"), alone("b.toml"));
    assert_eq!(ran.out, format!("b.toml\n{b}\na.toml\n{a}"));
    let markdown = |names: &[&str]| {
        let words = [&["--format", "markdown"], names].concat();
        world.plan(&words).ended(0).out
    };
    let both = format!("{}\n{}", markdown(&["b.toml"]), markdown(&["a.toml"]));
    assert_eq!(markdown(&["b.toml", "a.toml"]), both);
}

#[test]
fn the_json_names_the_manifest_of_each_plan() {
    let world = two();
    let words = ["--format", "json", "b.toml", "a.toml"];
    let json: Value = serde_json::from_str(&world.plan(&words).ended(0).out).unwrap();
    assert_eq!(json["manifests"], serde_json::json!(["b.toml", "a.toml"]));
    assert_eq!(json["plans"][0]["namespace"], "team-b");
    assert_eq!(json["plans"][1]["namespace"], "team-a");
}

#[test]
fn pending_changes_of_any_manifest_are_exit_3() {
    let world = two();
    world
        .run(&["apply", "a.toml", "--yes", "--today", TODAY])
        .ended(0);
    let pending = |names: &[&str]| world.plan(&[&["--detailed-exitcode"], names].concat());
    pending(&["a.toml"]).ended(0);
    pending(&["a.toml", "b.toml"])
        .ended(3)
        .shows("a.toml\nprod · ");
}

#[test]
fn what_is_for_one_plan_is_refused_for_many_manifests() {
    let world = two();
    for flag in ["--out", "--live"] {
        world
            .plan(&[flag, "file.json", "a.toml", "b.toml"])
            .ended(2)
            .says_in_one_line("for one manifest and one target, and these are 2 manifests: run");
    }
    assert!(world.take_calls().is_empty(), "nothing was asked for");
}

#[test]
fn an_account_that_cannot_be_read_is_named_once_for_all_its_manifests() {
    let world = two();
    world.faults(vec![FaultRule::everywhere(Act::ExpiredToken)]);
    let ran = world.plan(&["a.toml", "b.toml"]).ended(6);
    assert_eq!(ran.out, "");
    ran.says_in_one_line("error: a.toml [prod] and 1 more: ");
}

#[test]
fn an_account_that_does_not_allow_a_plan_does_not_hide_the_others() {
    let world = two();
    for name in ["a.toml", "b.toml"] {
        let text = world
            .folder
            .read(name)
            .replace("chat-api/prod", "nix-api/prod");
        world.folder.write(name, text);
    }
    let ran = world.plan(&["a.toml", "b.toml", "keys.toml"]);
    assert_eq!(ran.out, "", "all are planned, or none is shown");
    ran.says("error: a.toml: target `prod`: 1 error\nerror: b.toml: target `prod`: 1 error\n")
        .ended(1);
}
