//! Beside Terraform: what it made is left alone, refused or taken over, its values unchanged.
//!
//! Terraform and the provider run against moto, from a filesystem mirror, without any network.

#[cfg(test)]
mod moto_support;

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::time::Instant;

    use serde_json::{Value, json};

    use crate::moto_support::{Folder, Moto};

    const MAIN: &str = include_str!("terraform/main.tf");
    const FLEET: &str = include_str!("terraform/fleet.tf");

    const MANIFEST: &str = r#"
version = 1
namespace = "acme-ai"

[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"

[usage-plan.internal]
stages = ["agents-api/prod"]

[key.ours]
description = "Ours"
usage-plans = ["internal"]
"#;

    /// Terraform in a folder of its own, pointed at a moto.
    struct Terraform<'m> {
        program: PathBuf,
        folder: Folder,
        moto: &'m Moto,
    }

    impl<'m> Terraform<'m> {
        fn find(moto: &'m Moto) -> Option<Self> {
            Self::find_with(moto, MAIN)
        }

        /// Finds Terraform and the mirror of its provider, or says which is missing.
        fn find_with(moto: &'m Moto, main: &str) -> Option<Self> {
            let Some(mirror) = variable("AI_KEYS_TERRAFORM_MIRROR") else {
                println!("skipped: no Terraform (AI_KEYS_TERRAFORM_MIRROR is not set)");
                return None;
            };
            let program = variable("AI_KEYS_TERRAFORM").unwrap_or_else(|| "terraform".into());
            let has_program = Command::new(&program)
                .arg("-version")
                .env("CHECKPOINT_DISABLE", "1")
                .output()
                .is_ok_and(|output| output.status.success());
            if !has_program {
                println!(
                    "skipped: no Terraform (`{}` does not run)",
                    program.display()
                );
                return None;
            }
            let folder = Folder::new();
            let mirror = mirror.to_str().unwrap();
            let mirror = format!("filesystem_mirror {{\n path = {} \n}}", json!(mirror));
            folder.write(
                "cli.tfrc",
                &format!("provider_installation {{\n{mirror}\n}}\n"),
            );
            folder.write("main.tf", main);
            let found = Self {
                program,
                folder,
                moto,
            };
            found.run(&["init", "-no-color"]);
            Some(found)
        }

        /// Runs Terraform and returns what it printed. It must succeed.
        fn run(&self, words: &[&str]) -> String {
            let output = Command::new(&self.program)
                .args(words)
                .current_dir(self.folder.path())
                .env("TF_CLI_CONFIG_FILE", self.folder.path().join("cli.tfrc"))
                .env("TF_IN_AUTOMATION", "1")
                .env("TF_INPUT", "0")
                .env("CHECKPOINT_DISABLE", "1")
                .env("TF_VAR_endpoint", self.moto.url())
                .env("TF_VAR_size", size().to_string())
                .env_remove("TF_CLI_ARGS")
                .output()
                .unwrap();
            let out = String::from_utf8(output.stdout).unwrap();
            let err = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.success(), "{words:?}\n{out}\n{err}");
            out
        }

        /// Returns what Terraform would change: the address, and the attributes that differ.
        fn would_change(&self) -> Vec<(String, Vec<String>)> {
            self.run(&["plan", "-out", "terraform.plan"]);
            let shown: Value =
                serde_json::from_str(&self.run(&["show", "-json", "terraform.plan"])).unwrap();
            let changes = shown["resource_changes"].as_array().unwrap().iter();
            let changes =
                changes.filter(|resource| resource["change"]["actions"] != json!(["no-op"]));
            changes
                .map(|resource| {
                    assert_eq!(resource["change"]["actions"], json!(["update"]));
                    let (before, after) =
                        (&resource["change"]["before"], &resource["change"]["after"]);
                    let attributes = before.as_object().unwrap().keys();
                    let differ =
                        attributes.filter(|name| before[name.as_str()] != after[name.as_str()]);
                    let address = resource["address"].as_str().unwrap().to_owned();
                    (address, differ.cloned().collect())
                })
                .collect()
        }
    }

    fn variable(name: &str) -> Option<PathBuf> {
        let value = std::env::var_os(name).filter(|value| !value.is_empty());
        value.map(PathBuf::from)
    }

    /// The size of the fleet: the page tells of 300 keys, which take minutes with Terraform; every
    /// run plays 12 and compares all but the numbers.
    fn size() -> usize {
        let said = variable("AI_KEYS_FLEET").and_then(|said| said.to_str()?.parse().ok());
        said.unwrap_or(12)
    }

    /// A fleet in a loop, as teams keep it: imported, adopted, handed over, and nothing destroyed.
    #[test]
    fn a_fleet_of_terraform_is_imported_and_handed_over() {
        let Some(moto) = Moto::start() else { return };
        let Some(terraform) = Terraform::find_with(&moto, FLEET) else {
            return;
        };
        let size = size();
        let mut story = Story::default();
        let made = terraform.run(&["apply", "-auto-approve", "-no-color"]);
        story.tell("terraform apply", last_line(&made));
        let theirs = moto.keys();
        assert_eq!(theirs.len(), size);

        // The state says everything; no account is asked.
        let folder = Folder::new();
        folder.write("state.json", &terraform.run(&["show", "-json"]));
        story.tell("terraform show -json > state.json", "");
        let import = [
            "import",
            "state.json",
            "--namespace=acme-ai",
            "--account=123456789012",
            "--region=eu-west-1",
        ];
        moto.take_writes();
        let ran = moto.ai_keys(&folder, &import).ended(0);
        let handover = ran.out.clone();
        story.tell("ai-keys import state.json --namespace=acme-ai --account=123456789012 --region=eu-west-1 > removed.tf", &ran.err);
        ran.says(&[
            &format!("state.json holds {size} key values in clear text"),
            &format!("{size} keys and 2 usage plans"),
        ]);
        let text = std::fs::read_to_string(folder.path().join("keys.toml")).unwrap();
        assert!(
            text.contains("# from aws_api_gateway_api_key.consumer[\"team-007\"]\n[key.team-007]"),
            "{text}"
        );
        assert!(text.contains("[defaults.key]\n"), "{text}");

        // The first plan adopts and does nothing else; afterwards nothing is left.
        let plan = moto.ai_keys(&folder, &["plan"]).ended(0);
        let said = last_lines(&plan.out, 2);
        // Its digest names ids, which differ from run to run.
        let said = said.split(" · plan ").next().unwrap_or_default();
        story.tell("ai-keys plan | tail -n 2", said);
        plan.shows(&[&format!("{} to adopt ·", size + 2)]);
        let applied = moto.ai_keys(&folder, &["apply", "--yes"]).ended(0);
        let applied = last_line(&applied.out);
        let (applied, _) = applied.split_once(" in ").unwrap_or((applied, ""));
        story.tell("ai-keys apply --yes | tail -n 1", applied);
        let now = moto.keys();
        for (name, key) in &theirs {
            assert_eq!(
                (&now[name]["id"], &now[name]["value"]),
                (&key["id"], &key["value"])
            );
        }
        let plan = moto
            .ai_keys(&folder, &["plan", "--detailed-exitcode"])
            .ended(0)
            .shows(&["no changes"]);
        story.tell(
            "ai-keys plan --detailed-exitcode | tail -n 1",
            last_line(&plan.out),
        );

        // Terraform forgets what it is told to forget, and destroys nothing.
        let (rest, _) = FLEET.split_once("# What is handed over.").unwrap();
        terraform.folder.write("main.tf", rest);
        terraform.folder.write("removed.tf", &handover);
        moto.take_writes();
        let forgotten = terraform.run(&["apply", "-auto-approve", "-no-color"]);
        assert_eq!(moto.take_writes(), [""; 0]);
        story.tell("terraform apply", last_line(&forgotten));
        assert_eq!(terraform.would_change(), []);
        let left = terraform.run(&["state", "list"]);
        assert!(
            !left.contains("api_key") && !left.contains("usage_plan"),
            "{left}"
        );
        story.tell("terraform state list", &left);
        assert!(moto.keys() == now);
        story.check(size, &text, &handover);
    }

    /// What a person typed and saw, with how long each step took.
    struct Story {
        text: String,
        last: Instant,
    }

    impl Default for Story {
        fn default() -> Self {
            Self {
                text: String::new(),
                last: Instant::now(),
            }
        }
    }

    impl Story {
        fn tell(&mut self, command: &str, said: &str) {
            println!("{:6.1} s  {command}", self.last.elapsed().as_secs_f32());
            self.last = Instant::now();
            self.text.push_str("$ ");
            for line in [command, said.trim_end()]
                .iter()
                .filter(|line| !line.is_empty())
            {
                self.text.push_str(line);
                self.text.push('\n');
            }
        }

        /// Compares the page with what happened. `UPDATE=1` with 300 keys rewrites it.
        fn check(&self, size: usize, manifest: &str, handover: &str) {
            let page = PAGE
                .replace("{size}", &size.to_string())
                .replace("{transcript}", self.text.trim_end())
                .replace("{manifest}", &excerpt(manifest))
                .replace(
                    "{handover}",
                    &handover.lines().take(10).collect::<Vec<_>>().join("\n"),
                );
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ten-minutes.md");
            let is_update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
            if is_update && size == OF_THE_PAGE {
                std::fs::write(&path, &page).unwrap();
            }
            let expected = std::fs::read_to_string(&path).unwrap_or_default();
            let fix =
                "`AI_KEYS_FLEET=300 UPDATE=1 cargo test -p ai-keys --test terraform` rewrites it";
            if size == OF_THE_PAGE {
                assert_eq!(page, expected, "{fix}");
            } else {
                assert_eq!(without_numbers(&page), without_numbers(&expected), "{fix}");
            }
        }
    }

    /// The number of keys that the page tells of.
    const OF_THE_PAGE: usize = 300;

    const PAGE: &str = include_str!("terraform/ten-minutes.md");

    fn last_line(text: &str) -> &str {
        text.trim_end().lines().next_back().unwrap_or_default()
    }

    fn last_lines(text: &str, number: usize) -> String {
        let lines: Vec<&str> = text.trim_end().lines().collect();
        lines[lines.len().saturating_sub(number)..].join("\n")
    }

    /// Returns the beginning of a manifest up to its second key. Ids differ from run to run.
    fn excerpt(manifest: &str) -> String {
        let keys = manifest.match_indices("\n# from aws_api_gateway_api_key");
        let end = keys.map(|(at, _)| at).nth(2).unwrap_or(manifest.len());
        let lines = manifest.split_at(end).0.trim_end().lines().map(|line| {
            match line.split_once("adopt = \"") {
                Some((before, rest)) => {
                    let (_, after) = rest.split_once('"').unwrap();
                    format!("{before}adopt = \"…\"{after}")
                }
                None if line.starts_with("stages = ") => "stages = [\"chat-api/prod\"]".to_owned(),
                None => line.to_owned(),
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn without_numbers(text: &str) -> String {
        let mut words = String::new();
        for c in text.chars() {
            match c {
                '0'..='9' | ',' if words.ends_with('N') => {}
                '0'..='9' => words.push('N'),
                c => words.push(c),
            }
        }
        words
    }

    /// One story, because `terraform init` alone takes seconds.
    #[test]
    fn keys_of_terraform_are_left_alone_refused_and_taken_over() {
        let Some(moto) = Moto::start() else { return };
        let Some(terraform) = Terraform::find(&moto) else {
            return;
        };
        terraform.run(&["apply", "-auto-approve", "-no-color"]);
        let theirs = moto.keys();
        let their_usage_plan = moto.usage_plan("partners");
        assert_eq!(theirs.len(), 3);
        assert_eq!(their_usage_plan.1.len(), 2);

        // Left alone.
        let folder = Folder::new();
        moto.make_stage("agents-api", "prod");
        folder.write("keys.toml", MANIFEST);
        moto.ai_keys(&folder, &["plan", "--detailed-exitcode"])
            .ended(3)
            .shows(&["+ create  key ours", "4 not ours, left alone"]);
        moto.ai_keys(&folder, &["apply", "--yes"]).ended(0);
        let mut now = moto.keys();
        now.remove("ours");
        assert!(now == theirs && moto.usage_plan("partners") == their_usage_plan);

        // A second key of the same name is refused, and the first one named.
        let id = theirs["search"]["id"].as_str().unwrap();
        let wanted = "\n[key.search]\ndescription = \"Search\"\nusage-plans = [\"partners\"]\n";
        let wanted = format!("{MANIFEST}{wanted}\n[usage-plan.partners]\nmanage = false\n");
        folder.write("keys.toml", &wanted);
        moto.take_writes();
        moto.ai_keys(&folder, &["apply", "--yes"]).ended(1).says(&[
            "error[AK401]",
            "there is a key `search` already",
            id,
        ]);
        assert_eq!(moto.take_writes(), [""; 0]);

        // Taken over, with its value and its place on the usage plan.
        let adopted = wanted.replace(
            "[key.search]\n",
            &format!("[key.search]\nadopt = \"{id}\"\n"),
        );
        folder.write("keys.toml", &adopted);
        moto.ai_keys(&folder, &["plan"]).ended(0).shows(&["adopt"]);
        moto.ai_keys(&folder, &["apply", "--yes"]).ended(0);
        assert_eq!(moto.take_writes(), ["UpdateApiKey"]);
        let now = moto.keys();
        assert_eq!(now["search"]["id"], theirs["search"]["id"]);
        assert_eq!(now["search"]["value"], theirs["search"]["value"]);
        assert_eq!(
            now["search"]["description"],
            "Search [ai-keys: acme-ai/search#1]"
        );
        assert!(moto.usage_plan("partners") == their_usage_plan);
        moto.ai_keys(&folder, &["plan", "--detailed-exitcode"])
            .ended(0)
            .shows(&["no changes", "3 not ours, left alone"]);

        // Of all it made, Terraform sees this one description changed, and would put its own back.
        // No value is replaced and no association touched. A `removed` block makes it forget the key.
        let drift = (
            "aws_api_gateway_api_key.search".to_owned(),
            vec!["description".to_owned()],
        );
        assert_eq!(terraform.would_change(), [drift]);
    }
}
