//! What a test cannot run without.

/// Says aloud that a test is skipped because something is not installed.
///
/// On CI that is a failure: `.ci/run` installs it, so a skip there would hide that it stopped.
pub(crate) fn skip(missing: &str) {
    assert!(
        std::env::var_os("CI").is_none(),
        "{missing}, and CI installs it"
    );
    println!("skipped: {missing}");
}
