//! Stories of a value: delivered, rotated step by step, and revoked.

use super::Story;
use crate::support::{TODAY, World};

const MANIFEST: &str = r#"version = 1
namespace = "acme-ai"

[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"

[usage-plan.standard]
stages = ["chat-api/prod"]

[key.alpha]
description = "First"
usage-plans = ["standard"]
rotate = { every = "90d", overlap = "7d" }
deliver = [{ to = "secrets-manager", name = "ai/{key}" }]
"#;

/// Ninety days after the first value.
const ROTATED: &str = "2027-02-21";
/// The last day of the overlap is over.
const OVERLAP_OVER: &str = "2027-02-28";
/// And so is the grace.
const GRACE_OVER: &str = "2027-03-15";

/// A world in which all that is due on these days has been done; the clock then stands at the last.
fn lived(days: &[&str], now: &str) -> World {
    let world = World::at_hand(MANIFEST);
    for day in days {
        world.sandbox.clock().set_date(day).unwrap();
        world.apply_on(day).ended(0);
    }
    world.sandbox.clock().set_date(now).unwrap();
    world
}

#[test]
fn deliver_for_the_first_time() {
    Story {
        name: "make a key and deliver its first value",
        before: || lived(&[], TODAY),
        ..Story::default()
    }
    .tell();
}

#[test]
fn deliver_to_github() {
    Story {
        name: "deliver to a GitHub Actions secret",
        before: || {
            let world = lived(&[TODAY], TODAY);
            world.edit(
                "name = \"ai/{key}\" }",
                "name = \"ai/{key}\" }, { to = \"github-secret\", repository = \"acme/chat\", name = \"AI_KEY\" }",
            );
            world
        },
        ..Story::default()
    }
    .tell();
}

#[test]
fn deliver_to_secrets_manager() {
    Story {
        name: "deliver to Secrets Manager: value, tags, readers",
        before: || {
            let world = lived(&[TODAY], TODAY);
            world.edit(
                "{ to = \"secrets-manager\", name = \"ai/{key}\" }",
                "{ to = \"secrets-manager\", name = \"more/{key}\", tags = { team = \"a\" }, readers = [\"arn:aws:iam::123456789012:role/chat\"] }",
            );
            world
        },
        ..Story::default()
    }
    .tell();
}

#[test]
fn deliver_to_parameter_store() {
    Story {
        name: "deliver to Parameter Store, with tags",
        before: || {
            let world = lived(&[TODAY], TODAY);
            world.edit(
                "name = \"ai/{key}\" }",
                "name = \"ai/{key}\" }, { to = \"ssm\", name = \"/ai/{key}\", tags = { team = \"a\" } }",
            );
            world
        },
        ..Story::default()
    }
    .tell();
}

#[test]
fn rotate() {
    Story {
        name: "rotate: a new value is made, delivered, and the old one given its last day",
        before: || lived(&[TODAY], ROTATED),
        day: ROTATED,
        ..Story::default()
    }
    .tell();
}

#[test]
fn end_the_overlap() {
    Story {
        name: "rotate: the overlap is over, the old value is disabled",
        before: || lived(&[TODAY, ROTATED], OVERLAP_OVER),
        day: OVERLAP_OVER,
        ..Story::default()
    }
    .tell();
}

#[test]
fn delete_the_old_value() {
    Story {
        name: "rotate: the grace is over, the old value is deleted",
        before: || lived(&[TODAY, ROTATED, OVERLAP_OVER], GRACE_OVER),
        day: GRACE_OVER,
        ..Story::default()
    }
    .tell();
}

#[test]
fn revoke() {
    Story {
        name: "revoke a leaked value and deliver the next",
        before: || lived(&[TODAY], TODAY),
        command: &["rotate", "alpha", "--revoke"],
        ..Story::default()
    }
    .tell();
}
