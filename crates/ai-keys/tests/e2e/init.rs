//! From nothing to a manifest and a workflow: by flags, by questions, all or nothing.

use std::process::Command;

use ai_keys_sandbox::SeedKey;

use crate::support::{Folder, Running, World, run_in, scope};

/// An account with a key that somebody made by hand.
fn by_hand() -> World {
    let world = World::new("");
    std::fs::remove_file(world.folder.path().join("keys.toml")).unwrap();
    let key = SeedKey {
        name: "legacy".to_owned(),
        description: String::new(),
        enabled: true,
        value: None,
        usage_plans: Vec::new(),
    };
    world.sandbox.seed(&scope(), &[], &[key]).unwrap();
    world
}

#[test]
fn the_account_is_detected_and_named_in_the_file() {
    let world = by_hand();
    let init = ["init", "--detect", "--region", "eu-west-1"];
    world.run(&init).ended(0).says("wrote keys.toml");
    let text = world.folder.read("keys.toml");
    assert!(text.contains("\naccount = \"123456789012\""), "{text}");
    assert!(!text.contains("legacy"), "nobody asked for it");
    assert_eq!(world.take_writes(), [""; 0]);
    let other = [
        "init",
        "--detect",
        "--account",
        "210987654321",
        "other.toml",
    ];
    world
        .run(&other)
        .ended(5)
        .says("the credentials are of account 123456789012");
    run_in(Folder::new().path(), &["init", "--detect"]).ended(6);
}

#[test]
fn keys_that_are_live_are_taken_over_with_the_workflow_that_applies_the_file() {
    let world = by_hand();
    let init = ["init", "--take-over", "--workflow", "--namespace", "acme"];
    let ran = world
        .run(&init)
        .ended(0)
        .says("wrote keys.toml: 1 key and 0 usage plans");
    ran.says("wrote .github/workflows/keys.yml");
    world.run(&["plan"]).ended(0).shows("1 to adopt ·");
    let workflow = world.folder.read(".github/workflows/keys.yml");
    let example = include_str!("../../../../examples/workflows/single-account.yml");
    assert!(workflow == example);
    let ran = world.run(&["doctor", "--offline"]).ended(0);
    ran.shows("keys.yml uses the Action at `v1`")
        .shows("0 problems, 2 warnings");
}

#[test]
fn a_file_that_is_there_stops_everything_before_anything_is_asked() {
    let world = by_hand();
    std::fs::create_dir_all(world.folder.path().join(".github/workflows")).unwrap();
    world.folder.write(".github/workflows/keys.yml", "mine");
    let init = ["init", "--take-over", "--workflow"];
    world.run(&init).ended(2).says("keys.yml exists already");
    assert_eq!(world.take_calls(), [""; 0]);
    assert!(!world.folder.path().join("keys.toml").exists());
    assert_eq!(world.folder.read(".github/workflows/keys.yml"), "mine");
}

#[test]
fn a_manifest_that_cannot_be_written_leaves_no_workflow() {
    let folder = Folder::new();
    let ran = run_in(
        folder.path(),
        &["init", "--workflow", "no/such/dir/keys.toml"],
    );
    ran.ended(2).says("cannot be written");
    assert!(!folder.path().join(".github/workflows/keys.yml").exists());
}

const ROLES: [&str; 9] = [
    "init",
    "--workflow",
    "--iam",
    "--account",
    "123456789012",
    "--repository",
    "acme/keys",
    "--namespace",
    "acme",
];

