//! The stories: each is one apply, from what is there before it.

use ai_keys_sandbox::SeedKey;

use super::Story;
use crate::support::{TODAY, World, scope};

const MANIFEST: &str = r#"version = 1
namespace = "acme-ai"

[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"

[usage-plan.standard]
throttle = { rate = 10, burst = 20 }
stages = ["chat-api/prod"]

[usage-plan.partner]
quota = { limit = 1000, per = "day" }
stages = ["chat-api/beta"]

[key.alpha]
description = "First"
owner = "team-a"
usage-plans = ["standard"]

[key.beta]
description = "Second"
owner = "team-a"
usage-plans = ["standard"]
tags = { cost = "1" }

[key.gamma]
description = "Third"
owner = "team-a"
usage-plans = ["partner"]
"#;

/// Nothing is there but the REST API.
fn nothing() -> World {
    let world = World::new(MANIFEST);
    world.sandbox.ensure_stage(&scope(), "chat-api", "beta");
    world
}

/// The manifest is applied, then edited.
fn applied_then(edits: &[(&str, &str)]) -> World {
    let world = nothing();
    world.apply().ended(0);
    for (from, to) in edits {
        world.edit(from, to);
    }
    world
}

#[test]
fn disable_all() {
    Story {
        name: "switch off every key at once: `disable --all`",
        before: || applied_then(&[]),
        command: &["disable", "--all"],
        ..Story::default()
    }
    .tell();
}

#[test]
fn apply_what_was_reviewed() {
    Story {
        name: "apply a reviewed plan: one key is made, one reworded, one disabled",
        before: || {
            let world = applied_then(&[
                ("\"First\"", "\"Changed\""),
                ("\"Third\"", "\"Third\"\nenabled = false"),
            ]);
            world.edit(
                "[key.beta]",
                "[key.delta]\ndescription = \"Fourth\"\nowner = \"team-a\"\nusage-plans = [\"standard\"]\n\n[key.beta]",
            );
            let plan = ["plan", "--today", TODAY, "--out", "plan.json"];
            world.run(&plan).ended(0);
            world
        },
        command: &["apply", "--plan", "plan.json"],
        ..Story::default()
    }
    .tell();
}

#[test]
fn create() {
    Story {
        name: "create three keys and two usage plans",
        before: nothing,
        ..Story::default()
    }
    .tell();
}

#[test]
fn update() {
    Story {
        name: "reword a key, change a throttle, a quota and a stage",
        before: || {
            applied_then(&[
                ("\"First\"", "\"Changed\""),
                // One usage plan: AWS allows one UpdateUsagePlan in 20 seconds.
                ("limit = 1000", "limit = 500"),
                (
                    "[\"chat-api/beta\"]",
                    "[]\nthrottle = { rate = 5, burst = 5 }",
                ),
            ])
        },
        ..Story::default()
    }
    .tell();
}

#[test]
fn attach() {
    Story {
        name: "put a key on a second usage plan",
        before: || {
            applied_then(&[(
                "usage-plans = [\"partner\"]",
                "usage-plans = [\"partner\", \"standard\"]",
            )])
        },
        ..Story::default()
    }
    .tell();
}

#[test]
fn move_between_usage_plans() {
    Story {
        name: "move a key to another usage plan",
        before: || {
            applied_then(&[(
                "usage-plans = [\"partner\"]",
                "usage-plans = [\"standard\"]",
            )])
        },
        ..Story::default()
    }
    .tell();
}

#[test]
fn tags() {
    Story {
        name: "change tags",
        before: || applied_then(&[("{ cost = \"1\" }", "{ team = \"a\", env = \"prod\" }")]),
        ..Story::default()
    }
    .tell();
}

#[test]
fn expire() {
    Story {
        name: "disable a key on its day",
        before: || applied_then(&[("\"Second\"", "\"Second\"\nexpires = 2026-12-01")]),
        day: "2026-12-02",
        ..Story::default()
    }
    .tell();
}

fn without_alpha() -> World {
    let alpha =
        "[key.alpha]\ndescription = \"First\"\nowner = \"team-a\"\nusage-plans = [\"standard\"]\n";
    applied_then(&[(alpha, "")])
}

#[test]
fn remove() {
    Story {
        name: "remove a key: disabled, its grace begins",
        before: without_alpha,
        is_acknowledged: true,
        ..Story::default()
    }
    .tell();
}

#[test]
fn delete() {
    Story {
        name: "delete a key after its grace",
        before: || {
            let world = without_alpha();
            world.apply_acknowledged(TODAY).ended(0);
            world
        },
        day: "2026-12-30",
        is_acknowledged: true,
        ..Story::default()
    }
    .tell();
}

#[test]
fn restore() {
    Story {
        name: "bring a key back inside its grace",
        before: || {
            let world = without_alpha();
            let without = world.folder.read("keys.toml");
            world.apply_acknowledged(TODAY).ended(0);
            assert_ne!(without, MANIFEST);
            world.folder.write("keys.toml", MANIFEST);
            world
        },
        day: "2026-11-25",
        ..Story::default()
    }
    .tell();
}

#[test]
fn remove_a_usage_plan() {
    Story {
        name: "remove a usage plan and move its key",
        before: || {
            applied_then(&[
                ("[usage-plan.partner]\nquota = { limit = 1000, per = \"day\" }\nstages = [\"chat-api/beta\"]\n", ""),
                ("usage-plans = [\"partner\"]", "usage-plans = [\"standard\"]"),
            ])
        },
        is_acknowledged: true,
        ..Story::default()
    }
    .tell();
}

#[test]
fn adopt() {
    Story {
        name: "take over a key made by hand",
        before: || {
            let world = applied_then(&[]);
            let key = SeedKey {
                name: "delta".to_owned(),
                description: "By hand".to_owned(),
                enabled: true,
                value: None,
                usage_plans: vec!["standard".to_owned()],
            };
            let id = world.sandbox.seed(&scope(), &[], &[key]).unwrap().remove(0);
            let entry = format!("\n[key.delta]\nadopt = \"{id}\"\nusage-plans = [\"partner\"]\n");
            world
                .folder
                .write("keys.toml", format!("{MANIFEST}{entry}"));
            world
        },
        ..Story::default()
    }
    .tell();
}

#[test]
fn rename_an_entry() {
    Story {
        name: "rename an entry: its value stays",
        before: || {
            let world = applied_then(&[]);
            let id = world.key("gamma").id;
            world.edit("[key.gamma]", &format!("[key.omega]\nadopt = \"{id}\""));
            world
        },
        ..Story::default()
    }
    .tell();
}
