//! A value's whole life through the Action: made, delivered, rotated, deleted; and found nowhere at GitHub.

use std::fs;
use std::path::Path;

use ai_keys_sandbox::{Act, FaultRule, Turn};
use serde_json::{Value, json};

use super::step::{Done, MERGE, Site};
use crate::canary::Seen;
use crate::support::{MANIFEST, Running, TODAY, finish};

/// The token that writes secrets, which the job's own may not.
const SECRETS_TOKEN: &str = "github_pat_TheTokenThatWritesSecrets0123456789";
/// A public key of the kind that GitHub seals secrets with.
const PUBLIC_KEY: &str = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=";

/// The days of one value: the next one is made, the overlap and the grace are over.
const ROTATED: &str = "2027-02-21";
const DISABLED: &str = "2027-03-01";
const DELETED: &str = "2027-04-01";

const DELIVERED: &str = r#"description = "First"
rotate = { every = "90d", overlap = "7d" }
deliver = [
  { to = "secrets-manager", name = "ai/{target}/{key}" },
  { to = "ssm", name = "/ai/{key}" },
  { to = "github-secret", repository = "acme/chat", name = "AI_KEY" },
]"#;

/// A site whose steps are all remembered.
struct Watched {
    site: Site,
    seen: Seen,
    values: Vec<String>,
}

impl Watched {
    fn new() -> Self {
        let site = Site::new(&MANIFEST.replace("description = \"First\"", DELIVERED));
        let (world, region) = (&site.world, "region = \"eu-west-1\"");
        let probe = world.sandbox.invoke_url(&world.stage.api_id, "prod", "/");
        world.edit(region, &format!("{region}\nprobe = \"{probe}\""));
        site.github.state().public_key = PUBLIC_KEY.to_owned();
        Self {
            site,
            seen: Seen::default(),
            values: Vec::new(),
        }
    }

    /// Runs a step on a day, with all the logging that an environment can ask
    /// for, and takes in everything that it left anywhere.
    fn run(&mut self, day: &str, mut request: Value) -> Done {
        let site = &self.site;
        site.world.sandbox.clock().set_date(day).unwrap();
        site.github.state().now = format!("{day}T23:00:00Z");
        request["event"]["today"] = json!(day);
        site.prepare();
        let mut command = site.command(&request.to_string());
        command.envs([
            ("AI_KEYS_GITHUB_TOKEN", SECRETS_TOKEN),
            ("GITHUB_API_URL", &site.github.url()),
            ("GITHUB_ACTIONS", "true"),
            ("RUNNER_DEBUG", "1"),
            ("RUST_LOG", "trace"),
            ("AWS_LOG_LEVEL", "trace"),
        ]);
        let done = Running::start_reading(&mut command).end_step(site);
        self.values.extend(site.world.sandbox.values());
        self.seen.add(&done.log);
        for left in ["temp", "output", "summary"] {
            let path = self.site.world.folder.path().join(left);
            self.take_in(&path);
        }
        let state = self.site.github.state();
        for comments in state.comments.values() {
            self.seen.add(&json!(comments).to_string());
        }
        self.seen.add(&json!(state.issues).to_string());
        // Sealed secrets among them, and what was overwritten since.
        for sent in &state.journal {
            self.seen.add(&format!("{}\n{}", sent.path, sent.body));
        }
        drop(state);
        done
    }

    /// Takes in every file below a folder, or one file.
    fn take_in(&mut self, path: &Path) {
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                self.take_in(&entry.unwrap().path());
            }
        } else if let Ok(bytes) = fs::read(path) {
            self.seen.add(&String::from_utf8_lossy(&bytes));
        }
    }

    /// What a schedule with `command: apply` asks for.
    fn nightly(&self, run: u64) -> Value {
        let mut request = self.site.merged();
        request["event"]["name"] = json!("schedule");
        request["event"]["run-id"] = json!(run);
        request
    }
}

/// Returns the keys of the output `result`: name, generation and places.
fn keys(done: &Done) -> Vec<(String, u64, Vec<String>)> {
    let result: Value = serde_json::from_str(done.output("result")).unwrap();
    let keys = result["scopes"][0]["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| {
            let places = key["delivered"].as_array().unwrap().iter();
            let places = places.map(|place| place.as_str().unwrap().to_owned());
            let generation = key["generation"].as_u64().unwrap();
            (
                key["key"].as_str().unwrap().to_owned(),
                generation,
                places.collect(),
            )
        })
        .collect()
}

#[test]
fn a_value_lives_and_dies_and_github_never_sees_it() {
    let mut watched = Watched::new();
    let request = watched.site.request("plan");
    watched.run(TODAY, request).ended(0);
    watched.site.merge();

    // The first delivery fails, so that failures are among what is searched.
    let lost = FaultRule::on("CreateSecret", Act::CloseAfter).turn(Turn::Nth(1));
    watched.site.world.faults(vec![lost]);
    let request = watched.site.merged();
    let done = watched.run(TODAY, request).ended(0).says("remaining", "0");
    let places = [
        "github-repository:acme/chat:AI_KEY",
        "secrets-manager:eu-west-1:123456789012:ai/prod/alpha",
        "ssm:eu-west-1:123456789012:/ai/alpha",
    ];
    let alpha = |generation, places: &[&str]| {
        let places = places.iter().map(|place| (*place).to_owned());
        ("alpha".to_owned(), generation, places.collect())
    };
    let beta = ("beta".to_owned(), 1, Vec::new());
    assert_eq!(keys(&done), [alpha(1, &places), beta.clone()]);

    let request = watched.nightly(701);
    let done = watched.run(ROTATED, request).ended(0).says("rotate", "1");
    assert_eq!(
        keys(&done),
        [alpha(1, &[]), alpha(2, &places), beta.clone()],
        "the places hold the new value alone"
    );
    let request = watched.nightly(702);
    watched
        .run(DISABLED, request)
        .ended(0)
        .says("remaining", "0");
    let request = watched.nightly(703);
    let done = watched.run(DELETED, request).ended(0).says("delete", "1");
    assert_eq!(keys(&done), [alpha(2, &places), beta]);

    // What the Action's JavaScript offers is made by the same core.
    let mut command = watched
        .site
        .world
        .command(&["validate", "--format", "sarif"]);
    watched.seen.add(&finish(&mut command).out);
    watched.values.sort();
    watched.values.dedup();
    assert_eq!(watched.values.len(), 3, "two of alpha, one of beta");
    for value in &watched.values {
        assert!(!watched.seen.holds(value), "a value was shown");
    }
    for token in [super::step::TOKEN, SECRETS_TOKEN] {
        assert!(!watched.seen.holds(token), "a token was shown");
    }
    assert!(watched.seen.holds(MERGE), "the search finds what is there");
}
