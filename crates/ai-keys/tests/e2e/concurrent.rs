//! Fault 8: two runs at once, such as two CI jobs.

use crate::support::{MANIFEST, TODAY, World};

#[test]
fn two_applies_at_once_end_in_one_key_for_each_entry() {
    let world = World::new(MANIFEST);
    let words = ["apply", "--yes", "--today", TODAY];
    let runs = [world.start(&words), world.start(&words)];
    for run in runs {
        let ran = world.seen(run.end());
        assert!(matches!(ran.code, 0 | 1 | 4), "{}{}", ran.out, ran.err);
    }
    // Each process keeps to the budget, and knows nothing of the other.
    world.take_calls();
    // Doubles, if any, are seen by their markers, and go.
    world.apply_acknowledged(TODAY).ended(0);
    world.apply_acknowledged("2027-01-31").ended(0);
    world.settles();
}
