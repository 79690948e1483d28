//! Requests are tested with the command, `tests/e2e/action/requests.rs`; here is what has no words there.

use super::*;

#[test]
fn roles_are_told_from_other_texts() {
    for role in [
        "arn:aws:iam::123456789012:role/ai-keys",
        "arn:aws-cn:iam::123456789012:role/path/to/ai-keys@x",
    ] {
        assert!(is_role(role), "{role}");
    }
    for other in [
        "",
        "ai-keys",
        "arn:aws:iam::123456789012:role/",
        "arn:aws:iam::123456789012:user/x",
        "arn:aws:iam::12345678901:role/x",
        "arn:aws:sts::123456789012:assumed-role/x/y",
        "arn:aws:iam::123456789012:role/x\n",
        "arn:aws:iam::123456789012:role/x y",
    ] {
        assert!(!is_role(other), "{other}");
    }
}

#[test]
fn the_workflow_is_a_path_without_repository_and_branch() {
    let event: Event = serde_json::from_value(serde_json::json!({
        "name": "push", "repository": "acme/keys", "default-branch": "main",
        "ref": "refs/heads/main", "sha": "a", "head-sha": "a", "pull-request": null,
        "run-id": 1, "run-attempt": 1, "actor": "octocat", "today": null,
        "workflow-ref": "acme/keys/.github/workflows/keys.yml@refs/heads/main@x",
    }))
    .unwrap();
    assert_eq!(event.workflow(), ".github/workflows/keys.yml");
    assert_eq!(event.branch(), Some("main"));
}
