//! What STS takes. Lending a role is tested with the command, against the sandbox and moto.

use super::*;

#[test]
fn a_session_is_named_as_sts_takes_it() {
    assert_eq!(
        session_name("ai-keys-acme/keys-500"),
        "ai-keys-acme-keys-500"
    );
    assert_eq!(session_name(""), "--");
    let long = session_name(&format!("ai-keys-{}/Zürich-18273645", "a".repeat(80)));
    assert_eq!(long.len(), 64);
    assert!(long.ends_with("-Z-rich-18273645"), "{long}");
}

#[test]
fn every_refusal_says_what_to_look_at() {
    assert!(help("AccessDenied").contains("`sub`"));
    assert!(help("InvalidIdentityToken").contains("`iss`"));
    assert!(!help("something new").is_empty());
}