#[test]
fn the_roles_may_do_what_iam_policy_says_and_only_jobs_of_the_repository_assume_them() {
    let folder = Folder::new();
    run_in(folder.path(), &ROLES)
        .ended(0)
        .says("next: sh iam/create-roles.sh");
    let read = |name: &str| folder.read(&format!("iam/{name}.json"));
    for role in ["plan", "apply"] {
        let printed = run_in(folder.path(), &["iam-policy", &format!("--{role}")]).ended(0);
        assert_eq!(read(&format!("{role}.policy")), printed.out);
    }
    let trust = |role: &str| -> serde_json::Value {
        let document: serde_json::Value =
            serde_json::from_str(&read(&format!("{role}.trust"))).unwrap();
        document["Statement"][0].clone()
    };
    let github = "token.actions.githubusercontent.com";
    let (plan, apply) = (trust("plan"), trust("apply"));
    for trust in [&plan, &apply] {
        let provider = format!("arn:aws:iam::123456789012:oidc-provider/{github}");
        assert_eq!(trust["Principal"]["Federated"], provider);
        let audience = &trust["Condition"]["StringEquals"][format!("{github}:aud")];
        assert_eq!(audience, "sts.amazonaws.com");
    }
    // A pull request cannot assume the role that writes.
    let subject = format!("{github}:sub");
    let branch = "repo:acme/keys:ref:refs/heads/main";
    assert_eq!(apply["Condition"]["StringEquals"][&subject], branch);
    let subjects = &plan["Condition"]["StringLike"][&subject];
    let queue = "repo:acme/keys:ref:refs/heads/gh-readonly-queue/main/*";
    assert_eq!(
        subjects,
        &serde_json::json!(["repo:acme/keys:pull_request", branch, queue])
    );
}

