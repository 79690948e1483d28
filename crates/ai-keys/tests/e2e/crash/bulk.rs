//! A file of many keys, disturbed at every request.

use super::Story;
use crate::bulk::with_keys;
use crate::support::World;

#[test]
fn import() {
    Story {
        name: "make fifty keys with one file",
        before: || World::new(&with_keys(48, "owner = \"team-b\"")),
        ..Story::default()
    }
    .tell();
}
