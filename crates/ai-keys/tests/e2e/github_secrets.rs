//! Values on their way to GitHub Actions secrets, with the sandbox's GitHub.

use ai_keys_sandbox::{Act, Clock, FaultRule, Limits, Options, Sandbox, StageRef, Turn};

use crate::support::{Folder, MANIFEST, Ran, TODAY, ai_keys, call, finish, scope};

const PLACES: &str = r#"deliver = [
  { to = "github-secret", repository = "acme/chat", name = "AI_KEY" },
  { to = "github-secret", repository = "acme/chat", environment = "prod", name = "AI_KEY" },
  { to = "github-secret", organization = "acme", name = "AI_KEY" },
]
"#;

/// A sandbox in a folder, as `--sandbox=box` finds it.
struct World {
    folder: Folder,
    sandbox: Sandbox,
    stage: StageRef,
}

impl World {
    fn new(manifest: &str) -> Self {
        let folder = Folder::new();
        let options = Options {
            limits: Limits::Off,
            clock: Clock::at(TODAY).unwrap(),
            ..Options::default()
        };
        let sandbox = Sandbox::open(&folder.path().join("box"), options).unwrap();
        let stage = sandbox.ensure_stage(&scope(), "chat-api", "prod");
        folder.write("keys.toml", manifest);
        Self {
            folder,
            sandbox,
            stage,
        }
    }

    /// Runs a command on a day, which is the sandbox's too.
    fn run(&self, day: &str, words: &[&str]) -> Ran {
        self.sandbox.clock().set_date(day).unwrap();
        self.sandbox.clear_journal();
        let mut command = ai_keys(self.folder.path());
        command
            .args(words)
            .args(["--sandbox=box", "--today", day])
            // Neither the real GitHub nor a token of the environment.
            .env("GITHUB_API_URL", "http://127.0.0.1:1")
            .env("AI_KEYS_GITHUB_TOKEN", "a-token-that-is-not-used-at-all");
        let ran = finish(&mut command);
        for value in self.sandbox.values() {
            let is_shown = ran.out.contains(&value) || ran.err.contains(&value);
            assert!(!is_shown, "a value was printed");
        }
        ran
    }

    fn apply(&self, day: &str) -> Ran {
        self.run(day, &["apply", "--yes"])
    }

    /// Returns the status that the data plane answers to each secret's value.
    fn answers(&self) -> Vec<(String, u16)> {
        let (api, stage) = (&self.stage.api_id, &self.stage.stage);
        let url = self.sandbox.invoke_url(api, stage, "");
        let secrets = self.sandbox.github_secrets().into_iter();
        secrets
            .map(|secret| {
                let answer = call(&url, &secret.value);
                (format!("{} {}", secret.holder, secret.name), answer)
            })
            .collect()
    }

    fn writes(&self) -> Vec<String> {
        let journal = self.sandbox.journal().into_iter();
        let writes = journal.filter(ai_keys_sandbox::JournalEntry::is_write);
        writes.filter_map(|entry| entry.operation).collect()
    }

    #[track_caller]
    fn settles(&self, day: &str) {
        self.sandbox.set_faults(Vec::new()).unwrap();
        self.apply(day).ended(0);
        self.apply(day).ended(0).shows("no changes");
        assert_eq!(self.writes(), [""; 0]);
    }
}

/// Returns a manifest of one key with this in its table.
fn delivering(table: &str) -> String {
    let (head, _) = MANIFEST.split_once("[key.alpha]").unwrap();
    format!("{head}[key.alpha]\ndescription = \"First\"\nowner = \"team-a\"\n{table}")
}

#[test]
fn a_value_arrives_in_each_kind_of_place_and_opens_the_stage() {
    let world = World::new(&delivering(PLACES));
    world
        .apply(TODAY)
        .ended(0)
        .shows("github-organization:acme:AI_KEY");
    let expected = [
        ("orgs/acme AI_KEY", 200),
        ("repos/acme/chat AI_KEY", 200),
        ("repos/acme/chat/environments/prod AI_KEY", 200),
    ];
    assert_eq!(
        world.answers(),
        expected.map(|(place, status)| (place.to_owned(), status))
    );
    world.apply(TODAY).ended(0).shows("no changes");
    assert_eq!(world.writes(), [""; 0]);
}

