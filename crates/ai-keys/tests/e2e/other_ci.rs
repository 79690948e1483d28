//! The examples for other CIs do what they say: their own lines, run by a shell.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex_lite::Regex;
use serde_json::Value;

use crate::support::{MANIFEST, Ran, World, finish};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples/other-ci")
        .join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(example(name)).unwrap()
}

/// A shell with the account's credentials and `ai-keys` on its path.
fn shell(world: &World, program: &str) -> Command {
    let built = world.command(&[]);
    let folder = Path::new(built.get_program()).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new(program);
    shell.current_dir(world.folder.path()).env_clear();
    let environment = built.get_envs();
    shell.envs(environment.filter_map(|(name, value)| Some((name, value?))));
    shell.env("PATH", path);
    shell
}

/// Reads the `script` of each job of the GitLab example.
fn scripts() -> BTreeMap<String, Vec<String>> {
    let mut scripts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut job, mut is_script) = (String::new(), false);
    for line in text("gitlab-ci.yml").lines() {
        if let Some(name) = line
            .strip_suffix(':')
            .filter(|name| !name.starts_with([' ', '.', '#']))
        {
            name.clone_into(&mut job);
        }
        if line.starts_with("  ") && !line.starts_with("    ") {
            is_script = line == "  script:";
        } else if let Some(command) = line.strip_prefix("    - ").filter(|_| is_script) {
            let commands = scripts.entry(job.clone()).or_default();
            commands.push(command.to_owned());
        }
    }
    scripts
}

/// Runs a job as GitLab's runner does: one bash, ended by the first command that fails.
fn gitlab(world: &World, job: &str) -> Ran {
    let script = scripts().remove(job).unwrap().join("\n");
    let mut bash = shell(world, "bash");
    let ran = finish(bash.args(["-c", &format!("set -eo pipefail\n{script}")]));
    world.seen(ran)
}

fn ci(world: &World, job: &str) -> Ran {
    let ran = finish(shell(world, "sh").arg(example("ci.sh")).arg(job));
    world.seen(ran)
}

#[test]
fn gitlab_shows_mistakes_plans_applies_and_sees_drift() {
    let jobs: Vec<String> = scripts().into_keys().collect();
    assert_eq!(jobs, ["apply", "drift", "plan", "validate"]);
    let world = World::new(MANIFEST);
    gitlab(&world, "validate").ended(0).shows("no errors");
    assert_eq!(world.folder.read("gl-code-quality-report.json"), "[]\n");
    gitlab(&world, "plan").ended(0).shows("create");
    gitlab(&world, "drift").ended(3);
    gitlab(&world, "apply").ended(0).shows("applied 5 of 5");
    gitlab(&world, "drift").ended(0);

    world.edit("owner = \"team-a\"", "ownr = \"team-a\"");
    gitlab(&world, "validate").ended(1).shows("did you mean");
    let report = world.folder.read("gl-code-quality-report.json");
    let report: Vec<Value> = serde_json::from_str(&report).unwrap();
    assert_eq!(report.len(), 2);
    let prints: Vec<&Value> = report.iter().map(|issue| &issue["fingerprint"]).collect();
    assert_ne!(prints[0], prints[1]);
    for issue in &report {
        assert_eq!(issue["location"]["path"], "keys.toml");
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 17);
        assert_eq!(issue["severity"], "critical");
    }
}

#[test]
fn the_shell_checks_applies_and_runs_at_night() {
    let world = World::new(MANIFEST);
    ci(&world, "check").ended(0).shows("3 to create");
    assert_eq!(world.take_writes(), [""; 0], "a check writes nothing");
    ci(&world, "apply").ended(0).shows("applied 5 of 5");
    ci(&world, "nightly").ended(0).shows("no changes");
    world.edit("version = 1", "version = 2");
    ci(&world, "check").ended(1);
    ci(&world, "publish").ended(2).says("usage:");
}

#[test]
fn the_problem_matcher_finds_what_validate_prints() {
    let matcher: Value = serde_json::from_str(&text("problem-matcher.json")).unwrap();
    let patterns = matcher["problemMatcher"][0]["pattern"].as_array().unwrap();
    let regexp = |pattern: &Value| Regex::new(pattern["regexp"].as_str().unwrap()).unwrap();
    let (first, second) = (regexp(&patterns[0]), regexp(&patterns[1]));
    let group = |pattern: &Value, name: &str| usize::try_from(pattern[name].as_u64().unwrap());

    let world = World::new(&format!(
        "{}\n[key.gamma]\ndescription = \"On none\"\nusage-plans = []\n",
        MANIFEST.replace("owner", "ownr")
    ));
    let printed = world.run(&["validate"]).ended(1).out;
    let lines: Vec<&str> = printed.lines().collect();
    let mut found = Vec::new();
    for pair in lines.windows(2) {
        let (Some(head), Some(place)) = (first.captures(pair[0]), second.captures(pair[1])) else {
            continue;
        };
        let head = |name| head[group(&patterns[0], name).unwrap()].to_owned();
        let place = |name| place[group(&patterns[1], name).unwrap()].to_owned();
        assert_eq!(place("file"), "keys.toml");
        assert!(place("column").parse::<u32>().is_ok() && !head("message").is_empty());
        found.push((
            head("severity"),
            head("code"),
            place("line").parse().unwrap(),
        ));
    }
    let wanted =
        |severity: &str, code: &str, line: u32| (severity.to_owned(), code.to_owned(), line);
    assert_eq!(
        found,
        [
            wanted("error", "AK002", 18),
            wanted("error", "AK002", 22),
            wanted("warning", "AK209", 26)
        ]
    );
}
