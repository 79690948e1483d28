//! One step of a workflow, and what it left behind.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::testing::FakeGithub;
use crate::support::{Ran, Running, TODAY, World, ai_keys};

/// The job's token: nothing that is printed or written may hold it.
pub(crate) const TOKEN: &str = "ghs_ThisIsTheTokenOfTheJob0123456789abcd";
/// The commit that the pull request ends with.
pub(crate) const HEAD: &str = "3f9c2e1a5b7d9f0e2c4a6b8d0f1e3c5a7b9d1f20";
/// The commit that its merge made.
pub(crate) const MERGE: &str = "aa00bb11cc22dd33ee44ff5566778899aabbccdd";
/// The number of the pull request.
pub(crate) const NUMBER: u64 = 7;

/// A world with a repository at GitHub.
pub(crate) struct Site {
    pub(crate) world: World,
    pub(crate) github: FakeGithub,
}

/// What a step printed and wrote.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) log: String,
    pub(crate) summary: String,
    pub(crate) outputs: Vec<(String, String)>,
}

impl Site {
    pub(crate) fn new(manifest: &str) -> Self {
        Self::around(World::new(manifest))
    }

    pub(crate) fn around(world: World) -> Self {
        Self {
            world,
            github: FakeGithub::start(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.world.folder.path().join(name)
    }

    /// Returns the request of a pull request's run, for `change` to change.
    pub(crate) fn request(&self, command: &str) -> Value {
        json!({
            "format": 1,
            "version": env!("CARGO_PKG_VERSION"),
            "command": command,
            "manifests": ["keys.toml"],
            "targets": [],
            "workspace": self.world.folder.path(),
            "temp": self.path("temp"),
            "files": { "output": self.path("output"), "summary": self.path("summary") },
            "event": {
                "name": "pull_request", "repository": "acme/keys", "default-branch": "main",
                "ref": format!("refs/pull/{NUMBER}/merge"), "sha": MERGE, "head-sha": HEAD,
                "pull-request": NUMBER, "run-id": 500, "run-attempt": 1,
                "workflow-ref": "acme/keys/.github/workflows/keys.yml@refs/heads/main",
                "actor": "octocat", "today": TODAY
            },
            "github": {
                "api-url": self.github.url(), "server-url": "https://github.example",
                "token": TOKEN
            },
            "oidc": null, "aws-role": null, "comment": "true", "fail-on": "error",
            "plan-files": [], "ack": []
        })
    }

    /// Returns the request of an apply that somebody starts by hand.
    pub(crate) fn by_hand(&self, day: &str) -> Value {
        let mut request = self.merged();
        request["event"]["name"] = json!("workflow_dispatch");
        request["event"]["run-id"] = json!(700);
        request["event"]["today"] = json!(day);
        request
    }

    /// Returns the bodies of the pull request's comments.
    pub(crate) fn comments(&self) -> Vec<String> {
        let bodies = self.github.bodies(NUMBER).into_iter();
        bodies.map(|(_, body)| body).collect()
    }

    /// Returns the request of the run that a merge starts.
    pub(crate) fn merged(&self) -> Value {
        let mut request = self.request("apply");
        let event = &mut request["event"];
        event["name"] = json!("push");
        event["ref"] = json!("refs/heads/main");
        event["head-sha"] = json!(MERGE);
        event["pull-request"] = Value::Null;
        event["run-id"] = json!(600);
        request
    }

    /// Tells GitHub of the pull request, its merge and the run that planned it,
    /// with that run's artifact.
    pub(crate) fn merge(&self) {
        let pulls = vec![pull_request()];
        self.github.state().pulls.insert(MERGE.to_owned(), pulls);
        self.uploads(500, "pull_request", HEAD, "ai-keys-plan");
    }

    /// Tells GitHub of a run of the workflow, with the plan files of the last
    /// step as its artifact, or as one more of them.
    pub(crate) fn uploads(&self, run: u64, event: &str, head: &str, artifact: &str) {
        let archive = zip(&self.plan_files());
        let mut state = self.github.state();
        if !state.runs.iter().any(|other| other["id"] == run) {
            state.runs.push(json!({
                "id": run, "head_sha": head, "event": event,
                "path": ".github/workflows/keys.yml",
                "head_repository": { "full_name": "acme/keys" }
            }));
        }
        let id = 9 + u64::try_from(state.archives.len()).unwrap();
        let row = json!({ "id": id, "name": artifact, "expired": false });
        state.artifacts.entry(run).or_default().push(row);
        state.archives.insert(id, archive);
    }

    /// Returns `METHOD path` of what was written at GitHub since the last call
    /// of this, and forgets it.
    pub(crate) fn take_github_writes(&self) -> Vec<String> {
        let journal = std::mem::take(&mut self.github.state().journal);
        let writes = journal
            .iter()
            .filter(|request| request.method != "GET" && request.path != "/graphql");
        writes
            .map(|request| format!("{} {}", request.method, request.path))
            .collect()
    }

    /// Returns the plan files of the last step, by name.
    pub(crate) fn plan_files(&self) -> Vec<(String, String)> {
        let mut files: Vec<(String, String)> = fs::read_dir(self.path("temp/ai-keys"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, fs::read_to_string(path).unwrap())
            })
            .filter(|(name, _)| name.starts_with("plan-"))
            .collect();
        files.sort();
        files
    }

    /// Returns the command, which reads its request from a file.
    pub(crate) fn command(&self, request: &str) -> Command {
        let world = &self.world;
        world.folder.write("request.json", request);
        let mut command = ai_keys(world.folder.path());
        let stdin = fs::File::open(self.path("request.json")).unwrap();
        command.arg("action").stdin(Stdio::from(stdin)).envs([
            ("AWS_ENDPOINT_URL", world.sandbox.url()),
            ("AWS_ACCESS_KEY_ID", "AKIATEST123456789012"),
            ("AWS_SECRET_ACCESS_KEY", "nobody-checks-it"),
        ]);
        command
    }

    /// Runs a step.
    pub(crate) fn run(&self, request: &Value) -> Done {
        self.start(request).end_step(self)
    }

    /// Starts a step.
    pub(crate) fn start(&self, request: &Value) -> Running {
        self.prepare();
        Running::start_reading(&mut self.command(&request.to_string()))
    }

    /// Makes the folder and the empty files that each step finds.
    pub(crate) fn prepare(&self) {
        fs::create_dir_all(self.path("temp")).unwrap();
        for name in ["output", "summary"] {
            fs::write(self.path(name), "").unwrap();
        }
    }

    /// Reads what a step left behind. No file and no comment may hold the token
    /// or a key value.
    fn left_by(&self, ran: Ran) -> Done {
        assert_eq!(ran.err, "", "everything goes to stdout");
        let read = |name: &str| fs::read_to_string(self.path(name)).unwrap_or_default();
        let (summary, outputs) = (read("summary"), read("output"));
        let bodies: Vec<String> = self
            .github
            .bodies(NUMBER)
            .into_iter()
            .map(|(_, body)| body)
            .collect();
        let shown = [
            &ran.out,
            &summary,
            &outputs,
            &bodies.concat(),
            &read("temp/ai-keys/unfinished.json"),
        ];
        for text in shown {
            assert!(!text.contains(TOKEN), "the token was shown");
            for value in self.world.sandbox.values() {
                assert!(!text.contains(&value), "a value was shown");
            }
        }
        Done {
            code: ran.code,
            log: ran.out,
            summary,
            outputs: read_outputs(&outputs),
        }
    }
}

impl Running {
    /// Waits for the end of a step.
    pub(crate) fn end_step(self, site: &Site) -> Done {
        site.left_by(self.end())
    }
}

/// Returns the pull request as GitHub shows it after its merge.
pub(crate) fn pull_request() -> Value {
    json!({
        "number": NUMBER, "merged_at": "2026-11-23T12:00:00Z", "merge_commit_sha": MERGE,
        "base": { "ref": "main", "sha": HEAD }, "head": { "ref": "topic", "sha": HEAD }
    })
}

/// Reads outputs as the runner does.
fn read_outputs(text: &str) -> Vec<(String, String)> {
    let mut lines = text.lines();
    let mut outputs = Vec::new();
    while let Some((name, word)) = lines.next().and_then(|line| line.split_once("<<")) {
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != word).collect();
        outputs.push((name.to_owned(), value.join("\n")));
    }
    outputs
}