#[test]
fn a_rotation_puts_the_new_value_where_the_old_one_was() {
    let rotated = format!("rotate = {{ every = \"90d\", overlap = \"7d\" }}\n{PLACES}");
    let world = World::new(&delivering(&rotated));
    world.apply(TODAY).ended(0);
    let before = world.sandbox.github_secrets();
    world.apply("2027-02-21").ended(0).shows("generation 1");
    let after = world.sandbox.github_secrets();
    assert!(before.iter().zip(&after).all(|(a, b)| a.value != b.value));
    world.apply("2027-02-28").ended(0).shows("retire");
    let open = world.answers();
    assert!(open.iter().all(|(_, status)| *status == 200), "{open:?}");
    world.settles("2027-02-28");
}

#[test]
fn a_secret_of_somebody_else_is_overwritten_only_if_the_manifest_says_so() {
    let world = World::new(&delivering(PLACES));
    world.apply(TODAY).ended(0);
    // Another key, made later, is to be delivered to the same place.
    let other = MANIFEST.replace("[key.alpha]", "[key.gamma]");
    let other = other.split("[key.beta]").next().unwrap().to_owned();
    let place =
        "deliver = [{ to = \"github-secret\", repository = \"acme/chat\", name = \"ai_key\" }]\n";
    world.folder.write("keys.toml", format!("{other}{place}"));
    let theirs = world.sandbox.github_secrets();
    world
        .run("2026-11-25", &["plan"])
        .ended(1)
        .says("github-repository:acme/chat:ai_key")
        .says("replace = true");
    assert_eq!(world.sandbox.github_secrets(), theirs);
    let replacing = place.replace(" }]", ", replace = true }]");
    world
        .folder
        .write("keys.toml", format!("{other}{replacing}"));
    let ack = world.run("2026-11-25", &["plan"]).out;
    let mut words = vec!["apply", "--yes"];
    for rest in ack.split("--ack '").skip(1) {
        words.extend(["--ack", rest.split('\'').next().unwrap()]);
    }
    world.run("2026-11-25", &words).ended(0);
    assert_ne!(world.sandbox.github_secrets(), theirs);
    world.settles("2026-11-25");
}

#[test]
fn a_secret_that_was_there_when_a_delivery_is_added_is_not_taken_for_ours() {
    let world = World::new(&delivering(PLACES));
    world.apply(TODAY).ended(0);
    let old = world.sandbox.github_secrets();
    world.folder.write("keys.toml", delivering(""));
    world.apply("2026-11-26").ended(0).shows("stays there");
    world.folder.write("keys.toml", delivering(PLACES));
    world
        .run("2026-11-27", &["plan"])
        .ended(1)
        .says("is not its own");
    assert_eq!(world.sandbox.github_secrets(), old);
}

#[test]
fn a_place_that_is_not_there_holds_nothing_else_up() {
    let places = PLACES.replace("organization = \"acme\"", "organization = \"missing\"");
    let world = World::new(&delivering(&places));
    let ran = world.apply(TODAY);
    let ran = ran.says("AI_KEYS_GITHUB_TOKEN can see it");
    assert_eq!(ran.code, 0);
    let delivered = world.answers();
    assert_eq!(delivered.len(), 2, "{delivered:?}");
    world.folder.write("keys.toml", delivering(PLACES));
    world.settles(TODAY);
    assert_eq!(world.answers().len(), 3);
}

#[test]
fn whatever_happens_to_a_delivery_the_next_run_ends_it() {
    for operation in [
        "GetGithubPublicKey",
        "GetGithubSecret",
        "ListGithubSecrets",
        "PutGithubSecret",
    ] {
        for act in [
            Act::CloseBefore,
            Act::CloseAfter,
            Act::ErrorAfter(500),
            Act::Truncate,
        ] {
            let world = World::new(&delivering(PLACES));
            // Four attempts are one call: a lost answer is made good at once, or by the next run.
            let times = if operation == "PutGithubSecret" { 5 } else { 2 };
            let rule = FaultRule::on(operation, act).turn(Turn::First(times));
            world.sandbox.set_faults(vec![rule]).unwrap();
            let ran = world.run(TODAY, &["apply", "--yes", "--quiet"]);
            assert!([0, 4].contains(&ran.code), "{operation}: {}", ran.err);
            world.settles(TODAY);
            let open = world.answers();
            assert_eq!(open.len(), 3, "{operation}");
            assert!(open.iter().all(|(_, status)| *status == 200), "{open:?}");
        }
    }
}
