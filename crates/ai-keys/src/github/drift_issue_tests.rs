//! What counts as the same drift. Opening and closing is tested with the command.

use ai_keys_core::digest::Digest;

use super::*;

fn body(day: &str, run: u64, head: &str, text: &str) -> String {
    let plan = Digest::of_bytes(day.as_bytes());
    let mut marker = CommentMarker::new(MarkerKind::Drift, "prod-1");
    head.clone_into(&mut marker.head);
    marker.run = run;
    marker.plan = Some(plan.clone());
    format!(
        "{}\nplan `{}` for {} at https://github.com/x/{head}: {text} in [run {run}](https://x/runs/{run})",
        marker.render(),
        plan.short(),
        head.get(..7).unwrap()
    )
}

#[test]
fn another_day_and_another_commit_tell_the_same() {
    let first = body("monday", 71, "1111111aaaa", "key alpha is gone");
    let second = body("tuesday", 72, "2222222bbbb", "key alpha is gone");
    assert_ne!(first, second);
    assert!(tells_the_same(&first, &second));
    assert!(tells_the_same(
        &first.replace('\n', "\r\n"),
        &format!("{second}\n")
    ));
}

#[test]
fn other_drift_is_told() {
    let first = body("monday", 71, "1111111aaaa", "key alpha is gone");
    let second = body("monday", 71, "1111111aaaa", "key beta is gone");
    assert!(!tells_the_same(&first, &second));
    assert!(!tells_the_same("", &second));
}
