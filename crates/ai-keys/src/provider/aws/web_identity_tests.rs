//! What STS takes. Lending a role is tested with the command, against the sandbox and moto.

use super::*;

#[test]
fn every_refusal_says_what_to_look_at() {
    assert!(help("AccessDenied").contains("`sub`"));
    assert!(help("InvalidIdentityToken").contains("`iss`"));
    assert!(!help("something new").is_empty());
}
