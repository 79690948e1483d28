//! Targets that are reached by a role: assumed before anything is asked, and refused in one line.

use ai_keys_sandbox::Scope;

use crate::support::{MANIFEST, TODAY, World};

const ACCOUNT: &str = "account = \"123456789012\"\n";

/// A manifest whose target has a role.
fn with_role(name: &str) -> String {
    let role = format!("{ACCOUNT}role = \"arn:aws:iam::123456789012:role/{name}\"\n");
    MANIFEST.replace(ACCOUNT, &role)
}

/// A manifest that delivers to another account, by a role of that account.
fn with_vault(name: &str) -> String {
    let vault = format!(
        "[target.vault]\nprovider = \"aws-api-gateway\"\nregion = \"eu-west-1\"\nrole = \"arn:aws:iam::210987654321:role/{name}\"\n\n[defaults.key]\ntargets = [\"prod\"]\n"
    );
    let delivered = "description = \"First\"\ndeliver = [{ to = \"secrets-manager\", name = \"ai/{key}\", target = \"vault\" }]";
    MANIFEST
        .replace("[defaults.key]\n", &vault)
        .replace("stages = ", "targets = [\"prod\"]\nstages = ")
        .replace("description = \"First\"", delivered)
}

fn delivered(world: &World) -> Vec<String> {
    let there = Scope::new("210987654321", "eu-west-1");
    let secrets = world.sandbox.secrets(&there).into_iter();
    secrets.filter_map(|secret| secret.value).collect()
}

#[test]
fn a_target_is_worked_in_with_its_role() {
    let world = World::new(&with_role("ai-keys"));
    world.apply().ended(0);
    let calls = world.take_calls();
    let assumed = calls.iter().filter(|call| *call == "AssumeRole");
    assert_eq!(assumed.count(), 1, "{calls:?}");
    assert_eq!(calls[..2], ["AssumeRole", "GetCallerIdentity"]);
    world.sets_its_clock();
    let ran = world.run(&["doctor", "--today", TODAY]).ended(0);
    let ran = ran.shows("role [prod]: arn:aws:iam::123456789012:role/ai-keys is assumed");
    ran.shows("of arn:aws:sts::123456789012:assumed-role/ai-keys/ai-keys-acme-ai in account");
}

#[test]
fn a_role_that_may_not_be_assumed_ends_the_run_before_anything_is_asked() {
    let world = World::new(&with_role("denied-role"));
    let ran = world.plan(&[]).ended(6);
    let ran = ran.says_in_one_line(
        "the role arn:aws:iam::123456789012:role/denied-role was not lent: AssumeRole is not allowed: Not authorized",
    );
    ran.says("let its trust policy name them");
    assert_eq!(world.take_calls(), ["AssumeRole"]);
    let ran = world.run(&["doctor", "--today", TODAY]).ended(6);
    ran.shows(
        "problem role [prod]: the role arn:aws:iam::123456789012:role/denied-role was not lent",
    );
    world.edit("role/denied-role", "role/ai-keys");
    world.take_calls();
    world.settles();
}

#[test]
fn a_value_goes_to_the_account_of_the_role() {
    let world = World::new(&with_vault("ai-keys"));
    let words = ["apply", "--yes", "--today", TODAY, "--target", "prod"];
    world.run(&words).ended(0);
    assert_eq!(delivered(&world), [world.key("alpha").value]);
    let words = ["plan", "--today", TODAY, "--target", "prod"];
    world.run(&words).ended(0).shows("no changes");
}

#[test]
fn a_stores_role_that_may_not_be_assumed_holds_up_its_delivery_alone() {
    let world = World::new(&with_vault("denied-role"));
    let words = ["plan", "--today", TODAY, "--target", "prod"];
    let reason = "the role arn:aws:iam::210987654321:role/denied-role was not lent";
    let ran = world.run(&words).ended(0);
    assert!((ran.out + &ran.err).contains(reason));
    let words = ["apply", "--yes", "--today", TODAY, "--target", "prod"];
    let ran = world.run(&words);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(world.keys().len(), 2);
    assert_eq!(delivered(&world), [""; 0]);
}
