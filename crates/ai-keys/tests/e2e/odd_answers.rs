//! Answers that no client expects: redirects, bytes that are no JSON, and bodies that never end.

use std::net::TcpListener;

use ai_keys_sandbox::{Act, FaultRule, Turn};

use crate::support::{MANIFEST, World};

/// The body of a create holds the value: it is sent to nobody else.
#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let url = format!("http://{}/apikeys", elsewhere.local_addr().unwrap());
    let world = World::new(MANIFEST);
    for operation in [
        "CreateApiKey",
        "UpdateApiKey",
        "GetApiKeys",
        "GetCallerIdentity",
    ] {
        let redirect = FaultRule::on(operation, Act::Redirect(url.clone()));
        world.faults(vec![redirect]);
        let ran = world.apply();
        assert!(matches!(ran.code, 0 | 4 | 6), "{}{}", ran.out, ran.err);
    }
    let came = elsewhere.accept().map(drop);
    assert!(came.is_err(), "nobody was asked there");
    world.settles();
}

#[test]
fn an_answer_that_cannot_be_read_is_looked_up() {
    for operation in ["CreateApiKey", "CreateUsagePlan", "CreateUsagePlanKey"] {
        let world = World::new(MANIFEST);
        world.faults(vec![
            FaultRule::on(operation, Act::Garble).turn(Turn::Nth(1)),
        ]);
        world.apply().ended(0).shows("applied 5 of 5");
        assert_eq!(world.keys().len(), 2);
        world.settles();
    }
    let world = World::new(MANIFEST);
    world.faults(vec![FaultRule::on("GetApiKeys", Act::Garble)]);
    world.plan(&[]).ended(6).says_in_one_line("GetApiKeys");
}

/// Ten seconds for one answer, and not as long as its bytes keep coming.
#[test]
fn an_answer_that_drips_is_given_up_and_looked_up() {
    let world = World::new(MANIFEST);
    world.faults(vec![
        FaultRule::on("CreateApiKey", Act::Drip(1_000)).turn(Turn::Nth(1)),
    ]);
    world.apply().ended(0).shows("applied 5 of 5");
    assert_eq!(world.keys().len(), 2);
    world.settles();
}
