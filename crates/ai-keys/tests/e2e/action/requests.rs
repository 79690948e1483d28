//! Requests that cannot be used: a plain line, exit 2, and nothing of the document in it.

use serde_json::{Value, json};

use super::step::{Site, TOKEN};
use crate::support::{MANIFEST, Running};

#[track_caller]
fn refused(site: &Site, text: &str, why: &str) {
    let ran = Running::start_reading(&mut site.command(text)).end();
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert_eq!(ran.err, "");
    assert!(ran.out.contains(why), "no `{why}` in {}", ran.out);
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    assert!(
        !ran.out.contains(TOKEN) && !ran.out.contains("sEcReT"),
        "{}",
        ran.out
    );
    assert!(site.github.state().journal.is_empty());
}

#[test]
fn a_request_that_is_not_of_the_form_is_refused_without_quoting_it() {
    let site = Site::new(MANIFEST);
    let form = "it is not a document of format 1, see line 1";
    for text in [
        "",
        "{",
        "[]",
        "null",
        "{\"format\":1,\"version\":",
        "sEcReT",
    ] {
        refused(&site, text, form);
    }
    let with = |change: &dyn Fn(&mut Value)| {
        let mut request = site.request("plan");
        change(&mut request);
        request.to_string()
    };
    for change in [
        &(|request: &mut Value| request["sEcReT"] = json!(1)) as &dyn Fn(&mut Value),
        &|request| request["event"]["sEcReT"] = json!(1),
        &|request| request["github"] = json!(TOKEN),
        &|request| request["github"]["token"] = json!([TOKEN]),
        &|request| request["event"]["run-id"] = json!("sEcReT"),
        &|request| request["command"] = json!("sEcReT"),
        &|request| request["comment"] = json!(true),
        &|request| drop(request.as_object_mut().unwrap().remove("ack")),
        &|request| drop(request["github"].as_object_mut().unwrap().remove("api-url")),
    ] {
        refused(&site, &with(change), form);
    }
}

#[test]
fn a_request_that_asks_for_what_cannot_be_is_refused() {
    let site = Site::new(MANIFEST);
    std::os::unix::fs::symlink("/etc/hostname", site.world.folder.path().join("link.toml"))
        .unwrap();
    let cases: &[(&str, Value, &str)] = &[
        ("/format", json!(2), "dist is out of step"),
        ("/version", json!("0.0.9"), "it is of version 0.0.9"),
        ("/manifests", json!([]), "it names no manifest"),
        (
            "/manifests/0",
            json!("../keys.toml"),
            "is not inside the workspace",
        ),
        (
            "/manifests/0",
            json!("/etc/passwd"),
            "is not inside the workspace",
        ),
        (
            "/manifests/0",
            json!("link.toml"),
            "is not inside the workspace",
        ),
        ("/workspace", json!("here"), "must be absolute"),
        (
            "/event/repository",
            json!("acme/keys/../../user"),
            "must be owner/name",
        ),
        ("/event/sha", json!("main"), "must be commits"),
        (
            "/github/api-url",
            json!("http://api.github.com"),
            "must be an https address",
        ),
        (
            "/github/api-url",
            json!("https://sEcReT@evil.example"),
            "must be an https address",
        ),
        ("/aws-role", json!("sEcReT"), "must be the ARN of a role"),
        (
            "/aws-role",
            json!("arn:aws:iam::123456789012:role/x"),
            "id-token: write",
        ),
    ];
    for (place, value, why) in cases {
        let mut request = site.request("plan");
        *request.pointer_mut(place).unwrap() = value.clone();
        refused(&site, &request.to_string(), why);
    }
}

#[test]
fn a_request_that_is_too_large_is_not_read_to_its_end() {
    let site = Site::new(MANIFEST);
    let text = format!("{{\"format\": 1, \"version\": \"{}\"", "x".repeat(2 << 20));
    refused(&site, &text, "it has more than 1048576 bytes");
}

#[test]
fn a_manifest_that_is_not_there_is_an_error_of_that_manifest() {
    let site = Site::new(MANIFEST);
    let mut request = site.request("plan");
    request["manifests"] = json!(["keys.toml", "missing.toml"]);
    let done = site.run(&request).ended(2).logs("there is no file");
    done.says("create", "3").says("failure-reason", "validate");
}
