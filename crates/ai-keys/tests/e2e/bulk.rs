//! Many keys at a call: what a file makes, what it leaves out, and what is lost on the way.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use ai_keys_sandbox::{Act, FaultRule, Options, SeedKey, SeedUsagePlan, Turn};

use crate::support::{MANIFEST, TODAY, World, scope};

/// Two keys as in [`MANIFEST`], and this many with this in their tables.
pub(crate) fn with_keys(count: usize, each: &str) -> String {
    let mut text = MANIFEST.to_owned();
    for number in 0..count {
        let _ = write!(text, "\n[key.bulk-{number:03}]\n{each}\n");
    }
    text
}

fn imports(calls: &[String]) -> usize {
    let is_import = |call: &&String| *call == "ImportApiKeys";
    calls.iter().filter(is_import).count()
}

#[test]
fn fifty_keys_are_made_put_on_their_usage_plan_and_verified_in_three_calls() {
    let world = World::new(&with_keys(48, "owner = \"team-b\""));
    world
        .apply()
        .ended(0)
        .shows("(one of them imports many keys at once)")
        .shows("applied 101 of 101");
    // Account, keys, usage plans, APIs; a usage plan; the file, keys, members.
    assert_eq!(world.take_calls().len(), 4 + 1 + 3);
    let keys = world.keys();
    assert_eq!(keys.len(), 50);
    assert!(
        keys.iter()
            .all(|key| key.enabled && key.usage_plans.len() == 1)
    );
    let beta = world.key("beta");
    assert_eq!(
        beta.description.as_deref(),
        Some("Second [ai-keys: acme-ai/beta#1 owner=team-a]")
    );
    world.settles();
}

#[test]
fn the_calls_are_those_that_the_plan_announced() {
    let world = World::new(&with_keys(700, "owner = \"team-b\""));
    let plan = world.plan(&["--format", "json"]).ended(0).out;
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    let announced = plan["plans"][0]["cost"]["calls"].as_u64().unwrap();
    world.take_calls();
    world.apply().ended(0);
    let calls = world.take_calls();
    assert_eq!(imports(&calls), 2);
    // The refresh of an empty account is four calls.
    assert_eq!(calls.len() as u64 - 4, announced);
    world.settles();
}

#[test]
fn a_file_carries_names_that_are_hostile_to_csv_as_they_are() {
    let names = [
        "=HYPERLINK(1)",
        "a,b",
        "say \"no\"",
        "+1",
        "@x",
        "-x",
        "日本",
    ];
    let mut text = with_keys(48, "");
    for (number, name) in names.iter().enumerate() {
        let _ = write!(
            text,
            "\n[key.hostile-{number}]\nname = '{name}'\ndescription = '{name}'\n"
        );
    }
    let world = World::new(&text);
    world.apply().ended(0);
    assert_eq!(imports(&world.take_calls()), 1);
    for name in names {
        let description = world.key(name).description.unwrap();
        assert!(
            description.starts_with(&format!("{name} [ai-keys: ")),
            "{description}"
        );
    }
    world.settles();
}

#[test]
fn one_bad_row_is_told_and_the_others_are_made() {
    let world = World::new(&with_keys(49, ""));
    // A key that one row cannot have: its value is refused.
    let rule = FaultRule::on("ImportApiKeys", Act::RefuseRow(7)).turn(Turn::First(1));
    world.faults(vec![rule]);
    world
        .apply()
        .ended(4)
        .says("create bulk-004: the import left it out; the service says: Row 8: ")
        .says("attach bulk-004: not tried: key bulk-004 was not made");
    assert_eq!(world.keys().len(), 50);
    // One is too few for a file.
    world.take_calls();
    world.settles();
    assert_eq!(world.keys().len(), 51);
}

#[test]
fn an_answer_that_is_lost_to_the_last_is_looked_up() {
    for act in [Act::CloseAfter, Act::ErrorAfter(503), Act::Truncate] {
        let world = World::new(&with_keys(48, ""));
        world.faults(vec![FaultRule::on("ImportApiKeys", act)]);
        world.apply().ended(0);
        // Five times the same file: the service knows its keys by their values.
        assert_eq!(imports(&world.take_calls()), 5);
        assert_eq!(world.keys().len(), 50);
        world.settles();
    }
}

#[test]
fn a_file_that_never_arrives_makes_nothing_and_a_second_run_makes_all() {
    let world = World::new(&with_keys(48, ""));
    world.faults(vec![FaultRule::on("ImportApiKeys", Act::ErrorBefore(503))]);
    world
        .apply()
        .ended(4)
        .says("error: create alpha: ImportApiKeys")
        .says("47 more like this");
    assert_eq!(world.keys().len(), 0);
    world.settles();
    assert_eq!(world.keys().len(), 50);
}

