use std::fmt::Write as _;

use super::*;
use crate::check::check_text;
use crate::support::Provider;

const HEAD: &str = r#"
version = 1
namespace = "acme"
[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"
[policy]
removal-grace = "10d"
[usage-plan.standard]
stages = ["a1b2c3/prod"]
[defaults.key]
usage-plans = ["standard"]
owner = "team-chat"
"#;

/// Lives in one line each: `chat 2026-12-01: 1 active 2026-01-01..; 2026-12-01 expire 1;`, the next day
/// first, then phases by generation, then events.
fn told(keys: &str, live: &[&str]) -> Vec<String> {
    let checked = check_text(&format!("{HEAD}{keys}"), None);
    assert!(
        !checked.diagnostics.has_errors(),
        "{:?}",
        checked.diagnostics
    );
    let mut state = LiveState::empty(Provider::AwsApiGateway, "123456789012", "eu-west-1");
    for (number, key) in live.iter().enumerate() {
        let key = serde_json::from_str(key).unwrap();
        state
            .keys
            .insert(Handle::of_id(&format!("id{number}")), key);
    }
    let live = Some(&state).filter(|_| !live.is_empty());
    let today = "2026-11-23".parse().unwrap();
    let found = lives(&checked.manifest.unwrap(), "prod", live, today);
    found.iter().map(in_one_line).collect()
}

fn in_one_line(life: &Life) -> String {
    let word = |value: serde_json::Value| value.as_str().unwrap().to_owned();
    let next = life.next.map_or("never".to_owned(), |day| day.to_string());
    let mut told = format!("{} {next}:", life.key);
    for phase in &life.phases {
        let to = phase.to.map_or(String::new(), |day| day.to_string());
        let is = word(serde_json::to_value(phase.is).unwrap());
        let _ = write!(told, " {} {is} {}..{to};", phase.generation, phase.from);
    }
    for event in &life.events {
        let is = word(serde_json::to_value(event.is).unwrap());
        let _ = write!(told, " {} {is} {};", event.on, event.generation);
    }
    told
}

fn live(marker: &str, liveness: &str, created: &str) -> String {
    format!(
        r#"{{"name": "n", "liveness": {{"is": "{liveness}"}}, "created": "{created}",
            "marker": "[ai-keys: acme/{marker}]"}}"#
    )
}

#[test]
fn a_key_that_is_still_to_be_made_works_until_it_expires() {
    assert_eq!(
        told("[key.chat]\nexpires = 2027-06-30", &[]),
        [
            "chat 2027-06-30: 1 active 2026-11-23..2027-06-30; 1 disabled 2027-06-30..; \
          2026-11-23 create 1; 2027-06-30 expire 1;"
        ]
    );
    assert_eq!(
        told("[key.chat]", &[]),
        ["chat never: 1 active 2026-11-23..; 2026-11-23 create 1;"]
    );
}

#[test]
fn each_value_works_beside_the_next_and_then_waits_to_be_deleted() {
    let chat = live("chat#3", "active", "2026-10-01");
    assert_eq!(
        told(
            "[key.chat]\nrotate = { every = \"90d\", overlap = \"7d\" }\nexpires = 2027-03-01",
            &[&chat]
        ),
        ["chat 2026-12-30: 3 active 2026-10-01..2026-12-30; 3 overlap 2026-12-30..2027-01-06; \
          3 grace 2027-01-06..2027-01-16; 4 active 2026-12-30..2027-03-01; 4 disabled 2027-03-01..; \
          2026-12-30 rotate 4; 2027-03-01 expire 4;"]
            .map(|line| line.replace("expire 4", "expire 3"))
    );
}

#[test]
fn a_value_that_is_too_old_gets_its_successor_today() {
    let chat = live("chat#1", "active", "2026-08-01");
    let told = told(
        "[key.chat]\nrotate = { every = \"90d\" }\nexpires = 2026-12-31",
        &[&chat],
    );
    let expected = "chat 2026-11-23: 1 active 2026-08-01..2026-10-30; 1 rotation-due 2026-10-30..2026-11-23; \
                    1 overlap 2026-11-23..2026-11-30; 1 grace 2026-11-30..2026-12-10; 2 active 2026-11-23..2026-12-31;";
    assert!(told[0].starts_with(expected), "{told:?}");
}

#[test]
fn only_a_value_that_is_too_old_today_is_due() {
    let chat = live("chat#1", "active", "2026-10-01");
    let told = told(
        "[key.chat]\nrotate = { every = \"90d\" }\nexpires = 2027-11-30",
        &[&chat],
    );
    assert!(
        told[0].contains("2 active 2026-12-30..2027-03-30;"),
        "{told:?}"
    );
    assert!(
        told[0].contains("3 active 2027-03-30..2027-06-28;"),
        "{told:?}"
    );
    assert!(!told[0].contains("rotation-due"), "{told:?}");
}

#[test]
fn an_older_value_ends_on_the_day_that_its_marker_names() {
    let old = live("chat#1 retiring=2026-11-30", "active", "2026-01-01");
    let new = live("chat#2", "active", "2026-11-20");
    assert_eq!(
        told("[key.chat]", &[&new, &old]),
        [
            "chat 2026-11-30: 1 active 2026-01-01..2026-11-20; 1 overlap 2026-11-20..2026-11-30; \
          1 grace 2026-11-30..2026-12-10; 2 active 2026-11-20..; \
          2026-11-30 retire 1; 2026-12-10 delete 1;"
        ]
    );
}