#[test]
#[cfg(unix)]
fn the_script_makes_both_roles_of_the_files_beside_it_and_names_them_to_the_repository() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    run_in(folder.path(), &ROLES).ended(0);
    // Stand-ins that write down what they are asked; there is no provider yet, and files have to be there.
    let stub = "#!/bin/sh\nprintf '%s\\n' \"${0##*/} $*\" >>\"$CALLS\"\n\
        case $* in *get-open-id*) exit 254;; *file://*) test -f \"${*##*file://}\";; esac\n";
    for name in ["bin/aws", "bin/gh"] {
        folder.write(name, stub);
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path().join(name), mode).unwrap();
    }
    let calls = folder.path().join("calls");
    let path = format!(
        "{}:{}",
        folder.path().join("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let mut script = Command::new("sh");
    script.arg(folder.path().join("iam/create-roles.sh"));
    let ran = script
        .env("PATH", path)
        .env("CALLS", &calls)
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let calls = std::fs::read_to_string(calls).unwrap();
    let calls: Vec<&str> = calls.lines().collect();
    let github = "token.actions.githubusercontent.com";
    let role = |name: &str| {
        let variable = name.to_ascii_uppercase();
        [
            format!(
                "aws iam create-role --role-name ai-keys-{name} --assume-role-policy-document file://{name}.trust.json"
            ),
            format!(
                "aws iam put-role-policy --role-name ai-keys-{name} --policy-name ai-keys --policy-document file://{name}.policy.json"
            ),
            format!(
                "gh variable set KEYS_{variable}_ROLE --repo github.com/acme/keys --body arn:aws:iam::123456789012:role/ai-keys-{name}"
            ),
        ]
    };
    let provider = [
        format!(
            "aws iam get-open-id-connect-provider --open-id-connect-provider-arn arn:aws:iam::123456789012:oidc-provider/{github}"
        ),
        format!(
            "aws iam create-open-id-connect-provider --url https://{github} --client-id-list sts.amazonaws.com"
        ),
    ];
    assert_eq!(
        calls,
        [&provider[..], &role("plan"), &role("apply")].concat()
    );
}

#[test]
fn roles_need_an_account_and_a_repository_and_nothing_is_written_without() {
    let folder = Folder::new();
    let init = |words: &[&str]| run_in(folder.path(), &[&["init", "--iam"], words].concat());
    let account = ["--account", "123456789012"];
    init(&account).ended(2).says("say --repository OWNER/NAME");
    let repository = ["--repository", "acme/keys"];
    init(&repository)
        .ended(2)
        .says("say --account, or --detect");
    let odd = ["--account", "123456789012", "--repository", "acme/*"];
    init(&odd).ended(2).says("`acme/*` is no repository");
    assert_eq!(folder.names(), [""; 0]);
    folder.write("iam/create-roles.sh", "mine");
    let told = [account, repository].concat();
    init(&told)
        .ended(2)
        .says("iam/create-roles.sh exists already");
    assert_eq!(folder.names(), ["iam"]);
    assert_eq!(folder.read("iam/create-roles.sh"), "mine");
}

#[test]
fn the_repository_is_that_of_the_remote() {
    let folder = Folder::new();
    let git = |words: &[&str]| {
        let mut git = Command::new("git");
        git.args(words).current_dir(folder.path());
        git.output().is_ok_and(|output| output.status.success())
    };
    assert!(
        git(&["init", "--quiet"])
            && git(&["remote", "add", "origin", "git@github.com:acme/ai.git"])
    );
    let init = ["init", "--iam", "--account", "123456789012"];
    run_in(folder.path(), &init).ended(0);
    let trust = folder.read("iam/apply.trust.json");
    assert!(
        trust.contains("repo:acme/ai:ref:refs/heads/main"),
        "{trust}"
    );
}

/// Types answers into a terminal; none if this machine has no `script`.
fn typed(world: &World, words: &str, answers: &str) -> Option<String> {
    let command = format!("{} {words}", env!("CARGO_BIN_EXE_ai-keys"));
    let input = world.folder.path().join("answers");
    std::fs::write(&input, answers).unwrap();
    let has_script = Command::new("script").arg("--version").output().is_ok();
    if !has_script {
        crate::missing::skip("no terminal (`script` of util-linux is not on PATH)");
        return None;
    }
    // `script` gives the command a terminal, and types what it reads.
    let mut script = world.command(&[]);
    let environment: Vec<_> = script
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    script = Command::new("script");
    script
        .args(["-qec", &command, "/dev/null"])
        .envs(environment);
    script.current_dir(world.folder.path());
    let ran = finish_reading(&mut script, &input);
    Some(ran)
}

fn finish_reading(command: &mut Command, input: &std::path::Path) -> String {
    let input = std::fs::File::open(input).unwrap();
    let ran = Running::start_reading(command.stdin(input)).end();
    ran.ended(0).out
}

#[test]
#[cfg(target_os = "linux")]
fn a_person_with_a_repository_is_asked_for_the_roles_of_the_workflow() {
    let world = by_hand();
    let mut git = Command::new("git");
    git.args(["init", "--quiet"])
        .current_dir(world.folder.path());
    assert!(git.output().unwrap().status.success());
    let words = "init --repository acme/keys --namespace ours --region eu-west-1";
    // Look at the account, write its keys down, write the workflow, write the roles.
    let Some(seen) = typed(&world, words, "y\ny\ny\ny\n") else {
        return;
    };
    assert!(
        seen.contains("Write the policies of its two roles, for jobs of acme/keys?"),
        "{seen}"
    );
    assert!(seen.contains("wrote .github/workflows/keys.yml"), "{seen}");
    let trust = world.folder.read("iam/plan.trust.json");
    assert!(trust.contains("repo:acme/keys:pull_request"), "{trust}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_person_is_asked_what_no_flag_says() {
    let world = by_hand();
    let Some(seen) = typed(&world, "init", "Not A Name\nours\n\n\nyes\nn\n") else {
        return;
    };
    assert!(
        seen.contains("`Not A Name` is not a valid namespace"),
        "{seen}"
    );
    assert!(
        seen.contains("Account 123456789012 has 1 key and 0 usage plans that no file owns"),
        "{seen}"
    );
    let text = world.folder.read("keys.toml");
    assert!(
        text.contains("namespace = \"ours\"") && text.contains("[key.legacy]"),
        "{text}"
    );
    assert!(
        !world.folder.path().join(".github").exists(),
        "it was not wanted"
    );
}
