//! A fleet in a loop, as teams keep it.

use crate::moto_support::{Folder, Moto};
use crate::page::{Story, last_line, last_lines};
use crate::program::{Terraform, variable};

const FLEET: &str = include_str!("fleet.tf");

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
    let size = size();
    let source = FLEET.replace("default = 12", &format!("default = {size}"));
    let Some(terraform) = Terraform::find(&moto, &[("main.tf", &source)]) else {
        return;
    };
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
    assert_eq!(moto.take_writes(), [""; 0]);
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
    moto.take_writes();
    let applied = moto.ai_keys(&folder, &["apply", "--yes"]).ended(0);
    let mut writes = moto.take_writes();
    writes.sort_unstable();
    let (of_keys, of_usage_plans) = writes.split_at(size);
    assert!(
        of_keys.iter().all(|write| write == "UpdateApiKey"),
        "{writes:?}"
    );
    assert_eq!(of_usage_plans, ["UpdateUsagePlan"; 2]);
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