#[test]
fn a_key_that_left_the_file_is_off_today_and_gone_after_the_grace() {
    let works = live("gone#1 owner=team-search", "active", "2026-01-01");
    let off = live("off#1 removed=2026-11-20", "disabled", "2026-01-01");
    let foreign = works.replace("acme/", "other/");
    assert_eq!(
        told("", &[&works, &off, &foreign]),
        [
            "gone 2026-11-23: 1 active 2026-01-01..2026-11-23; 1 grace 2026-11-23..2026-12-03; \
             2026-11-23 disable 1; 2026-12-03 delete 1;",
            "off 2026-11-30: 1 active 2026-01-01..2026-11-20; 1 grace 2026-11-20..2026-11-30; \
             2026-11-30 delete 1;",
        ]
    );
}

#[test]
fn a_key_that_comes_back_inside_the_grace_works_again_today() {
    let off = live("chat#1 removed=2026-11-20", "disabled", "2026-01-01");
    assert_eq!(
        told("[key.chat]", &[&off]),
        [
            "chat 2026-11-23: 1 active 2026-01-01..2026-11-20; 1 disabled 2026-11-20..2026-11-23; \
          1 active 2026-11-23..; 2026-11-23 enable 1;"
        ]
    );
}

#[test]
fn what_the_file_switches_off_stays_and_what_it_protects_works() {
    let works = live("chat#1", "active", "2026-01-01");
    assert_eq!(
        told("[key.chat]\nenabled = false", &[&works]),
        [
            "chat 2026-11-23: 1 active 2026-01-01..2026-11-23; 1 disabled 2026-11-23..; \
          2026-11-23 disable 1;"
        ]
    );
    assert_eq!(
        told(
            "[key.chat]\nprotect = true\nexpires = 2026-01-31",
            &[&works]
        ),
        ["chat never: 1 active 2026-01-01..;"]
    );
    let off = live("chat#1", "disabled", "2026-01-01");
    assert_eq!(
        told("[key.chat]\nexpires = 2026-06-30", &[&off]),
        [
            "chat never: 1 active 2026-01-01..2026-06-30; 1 disabled 2026-06-30..; \
          2026-06-30 expire 1;"
        ]
    );
}

#[test]
fn an_adopted_key_has_the_dates_that_it_has_already() {
    let adopted = r#"{"name": "n", "liveness": {"is": "active"}, "created": "2025-01-01"}"#;
    assert_eq!(
        told("[key.chat]\nadopt = \"id0\"", &[adopted]),
        ["chat never: 1 active 2025-01-01..;"]
    );
}

#[test]
fn what_happens_first_is_told_first() {
    let names: Vec<String> = told(
        "[key.a]\n[key.b]\nexpires = 2027-06-30\n[key.c]\nexpires = 2027-01-31\n[key.d]",
        &[],
    );
    let names: Vec<&str> = names
        .iter()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(names, ["c", "b", "a", "d"]);
}

#[test]
fn daily_rotation_is_told_for_a_while_and_no_phase_is_empty() {
    let checked = check_text(
        &format!("{HEAD}[key.chat]\nrotate = {{ every = \"1d\", overlap = \"0d\" }}"),
        None,
    );
    let today = "2026-11-23".parse().unwrap();
    let found = lives(&checked.manifest.unwrap(), "prod", None, today);
    let [life] = found.as_slice() else {
        panic!("one key");
    };
    let rotations = life
        .events
        .iter()
        .filter(|event| event.is == EventKind::Rotate);
    assert_eq!(rotations.count(), MOST_ROTATIONS);
    for phase in &life.phases {
        assert!(phase.to.is_none_or(|to| phase.from < to), "{phase:?}");
    }
}

#[test]
fn an_older_value_ends_with_its_key() {
    let old = live("chat#1 retiring=2026-11-30", "active", "2026-01-01");
    let new = live("chat#2", "active", "2026-11-20");
    assert_eq!(
        told("[key.chat]\nexpires = 2026-11-25", &[&new, &old]),
        [
            "chat 2026-11-25: 1 active 2026-01-01..2026-11-20; 1 overlap 2026-11-20..2026-11-25; \
          1 grace 2026-11-25..2026-12-05; 2 active 2026-11-20..2026-11-25; 2 disabled 2026-11-25..; \
          2026-11-25 retire 1; 2026-11-25 expire 2; 2026-12-05 delete 1;"
        ]
    );
    assert_eq!(
        told("[key.chat]\nenabled = false", &[&new, &old]),
        [
            "chat 2026-11-23: 1 active 2026-01-01..2026-11-23; 1 grace 2026-11-23..2026-12-03; \
          2 active 2026-11-20..2026-11-23; 2 disabled 2026-11-23..; \
          2026-11-23 disable 1; 2026-11-23 disable 2; 2026-12-03 delete 1;"
        ]
    );
}

#[test]
fn a_value_whose_maker_had_a_wrong_clock_is_as_old_as_the_plan_takes_it_for() {
    let every = "[key.chat]\nrotate = { every = \"90d\", overlap = \"7d\" }\nexpires = 2027-02-01";
    let ours_is_later = live("chat#2 made=2026-10-01", "active", "2026-01-01");
    let next = |key: &str| told(every, &[key])[0].split(':').next().unwrap().to_owned();
    assert_eq!(next(&ours_is_later), "chat 2026-12-30");
    // One that lies ahead says nothing about its age.
    let ahead = live("chat#2 made=2036-01-01", "active", "2026-10-01");
    assert_eq!(next(&ahead), "chat 2026-12-30");
}
