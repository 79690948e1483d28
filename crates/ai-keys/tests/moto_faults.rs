//! The fault scenarios that moto can host, with the fault proxy in front of it: that they end well is not
//! ours alone to say.
//!
//! `SCENARIOS` of the end-to-end tests says for each which test it is, or why there is none. After each,
//! four of the oracle's five questions are asked; the fifth is AWS's rate, and moto has none (D32).

#[cfg(test)]
mod moto_support;

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use ai_keys_sandbox::{Act, FaultRule, Refusal, Turn};
    use serde_json::{Value, json};

    use crate::moto_support::command::Ran;
    use crate::moto_support::{Folder, Moto};

    const MANIFEST: &str = r#"version = 1
namespace = "acme-ai"

[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"

[defaults.key]
usage-plans = ["standard"]

[usage-plan.standard]
stages = ["chat-api/prod"]

[key.alpha]
description = "First"
owner = "team-a"

[key.beta]
description = "Second"
owner = "team-a"
"#;

    /// A moto with a stage, and a folder with the manifest.
    struct World {
        moto: Moto,
        folder: Folder,
    }

    impl World {
        /// Nothing is there yet; none without a moto.
        fn new() -> Option<Self> {
            let moto = Moto::start()?;
            moto.make_stage("chat-api", "prod");
            let folder = Folder::new();
            folder.write("keys.toml", MANIFEST);
            Some(Self { moto, folder })
        }

        /// The manifest is applied.
        fn applied() -> Option<Self> {
            let world = Self::new()?;
            world.apply().ended(0);
            Some(world)
        }

        fn write(&self, from: &str, to: &str) {
            assert!(MANIFEST.contains(from));
            self.folder.write("keys.toml", &MANIFEST.replace(from, to));
        }

        fn apply(&self) -> Ran {
            self.moto.ai_keys(&self.folder, &["apply", "--yes"])
        }

        fn plan(&self) -> Ran {
            self.moto.ai_keys(&self.folder, &["plan"])
        }

        fn faults<const N: usize>(&self, rules: [FaultRule; N]) {
            self.moto.proxy.set_faults(rules.into()).unwrap();
        }

        fn key(&self, name: &str) -> Value {
            self.moto.keys()[name].clone()
        }

        /// Changes a key behind the command's back.
        fn change(&self, method: &str, name: &str, body: &Value) {
            let path = format!("/apikeys/{}", self.key(name)["id"].as_str().unwrap());
            self.moto.send(method, &path, &body.to_string());
        }

        /// Returns on how many usage plans a key is.
        fn usage_plans_of(&self, key: &Value) -> usize {
            let id = key["id"].as_str().unwrap().to_owned();
            let listed = self.moto.get("/usageplans");
            let names = listed["item"].as_array().unwrap().iter();
            let names = names.map(|usage_plan| usage_plan["name"].as_str().unwrap());
            names
                .filter(|name| self.moto.usage_plan(name).1.contains(&id))
                .count()
        }

        /// Ends all faults, applies once, and asks the oracle: one key for each entry, no value in the
        /// journal (nor printed, which every run is asked), and nothing left to write.
        #[track_caller]
        fn settles(&self) {
            self.faults([]);
            self.apply().ended(0);
            self.moto.take_writes();
            self.apply().ended(0).shows(&["no changes"]);
            let journal = serde_json::to_string(&self.moto.proxy.journal()).unwrap();
            assert_eq!(self.moto.take_writes(), [""; 0]);
            let listed = self.moto.get("/apikeys?includeValues=true");
            let listed = listed["item"].as_array().unwrap();
            for entry in ["alpha", "beta"] {
                let marker = format!("[ai-keys: acme-ai/{entry}#1 ");
                let is_it =
                    |key: &&Value| key["description"].as_str().unwrap_or("").contains(&marker);
                // By their markers: others may have the same name.
                let own: Vec<&Value> = listed.iter().filter(is_it).collect();
                assert_eq!(own.len(), 1, "{entry}");
                assert_eq!(self.usage_plans_of(own[0]), 1, "{entry}");
            }
            for key in listed {
                assert!(!journal.contains(key["value"].as_str().unwrap()));
            }
        }
    }

    fn refuse(status: u16, code: &str, message: &str) -> Act {
        Act::Refuse(Refusal {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
        })
    }

    /// The first call of an operation goes wrong so; one apply makes up for it.
    #[track_caller]
    fn heals(operation: &str, act: Act) {
        let Some(world) = World::new() else { return };
        world.faults([FaultRule::on(operation, act).turn(Turn::Nth(1))]);
        world.apply().ended(0).shows(&["applied 5 of 5"]);
        world.settles();
    }

    #[test]
    fn a_storm_of_refusals_is_waited_out() {
        let Some(world) = World::new() else { return };
        let storm = FaultRule::everywhere(Act::Throttle(Some("1".to_owned())));
        world.faults([storm.turn(Turn::Percent(50))]);
        world.apply().ended(0).shows(&["applied 5 of 5"]);
        world.settles();
    }

    #[test]
    fn a_refusal_without_a_time_or_with_a_silly_one_is_waited_out_too() {
        let Some(world) = World::new() else { return };
        let throttled = |operation, text: Option<&str>| {
            FaultRule::on(operation, Act::Throttle(text.map(str::to_owned))).turn(Turn::First(2))
        };
        world.faults([
            throttled("CreateApiKey", None),
            throttled("CreateUsagePlan", Some("soon")),
            throttled("CreateUsagePlanKey", Some("Sun, 06 Nov 1994 08:49:37 GMT")),
        ]);
        world.apply().ended(0).shows(&["applied 5 of 5"]);
        world.settles();
    }

    #[test]
    fn a_create_whose_connection_closed_is_adopted() {
        heals("CreateApiKey", Act::CloseAfter);
    }

    #[test]
    fn a_create_that_answered_503_is_adopted() {
        heals("CreateApiKey", Act::ErrorAfter(503));
    }

    #[test]
    fn a_create_with_half_an_answer_is_adopted() {
        heals("CreateApiKey", Act::Truncate);
    }

    #[test]
    fn a_usage_plan_is_made_once() {
        heals("CreateUsagePlan", Act::CloseAfter);
    }

    /// moto takes a second association without a word (D26); ours is one all the same.
    #[test]
    fn a_key_is_put_on_its_usage_plan_once() {
        heals("CreateUsagePlanKey", Act::CloseAfter);
    }

    #[test]
    fn a_value_that_a_key_of_somebody_else_has_is_not_taken_over() {
        let Some(world) = World::new() else { return };
        let exists = refuse(409, "ConflictException", "API Key already exists");
        world.faults([FaultRule::on("CreateApiKey", exists).turn(Turn::Nth(1))]);
        let ran = world.apply().ended(4).shows(&["applied 3 of 5"]);
        ran.says(&["a key with this value exists"]);
        world.settles();
    }

    #[test]
    fn a_concurrent_modification_is_tried_again() {
        let Some(world) = World::new() else { return };
        let busy = FaultRule::on("CreateUsagePlanKey", Act::ConcurrentModification);
        world.faults([busy.turn(Turn::First(3))]);
        world.apply().ended(0).shows(&["applied 5 of 5"]);
        world.settles();
    }

    #[test]
    fn a_burst_of_errors_leaves_an_exact_summary() {
        let Some(world) = World::new() else { return };
        // Each of the two joins is tried five times; they go at once, and share what goes wrong.
        world.faults([
            FaultRule::on("CreateUsagePlanKey", Act::ErrorBefore(500)).turn(Turn::First(10))
        ]);
        world.apply().ended(4).shows(&["applied 3 of 5"]);
        world.settles();
    }

    /// Starts an apply, and waits until its n-th request hangs.
    fn hangs_at(world: &World, nth: u32, act: Act) -> std::process::Child {
        world.moto.take_writes();
        world.faults([FaultRule::everywhere(act).turn(Turn::Nth(nth))]);
        let mut command = Command::new(env!("CARGO_BIN_EXE_ai-keys"));
        command
            .args(["apply", "--yes", "--today", "2026-11-23"])
            .current_dir(world.folder.path())
            .env_clear()
            .envs([
                ("AWS_ENDPOINT_URL", world.moto.url().as_str()),
                ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
                ("AWS_SECRET_ACCESS_KEY", "nobody-checks-it"),
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let patience = Instant::now() + Duration::from_secs(30);
        while !world
            .moto
            .proxy
            .journal()
            .iter()
            .any(|entry| entry.injected)
        {
            assert!(Instant::now() < patience, "request {nth} never came");
            std::thread::sleep(Duration::from_millis(2));
        }
        child
    }

    /// Before and after each write of an apply of two keys; the sandbox's matrix has every request.
    #[test]
    fn a_killed_apply_is_finished_by_the_next_one() {
        let Some(world) = World::new() else { return };
        world.apply().ended(0);
        let requests = world.moto.proxy.journal();
        let writes = (1..).zip(&requests).filter(|(_, entry)| entry.is_write());
        let writes: Vec<u32> = writes.map(|(nth, _)| nth).collect();
        assert_eq!(writes.len(), 5);
        for nth in writes {
            for act in [Act::HangBefore, Act::HangAfter] {
                world.moto.post("/moto-api/reset", &json!({}));
                world.moto.make_stage("chat-api", "prod");
                let mut child = hangs_at(&world, nth, act);
                child.kill().unwrap();
                child.wait().unwrap();
                world.settles();
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_interrupted_apply_ends_soon_and_the_next_one_finishes_it() {
        for signal in ["INT", "TERM"] {
            let Some(world) = World::new() else { return };
            let mut child = hangs_at(&world, 6, Act::HangAfter);
            let started = Instant::now();
            let number = child.id().to_string();
            let sent = Command::new("kill").args(["-s", signal, &number]).status();
            assert!(sent.unwrap().success());
            assert_eq!(child.wait().unwrap().code(), Some(130));
            assert!(started.elapsed() < Duration::from_secs(5));
            world.settles();
        }
    }

    #[test]
    fn a_key_that_was_deleted_is_made_anew() {
        let Some(world) = World::applied() else {
            return;
        };
        let old = world.key("alpha");
        world.change("DELETE", "alpha", &Value::Null);
        world.plan().ended(0).shows(&["+ create  key alpha"]);
        world.settles();
        assert_ne!(world.key("alpha")["value"], old["value"]);
    }

    #[test]
    fn a_key_deleted_since_the_review_makes_the_plan_stale() {
        let Some(world) = World::applied() else {
            return;
        };
        world.write("First", "Changed");
        let plan = ["plan", "--out", "plan.json"];
        world.moto.ai_keys(&world.folder, &plan).ended(0);
        world.change("DELETE", "alpha", &Value::Null);
        world.moto.take_writes();
        let apply = ["apply", "--yes", "--plan", "plan.json"];
        let ran = world.moto.ai_keys(&world.folder, &apply).ended(5);
        ran.says(&["needed now, and not reviewed: create key alpha"]);
        assert_eq!(world.moto.take_writes(), [""; 0]);
        world.settles();
    }

    #[test]
    fn what_was_changed_in_the_console_is_shown_field_by_field_and_put_back() {
        let Some(world) = World::applied() else {
            return;
        };
        let value = world.key("alpha")["value"].clone();
        let patch = json!({ "patchOperations": [
            { "op": "replace", "path": "/enabled", "value": "false" },
            { "op": "replace", "path": "/name", "value": "by-hand" },
        ]});
        world.change("PATCH", "alpha", &patch);
        world.plan().ended(0).shows(&["by-hand → alpha"]);
        world.settles();
        let key = world.key("alpha");
        assert_eq!(key["enabled"], true);
        assert_eq!(key["value"], value);
    }

    #[test]
    fn keys_of_the_same_name_that_are_not_ours_are_left_alone() {
        let Some(world) = World::applied() else {
            return;
        };
        let made = json!({ "name": "alpha", "description": "By hand", "enabled": true });
        let ids = [(); 2].map(|()| world.moto.post("/apikeys", &made)["id"].clone());
        world.write("First", "Changed");
        world.settles();
        for id in ids {
            let key = world
                .moto
                .get(&format!("/apikeys/{}", id.as_str().unwrap()));
            assert_eq!(key["description"], "By hand");
            assert_eq!(key["enabled"], true);
        }
    }

    /// moto has no second page (D1): the second list fails instead.
    #[test]
    fn a_list_that_fails_plans_nothing() {
        let Some(world) = World::applied() else {
            return;
        };
        for operation in ["GetApiKeys", "GetUsagePlans", "GetUsagePlanKeys"] {
            world.moto.take_writes();
            world.faults([FaultRule::on(operation, Act::ErrorBefore(500))]);
            world.apply().ended(6).says(&[operation]);
            assert_eq!(world.moto.take_writes(), [""; 0]);
        }
        world.settles();
    }

    #[test]
    fn a_reached_quota_is_not_tried_again_and_stops_nobody_else() {
        let Some(world) = World::new() else { return };
        world.faults([FaultRule::on("CreateApiKey", Act::LimitExceeded).turn(Turn::Nth(2))]);
        let ran = world.apply().ended(4).shows(&["applied 3 of 5"]);
        ran.says(&["ask AWS for a higher quota"]);
        let writes = world.moto.take_writes().into_iter();
        assert_eq!(writes.filter(|name| name == "CreateApiKey").count(), 2);
        world.settles();
    }

    #[test]
    fn a_key_that_lost_its_usage_plan_halfway_is_named_and_comes_first_next_time() {
        let Some(world) = World::applied() else {
            return;
        };
        let premium = "[usage-plan.premium]\nstages = [\"chat-api/prod\"]\n\n[key.alpha]\nusage-plans = [\"premium\"]";
        world.write("[key.alpha]", premium);
        let refused = refuse(400, "BadRequestException", "No");
        world.faults([FaultRule::on("CreateUsagePlanKey", refused)]);
        let ran = world.apply().ended(4);
        ran.says(&["key alpha is on no usage plan now, and is answered 403: run again at once"]);
        assert_eq!(world.usage_plans_of(&world.key("alpha")), 0);
        world.settles();
        assert_eq!(world.moto.usage_plan("premium").1.len(), 1);
    }

    #[test]
    fn credentials_that_expire_midway_stop_everything_at_once() {
        let Some(world) = World::new() else { return };
        world.faults([
            FaultRule::on("CreateApiKey", Act::ExpiredToken),
            FaultRule::on("CreateUsagePlanKey", Act::ExpiredToken),
        ]);
        let ran = world.apply().ended(4).shows(&["applied 1 of 5"]);
        ran.says(&["has expired credentials", "2 change(s) were not tried"]);
        world.settles();
    }

    #[test]
    fn credentials_of_another_account_are_refused() {
        let Some(world) = World::new() else { return };
        world.write("123456789012", "210987654321");
        let ran = world.apply().ended(5);
        ran.says(&["the credentials are of account 123456789012"]);
        assert_eq!(world.moto.take_writes(), [""; 0]);
        world.folder.write("keys.toml", MANIFEST);
        world.settles();
    }

    /// Deletions have their day, on moto as elsewhere.
    #[test]
    fn a_delete_whose_answer_is_lost_is_sent_again() {
        let Some(world) = World::applied() else {
            return;
        };
        world
            .folder
            .write("keys.toml", MANIFEST.split("[key.beta]").next().unwrap());
        let plan = world.plan().ended(0).out;
        let ack = plan
            .split("--ack '")
            .nth(1)
            .map(|rest| rest.split('\'').next().unwrap());
        let words = [
            &["apply", "--yes"][..],
            &ack.map_or(vec![], |ack| vec!["--ack", ack]),
        ]
        .concat();
        world.moto.ai_keys(&world.folder, &words).ended(0);
        world.faults([FaultRule::on("DeleteApiKey", Act::CloseAfter).turn(Turn::Nth(1))]);
        let later = world
            .moto
            .ai_keys_on("2026-12-30", &world.folder, &["apply", "--yes"]);
        later.ended(0).shows(&["applied 1 of 1"]);
        assert!(!world.moto.keys().contains_key("beta"));
    }
}
