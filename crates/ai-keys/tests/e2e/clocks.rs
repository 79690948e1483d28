//! Fault 25: clocks that are wrong, jump back, or stand in another time zone.

use ai_keys_sandbox::{Act, FaultRule, Refusal};

use crate::support::{MANIFEST, TODAY, World, finish};

const ROTATED: &str = "2027-02-21";

fn rotating() -> World {
    let one = MANIFEST.split("\n[key.beta]").next().unwrap();
    World::at_hand(&one.replace(
        "description = \"First\"",
        "description = \"First\"\nrotate = { every = \"90d\", overlap = \"7d\" }\ndeliver = [{ to = \"ssm\", name = \"/ai/{key}\" }]",
    ))
}

#[test]
fn a_host_whose_clock_is_off_is_told_so_and_asks_once() {
    let world = World::new(MANIFEST);
    for message in [
        "Signature expired: 20261123T120000Z is now earlier than 20261123T121500Z (20261123T122000Z - 5 min.)",
        "Signature not yet current: 20261123T123000Z is still later than 20261123T122500Z",
    ] {
        let refusal = Refusal {
            status: 403,
            code: "InvalidSignatureException".to_owned(),
            message: message.to_owned(),
        };
        world.faults(vec![FaultRule::everywhere(Act::Refuse(refusal))]);
        world
            .plan(&[])
            .ended(6)
            .says_in_one_line("has a signature with the wrong time")
            .says("set this machine's clock");
        assert_eq!(world.take_calls().len(), 1, "a 403 is never repeated");
    }
    world.settles();
}

#[test]
fn a_clock_that_jumps_back_inside_a_rotation_rotates_nothing_again() {
    let world = rotating();
    world.apply().ended(0);
    world.sandbox.clock().set_date(ROTATED).unwrap();
    world.apply_on(ROTATED).ended(0);
    let keys = world.keys();
    assert_eq!(keys.len(), 2);
    world.take_calls();
    for back in ["2027-02-20", "2027-02-14", "2026-12-01"] {
        world.apply_on(back).ended(0);
        assert_eq!(world.keys().len(), 2, "{back}");
        let values = |keys: &[ai_keys_sandbox::KeyRecord]| -> Vec<String> {
            keys.iter().map(|key| key.value.clone()).collect()
        };
        assert!(values(&world.keys()) == values(&keys), "{back}");
    }
    world.settles_on(ROTATED, 90);
}

/// The cloud's own date lies in the future, as seen from here.
#[test]
fn a_key_that_is_younger_than_today_is_not_rotated() {
    let world = rotating();
    world.sandbox.clock().set_date("2026-12-05").unwrap();
    world.apply().ended(0);
    for day in [TODAY, "2026-12-01", "2027-02-20"] {
        world.apply_on(day).ended(0).shows("no changes");
    }
    let ripe = "2027-03-06";
    world.sandbox.clock().set_date(ripe).unwrap();
    world.apply_on(ripe).ended(0);
    assert_eq!(
        world.keys().len(),
        2,
        "once, when both dates are ninety days old"
    );
    world.settles_on(ripe, 60);
}

/// Days are days of UTC: where a machine stands, and whether it is summer there, changes nothing.
#[test]
fn the_time_zone_of_the_machine_changes_nothing() {
    let world = rotating();
    world.apply().ended(0);
    let plan = |zone: &str| {
        let mut command = world.command(&["plan", "--format", "json"]);
        world.seen(finish(command.env("TZ", zone)).ended(0)).out
    };
    let here = plan("UTC");
    for zone in [
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "Europe/Berlin",
        "EST5EDT,M3.2.0,M11.1.0",
    ] {
        assert_eq!(plan(zone), here, "{zone}");
    }
    world.settles();
}
