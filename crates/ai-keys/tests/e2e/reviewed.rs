//! Reviewed = applied: `plan --out`, then `apply --plan`.

use ai_keys_sandbox::{Act, FaultRule, Turn};

use crate::support::{MANIFEST, Ran, TODAY, World};

fn planned(manifest: &str) -> World {
    let world = World::new(manifest);
    world
        .plan(&["--out", "plan.json"])
        .ended(0)
        .says("written to plan.json");
    world
}

fn apply_plan(world: &World) -> Ran {
    apply_plan_on(TODAY, world)
}

fn apply_plan_on(day: &str, world: &World) -> Ran {
    world.run(&["apply", "--yes", "--plan", "plan.json", "--today", day])
}

/// The plan was refused before anything was written.
#[track_caller]
fn is_refused(world: &World, why: &str) {
    world.take_calls();
    apply_plan(world).ended(5).says(why);
    assert!(world.take_writes().is_empty());
}

#[test]
fn a_reviewed_plan_is_applied() {
    let world = planned(MANIFEST);
    apply_plan(&world).ended(0).shows("applied 5 of 5 to prod");
    apply_plan(&world).ended(0).shows("no changes");
    world.settles();
}

#[test]
fn what_is_left_of_a_reviewed_plan_needs_no_new_review() {
    let world = planned(MANIFEST);
    let once = FaultRule::on("CreateApiKey", Act::LimitExceeded).turn(Turn::Nth(2));
    world.faults(vec![once]);
    apply_plan(&world).ended(4).shows("applied 3 of 5 to prod");
    world.faults(Vec::new());
    apply_plan(&world).ended(0).shows("applied 2 of 2 to prod");
    world.settles();
}

#[test]
fn a_key_deleted_since_the_review_makes_the_plan_stale() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.edit("First", "Changed");
    world.plan(&["--out", "plan.json"]).ended(0);
    world.behind("DELETE", &format!("/apikeys/{}", world.key("alpha").id));
    is_refused(&world, "needed now, and not reviewed: create key alpha");
    is_refused(
        &world,
        "reviewed, and not possible any more: update key alpha: description First → Changed",
    );
    world.settles();
}

#[test]
fn a_manifest_changed_since_the_review_makes_the_plan_stale() {
    let world = planned(MANIFEST);
    world.edit("First", "Changed");
    is_refused(
        &world,
        "the manifest asks for something else than what was reviewed",
    );
}

#[test]
fn a_plan_that_was_tampered_with_is_refused() {
    let world = planned(MANIFEST);
    let text = world.folder.read("plan.json");
    world
        .folder
        .write("plan.json", text.replace("First", "Other"));
    is_refused(&world, "its digest is not that of what it says");
    for format in [0, 2] {
        let other = format!("\"format\": {format}");
        world
            .folder
            .write("plan.json", text.replace("\"format\": 1", &other));
        let why = format!("a plan of format {format}; this program reads format 1: plan again");
        is_refused(&world, &why);
    }
}

#[test]
fn a_plan_of_fifteen_days_ago_is_refused_and_one_of_fourteen_is_not() {
    let world = World::new(MANIFEST);
    let plan_on = |day| {
        let plan = ["plan", "--today", day, "--out", "plan.json"];
        world.run(&plan).ended(0);
    };
    plan_on("2026-11-08");
    is_refused(&world, "the plan is of 2026-11-08, older than 14d");
    plan_on("2026-11-09");
    apply_plan(&world).ended(0).shows("applied 5 of 5 to prod");
}

/// Planned for a day that has not come, every life is over and every grace has passed; who wrote the
/// file may have meant just that.
#[test]
fn a_plan_of_a_day_to_come_ends_no_life_early() {
    let world = World::new(&MANIFEST.replace("[key.beta]", "expires = 2027-06-30\n\n[key.beta]"));
    world.apply().ended(0);
    let plan_on = |day| {
        let plan = ["plan", "--today", day, "--out", "plan.json"];
        world.run(&plan).ended(0).shows("disable key alpha");
    };
    plan_on("2036-01-01");
    is_refused(
        &world,
        "the plan is of 2036-01-01, and today is 2026-11-23: what would be due by then is not",
    );
    assert!(world.key("alpha").enabled);
    // A clock may be ahead by a day.
    plan_on("2027-07-01");
    apply_plan_on("2027-06-29", &world).ended(5);
    apply_plan_on("2027-06-30", &world).ended(0);
    assert!(!world.key("alpha").enabled);
}

#[test]
fn a_plan_for_another_target_is_refused() {
    let world = planned(MANIFEST);
    world.edit("[target.prod]", "[target.production]");
    is_refused(&world, "the plan is for target `prod`");
}

#[test]
fn a_plan_for_another_account_is_refused() {
    let world = planned(MANIFEST);
    let other = crate::support::finish(
        world
            .command(&["apply", "--yes", "--plan", "plan.json", "--today", TODAY])
            .env("AWS_ACCESS_KEY_ID", "AKIATEST210987654321"),
    );
    other
        .ended(5)
        .says("the credentials are of account 210987654321");
    assert!(world.take_writes().is_empty());
    world.settles();
}

#[test]
fn a_file_that_is_no_plan_is_wrong_usage() {
    let world = World::new(MANIFEST);
    for garbage in ["", "{", "[]", "null", "{\"format\":1}", "keys", "\u{0}"] {
        world.folder.write("plan.json", garbage);
        apply_plan(&world)
            .ended(2)
            .says_in_one_line("plan.json: not a plan");
    }
    world.folder.write("plan.json", b"\xff\xfe");
    apply_plan(&world).ended(2).says_in_one_line("not UTF-8");
    assert!(world.take_calls().is_empty());
}

#[test]
fn a_plan_that_is_applied_later_is_planned_again_for_its_own_day() {
    let due = MANIFEST.replace("[key.beta]", "expires = 2026-11-25\n\n[key.beta]");
    let world = planned(&due);
    apply_plan_on("2026-11-26", &world)
        .ended(0)
        .shows("2026-11-23")
        .shows("applied 5 of 5 to prod");
    assert!(
        world.key("alpha").enabled,
        "what fell due is for the next run"
    );
}
