//! Every exit code once; scripts and the Action rely on them.

use std::collections::BTreeSet;
use std::path::Path;

use ai_keys_sandbox::{Act, FaultRule};

use crate::support::{MANIFEST, World};

#[test]
fn zero_is_done() {
    World::new(MANIFEST).apply().ended(0);
}

#[test]
fn one_is_a_manifest_with_errors() {
    let world = World::new(&MANIFEST.replace("owner", "ownr"));
    world
        .run(&["validate"])
        .ended(1)
        .shows("did you mean `owner`?");
    world
        .plan(&[])
        .ended(1)
        .says("keys.toml: 2 errors: nothing was planned");
    world.apply().ended(1);
    assert!(world.take_calls().is_empty(), "nothing was asked for");
}

#[test]
fn two_is_wrong_usage() {
    let world = World::new(MANIFEST);
    world.run(&["plan", "--no-such-flag"]).ended(2);
    world.run(&[]).ended(2);
    world
        .run(&["explain", "AK000000"])
        .ended(2)
        .says_in_one_line("there is no diagnostic");
    world
        .plan(&["--target", "nope"])
        .ended(2)
        .says_in_one_line("it has: prod");
    world
        .run(&["apply"])
        .ended(2)
        .says_in_one_line("there is nobody to ask here, so say --yes");
    assert!(world.take_writes().is_empty());
}

#[test]
fn three_is_changes_pending_if_asked() {
    let world = World::new(MANIFEST);
    world.plan(&["--detailed-exitcode"]).ended(3);
    world.plan(&[]).ended(0);
    world.apply().ended(0);
    world.plan(&["--detailed-exitcode"]).ended(0);
}

#[test]
fn four_is_an_incomplete_apply() {
    let world = World::new(MANIFEST);
    world.faults(vec![FaultRule::on("CreateApiKey", Act::LimitExceeded)]);
    world
        .apply()
        .ended(4)
        .shows("applied 1 of 5 to prod")
        .says("what is left is safe to try again");
    world.settles();
}

#[test]
fn five_is_a_guard_before_the_first_write() {
    let world =
        World::new(&MANIFEST.replace("account = \"123456789012\"", "account = \"999999999999\""));
    world.apply().ended(5).says_in_one_line(
        "target `prod` is account 999999999999, but the credentials are of account 123456789012",
    );
    assert_eq!(
        world.take_calls(),
        ["GetCallerIdentity"],
        "nothing but the number is read"
    );
}

#[test]
fn six_is_a_cloud_that_refuses() {
    let world = World::new(MANIFEST);
    world.faults(vec![FaultRule::on("GetApiKeys", Act::ExpiredToken)]);
    world.plan(&[]).ended(6).says_in_one_line("GetApiKeys");
}

/// Returns the words in backticks of a part of a text.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn the_page_says_what_to_do_for_each_exit_code_and_each_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/when-it-fails.md")).unwrap();
    for code in 0..=130 {
        let is_documented = page.contains(&format!("\n| {code} | "));
        let is_there = matches!(code, 0..=6 | 130);
        assert_eq!(is_documented, is_there, "exit code {code}");
    }
    let action = std::fs::read_to_string(root.join("action.yml")).unwrap();
    let (_, output) = action.split_once("  failure-reason:").unwrap();
    let (output, _) = output.split_once("Empty if").unwrap();
    let declared: BTreeSet<&str> = quoted(output).into_iter().collect();
    let (_, table) = page.split_once("| `failure-reason` |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let rows = table.lines().skip(2).map(|row| quoted(row)[0]);
    assert_eq!(rows.collect::<BTreeSet<&str>>(), declared);
    // Every reason that the sources give is declared.
    let folder = root.join("crates/ai-keys/src/cli/action");
    let mut given = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for part in source.split("reason: \"").skip(1) {
            let reason = part.split('"').next().unwrap();
            assert!(reason.is_empty() || declared.contains(reason), "{reason}");
            given += 1;
        }
    }
    assert!(given > 5, "the reasons are written otherwise by now");
}