#[test]
fn keys_that_the_list_shows_late_are_waited_for() {
    let list_delay = Duration::from_secs(3);
    let options = Options {
        list_delay,
        ..Options::default()
    };
    let world = World::with(&with_keys(48, ""), options);
    world.apply().ended(0).shows("applied 101 of 101");
    assert_eq!(imports(&world.take_calls()), 1);
    world.settles();
}

/// The usage plan is new, and its list is empty at first. What the service warned of may be missing
/// from the lists; the other keys may not.
#[test]
fn members_that_the_list_shows_late_are_waited_for_though_the_answer_has_warnings() {
    let world = World::new(&with_keys(48, ""));
    let late = FaultRule::on("GetUsagePlanKeys", Act::StaleRead).turn(Turn::First(1));
    world.faults(vec![
        FaultRule::on("ImportApiKeys", Act::RefuseRow(7)),
        late,
    ]);
    let ran = world.apply().ended(4).shows("applied 99 of 101");
    let ran = ran.says("create bulk-004: the import left it out");
    let ran = ran.says("attach bulk-004: not tried: key bulk-004 was not made");
    assert_eq!(ran.err.matches("left it out").count(), 1, "{}", ran.err);
    let looks = world.take_calls().into_iter();
    assert_eq!(looks.filter(|call| call == "GetUsagePlanKeys").count(), 2);
    world.settles();
}

#[test]
fn a_full_account_refuses_the_file_and_says_why() {
    let world = World::new(&with_keys(48, ""));
    let others: Vec<SeedKey> = (0..9_960)
        .map(|number| SeedKey {
            name: format!("other-{number}"),
            description: String::new(),
            enabled: true,
            value: None,
            usage_plans: Vec::new(),
        })
        .collect();
    world.sandbox.seed(&scope(), &[], &others).unwrap();
    world.apply().ended(4).says("reached a quota");
}

#[test]
fn values_of_a_file_are_delivered_in_the_same_run_and_not_read_back() {
    let each = "deliver = [{ to = \"secrets-manager\", name = \"ai/{key}\" }]";
    let world = World::new(&with_keys(50, each));
    // A new value is tried where it is to work, not waited for.
    let probe = world.sandbox.invoke_url(&world.stage.api_id, "prod", "/");
    let region = "region = \"eu-west-1\"";
    world.edit(region, &format!("{region}\nprobe = \"{probe}\""));
    world.apply().ended(0);
    let calls = world.take_calls();
    assert_eq!(imports(&calls), 1);
    assert!(!calls.iter().any(|call| call == "GetApiKey"));
    let secrets = world.sandbox.secrets(&scope());
    assert_eq!(secrets.len(), 50);
    for secret in secrets {
        let key = world.key(secret.name.strip_prefix("ai/").unwrap());
        assert!(secret.value.as_ref() == Some(&key.value), "{}", secret.name);
    }
    world.settles_on(TODAY, 400);
}

#[test]
fn a_usage_plan_that_goes_meanwhile_is_missed_by_its_key_alone() {
    let partner =
        "\n[usage-plan.partner]\nmanage = false\n\n[key.late]\nusage-plans = [\"partner\"]\n";
    let world = World::new(&(with_keys(49, "") + partner));
    let made = SeedUsagePlan {
        name: "partner".to_owned(),
        ..SeedUsagePlan::default()
    };
    world.sandbox.seed(&scope(), &[made], &[]).unwrap();
    let id = world.sandbox.usage_plans(&scope())[0].id.clone();
    let slow = FaultRule::on("ImportApiKeys", Act::Delay).delay_ms(3000);
    world.faults(vec![slow]);
    let run = world.start(&["apply", "--yes", "--today", TODAY]);
    let patience = Instant::now() + Duration::from_secs(30);
    while world.sandbox.usage_plans(&scope()).len() < 2 {
        assert!(Instant::now() < patience, "the run makes no usage plan");
        std::thread::sleep(Duration::from_millis(5));
    }
    world.behind("DELETE", &format!("/usageplans/{id}"));
    world
        .seen(run.end())
        .ended(4)
        .says("attach late: the import left it out; the service says: Row ")
        .says("Invalid Usage Plan ID specified");
    assert_eq!(world.keys().len(), 52);
    let alone: Vec<_> = world
        .keys()
        .into_iter()
        .filter(|key| key.usage_plans.is_empty())
        .collect();
    assert_eq!(alone.len(), 1);
}
