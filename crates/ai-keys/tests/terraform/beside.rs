//! What Terraform made is left alone, refused or taken over.

use crate::moto_support::{Folder, Moto};
use crate::program::Terraform;

const MAIN: &str = include_str!("main.tf");

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

/// One story, because `terraform init` alone takes seconds.
#[test]
fn keys_of_terraform_are_left_alone_refused_and_taken_over() {
    let Some(moto) = Moto::start() else { return };
    let Some(terraform) = Terraform::find(&moto, &[("main.tf", MAIN)]) else {
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
