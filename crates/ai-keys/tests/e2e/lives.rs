//! Commands about the lives of keys: `rotate`, `timeline`, and `reveal` where no person watches.

use crate::support::{MANIFEST, TODAY, World, finish};

#[test]
fn a_value_is_not_shown_where_no_person_watches() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.take_calls();
    world
        .run(&["reveal", "alpha"])
        .ended(5)
        .says("to a person at a terminal only");
    let mut in_ci = world.command(&["reveal", "alpha"]);
    let ran = finish(in_ci.env("CI", "true")).ended(5);
    ran.says("values are not shown in CI");
    assert!(world.take_calls().is_empty(), "nothing was asked");
}

#[test]
fn a_person_gives_one_key_a_new_value_and_the_rest_is_left_alone() {
    let world = World::new(MANIFEST);
    world.apply().ended(0);
    world.edit("Second", "Changed");
    let rotate = ["rotate", "alpha", "--yes", "--today", TODAY];
    let ran = world.run(&rotate).ended(0);
    ran.shows("create  key alpha#2")
        .says("1 other change(s) of target `prod` are pending");
    let of_alpha = |world: &World| {
        let keys = world.keys().into_iter();
        let ours = keys.filter(|key| key.name.as_deref() == Some("alpha"));
        ours.map(|key| key.enabled)
            .filter(|enabled| *enabled)
            .count()
    };
    assert_eq!(of_alpha(&world), 2, "both work during the overlap");
    let second = world.key("beta").description.unwrap();
    assert!(second.starts_with("Second "), "{second}");

    let revoke = ["rotate", "alpha", "--revoke", "--yes", "--today", TODAY];
    world
        .run(&revoke)
        .ended(0)
        .shows("revoked: callers are answered 403");
    assert_eq!(of_alpha(&world), 1, "only the newest works");
    world.settles();
    assert_eq!(of_alpha(&world), 1, "nothing revoked comes back");
    world
        .run(&["rotate", "nobody", "--yes"])
        .ended(2)
        .says("no chosen target has a key `nobody`");
}

#[test]
fn lives_are_drawn_from_the_account_from_a_snapshot_and_from_the_manifest_alone() {
    let world = World::new(&MANIFEST.replace(
        "description = \"First\"",
        "description = \"First\"\nrotate = { every = \"90d\" }",
    ));
    world.apply().ended(0);
    world.run(&["snapshot", "--out", "live.json"]).ended(0);
    for more in [&[][..], &["--live", "live.json"], &["--offline"]] {
        let words = [&["timeline", "--today", TODAY], more].concat();
        world.run(&words).ended(0).shows("2027-02-21 new value");
    }
    let json = world
        .run(&["timeline", "--today", TODAY, "--format", "json"])
        .ended(0);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["targets"][0]["lives"][0]["key"], "alpha");
    let mermaid = ["timeline", "--today", TODAY, "--format", "mermaid"];
    world.run(&mermaid).ended(0).shows("gantt");
}
