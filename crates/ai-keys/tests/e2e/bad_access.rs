//! Credentials, accounts and endpoints that are wrong: one line that says which, and what to do.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::thread;
use std::time::Duration;

use ai_keys_sandbox::{Act, FaultRule, Refusal};

use crate::support::{Folder, MANIFEST, Ran, World, ai_keys, finish};

/// Plans with a change to the environment. No attempt may take long.
fn plan_with(world: &World, change: impl Fn(&mut Command) -> &mut Command) -> Ran {
    let ran = world.seen(finish(change(&mut world.command(&["plan"]))));
    assert!(ran.took < Duration::from_secs(10), "{:?}", ran.took);
    ran
}

#[test]
fn credentials_that_aws_refuses() {
    let world = World::new(MANIFEST);
    for (id, which, what) in [
        (
            "AKIAUNKNOWN0000",
            "has credentials that AWS does not accept",
            "aws sts get-caller-identity",
        ),
        (
            "AKIAEXPIRED0000",
            "has expired credentials",
            "log in again or take a fresh token",
        ),
        (
            "AKIADENIED00000",
            "is not allowed",
            "allow `sts:GetCallerIdentity` on `*`",
        ),
    ] {
        plan_with(&world, |command| command.env("AWS_ACCESS_KEY_ID", id))
            .ended(6)
            .says_in_one_line(which)
            .says(what);
        assert_eq!(
            world.take_calls(),
            ["GetCallerIdentity"],
            "a 403 is never repeated"
        );
    }
}

#[test]
fn a_missing_permission_is_named() {
    let world = World::new(MANIFEST);
    let refusal = Refusal {
        status: 403,
        code: "AccessDeniedException".to_owned(),
        message: "User: x is not authorized".to_owned(),
    };
    world.faults(vec![FaultRule::on("GetUsagePlans", Act::Refuse(refusal))]);
    world
        .plan(&[])
        .ended(6)
        .says_in_one_line("allow `apigateway:GET` on `arn:aws:apigateway:eu-west-1::/usageplans`");
}

/// Without credentials and without an answer from the machine's metadata.
fn plan_without_credentials(change: impl Fn(&mut Command) -> &mut Command) -> Ran {
    let folder = Folder::new();
    folder.write("keys.toml", MANIFEST);
    let mut command = ai_keys(folder.path());
    let ran = finish(change(command.arg("plan")));
    assert!(ran.took < Duration::from_secs(10), "{:?}", ran.took);
    ran
}

#[test]
fn no_credentials_at_all() {
    let wants = "has no AWS credentials; set AWS_PROFILE, or AWS_ACCESS_KEY_ID";
    plan_without_credentials(|command| command)
        .ended(6)
        .says_in_one_line(wants)
        .says("without an account try --sandbox");
    plan_without_credentials(|command| command.env("AWS_PROFILE", "nope"))
        .ended(6)
        .says_in_one_line("has no AWS credentials");
    plan_without_credentials(|command| command.env("AWS_ACCESS_KEY_ID", "half"))
        .ended(6)
        .says_in_one_line("has no AWS credentials");
}

/// As on a laptop in a network that swallows what nobody answers.
#[test]
fn a_metadata_service_that_says_nothing_is_not_waited_for() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    plan_without_credentials(|command| {
        command
            .env_remove("AWS_EC2_METADATA_DISABLED")
            .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &url)
    })
    .ended(6)
    .says_in_one_line("has no AWS credentials");
}

#[test]
fn a_token_file_that_is_missing() {
    plan_without_credentials(|command| {
        command
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", "no-such-file")
            .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/ci")
    })
    .ended(6)
    .says_in_one_line("has no AWS credentials");
}

#[test]
fn an_endpoint_that_nobody_listens_at() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{port}");
    let world = World::new(MANIFEST);
    plan_with(&world, |command| command.env("AWS_ENDPOINT_URL", &url))
        .ended(6)
        .says_in_one_line(&format!("at {url} could not connect"))
        .says(&format!("check that something listens at {url}"));
}

/// As in a network whose only way out is a proxy.
#[test]
fn aws_is_reached_through_the_proxy_that_the_environment_names() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let asked = thread::spawn(move || {
        let (mut stream, _) = proxy.accept().unwrap();
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).unwrap();
        stream
            .write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
        line
    });
    let world = World::new(MANIFEST);
    plan_with(&world, |command| {
        command
            .env_remove("AWS_ENDPOINT_URL")
            .env("HTTPS_PROXY", &url)
    })
    .ended(6)
    .says_in_one_line("could not connect");
    let line = asked.join().unwrap();
    assert_eq!(
        line.trim_end(),
        "CONNECT sts.eu-west-1.amazonaws.com:443 HTTP/1.1"
    );
    assert!(world.take_calls().is_empty());
}

#[test]
fn an_address_that_needs_no_proxy_is_reached_straight() {
    let world = World::new(MANIFEST);
    plan_with(&world, |command| {
        command
            .env("HTTP_PROXY", "http://127.0.0.1:9")
            .env("NO_PROXY", "127.0.0.1")
    })
    .ended(0);
}

#[test]
fn an_endpoint_that_is_no_url() {
    let world = World::new(MANIFEST);
    for nonsense in ["nonsense", "127.0.0.1", "http//x", "ftp://127.0.0.1:1"] {
        plan_with(&world, |command| command.env("AWS_ENDPOINT_URL", nonsense))
            .ended(2)
            .says_in_one_line("of AWS_ENDPOINT_URL is no URL");
    }
}

#[test]
fn an_endpoint_that_is_not_aws() {
    let world = World::new(MANIFEST);
    let page = Refusal {
        status: 200,
        code: "Hello".to_owned(),
        message: "x".to_owned(),
    };
    world.faults(vec![FaultRule::everywhere(Act::Refuse(page))]);
    plan_with(&world, |command| command)
        .ended(6)
        .says_in_one_line("error: ");
}

#[test]
fn the_region_of_the_target_counts_not_the_one_of_the_environment() {
    let world = World::new(MANIFEST);
    plan_with(&world, |command| command.env("AWS_REGION", "us-east-1")).ended(0);
    let journal = world.sandbox.journal();
    assert!(journal.iter().all(|entry| entry.region == "eu-west-1"));
}

#[test]
fn a_stage_of_an_api_that_is_not_there_is_a_mistake_of_the_manifest() {
    let world = World::new(&MANIFEST.replace("chat-api/prod", "no-such-api/prod"));
    world.apply().ended(1).says("no-such-api");
    assert!(world.take_writes().is_empty());
}