impl Done {
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.log, self.summary);
        self
    }

    #[track_caller]
    pub(crate) fn logs(self, text: &str) -> Self {
        assert!(self.log.contains(text), "no `{text}` in:\n{}", self.log);
        self
    }

    #[track_caller]
    pub(crate) fn sums_up(self, text: &str) -> Self {
        assert!(
            self.summary.contains(text),
            "no `{text}` in:\n{}",
            self.summary
        );
        self
    }

    #[track_caller]
    pub(crate) fn output(&self, name: &str) -> &str {
        let found = self.outputs.iter().find(|(found, _)| found == name);
        &found.unwrap_or_else(|| panic!("no output {name}")).1
    }

    #[track_caller]
    pub(crate) fn says(self, name: &str, value: &str) -> Self {
        assert_eq!(self.output(name), value, "{name}\n{}", self.log);
        self
    }
}

/// Packs files as `actions/upload-artifact` does.
pub(crate) fn zip(files: &[(String, String)]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut packed);
    for (name, text) in files {
        let (mut entry, config) = archive
            .new_file(name)
            .compression_method(rawzip::CompressionMethod::DEFLATE)
            .start()
            .unwrap();
        let level = flate2::Compression::default();
        let deflate = flate2::write::DeflateEncoder::new(&mut entry, level);
        let mut writer = config.wrap(deflate);
        writer.write_all(text.as_bytes()).unwrap();
        let (deflate, descriptor) = writer.finish().unwrap();
        deflate.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    packed
}
