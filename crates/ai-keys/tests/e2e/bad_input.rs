//! Files that are not what they should be: one clear line or a place, and nothing left behind.

use std::fmt::Write as _;
use std::time::Duration;

use crate::support::{Folder, MANIFEST, Ran, TODAY, World, run_in};

fn validate(text: impl AsRef<[u8]>) -> Ran {
    let folder = Folder::new();
    folder.write("keys.toml", text);
    let ran = run_in(folder.path(), &["validate", "--today", TODAY]);
    assert_eq!(folder.names(), ["keys.toml"], "nothing is left behind");
    assert!(ran.took < Duration::from_secs(20), "{:?}", ran.took);
    ran
}

/// Validation ends with errors, the first of which is about this place.
#[track_caller]
fn is_wrong(text: impl AsRef<[u8]>, at: &str, says: &str) {
    validate(text)
        .ended(1)
        .shows(&format!("--> keys.toml:{at}"))
        .shows(says);
}

#[test]
fn a_manifest_that_is_no_file() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("dir")).unwrap();
    let run = |path: &str| run_in(folder.path(), &["validate", path]).ended(2);
    run("keys.toml").says_in_one_line("there is no file keys.toml");
    run("dir").says_in_one_line("dir is a directory: name the file, such as dir/keys.toml");
    run("").says("error: ");
}

#[cfg(unix)]
#[test]
fn a_manifest_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.write("keys.toml", MANIFEST);
    let path = folder.path().join("keys.toml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&path).is_ok() {
        println!("skipped: this user may read every file");
        return;
    }
    run_in(folder.path(), &["validate"])
        .ended(2)
        .says_in_one_line("keys.toml cannot be read: Permission denied");
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_refused_before_it_can_block() {
    let folder = Folder::new();
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join("keys.toml"))
        .status();
    assert!(made.unwrap().success());
    for words in [
        ["validate", "keys.toml"],
        ["validate", "/dev/zero"],
        ["plan", "keys.toml"],
    ] {
        run_in(folder.path(), &words)
            .ended(2)
            .says_in_one_line("is not a file but a pipe or a device");
    }
    folder.write("good.toml", MANIFEST);
    for flag in ["--live=keys.toml", "--live=/dev/zero"] {
        run_in(folder.path(), &["plan", "good.toml", flag])
            .ended(2)
            .says_in_one_line("is not a file but a pipe or a device");
    }
}

#[test]
fn a_manifest_of_twenty_megabytes() {
    let large = format!("{MANIFEST}{}", "# padding\n".repeat(2 << 20));
    validate(large)
        .ended(1)
        .says_in_one_line("keys.toml is larger than the 8388608 bytes that it may have");
}

#[test]
fn bytes_that_are_not_utf8_have_a_line_and_a_place() {
    let line = MANIFEST.lines().count() + 1;
    let text = [MANIFEST.as_bytes(), b"# caf\xe9\n"].concat();
    validate(text)
        .ended(1)
        .says_in_one_line(&format!("byte 6 of line {line} is 0xe9"));
    let utf_16: Vec<u8> = MANIFEST.encode_utf16().flat_map(u16::to_le_bytes).collect();
    validate([b"\xff\xfe".to_vec(), utf_16].concat())
        .ended(1)
        .says_in_one_line("byte 1 of line 1 is 0xff");
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_fine() {
    let windows = MANIFEST.replace('\n', "\r\n");
    validate(&windows).ended(0);
    validate(format!("\u{feff}{MANIFEST}")).ended(0);
    is_wrong(
        format!("\u{feff}{}", windows.replace("First", "Fi\u{7}rst")),
        "17:",
        "error[AK",
    );
}

#[test]
fn an_empty_file_says_what_is_missing() {
    for empty in ["", "\n", "# nothing\n", "\u{feff}"] {
        validate(empty).ended(1).shows("version");
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow() {
    for (open, close) in [("[", "]"), ("{a=", "}")] {
        let deep = format!(
            "{MANIFEST}x = {}1{}\n",
            open.repeat(100_000),
            close.repeat(100_000)
        );
        validate(deep).ended(1).shows("keys.toml:");
    }
    let dotted = format!("{MANIFEST}{}x = 1\n", "a.".repeat(100_000));
    validate(dotted).ended(1);
    let header = format!("{MANIFEST}[{}x]\n", "a.".repeat(100_000));
    validate(header).ended(1);
}

#[test]
fn a_table_that_stands_twice_is_shown_where_it_stands_again() {
    let line = MANIFEST.lines().count() + 1;
    is_wrong(
        format!("{MANIFEST}[key.alpha]\n"),
        &format!("{line}:"),
        "alpha",
    );
    is_wrong(
        format!("{MANIFEST}owner = \"x\"\n"),
        &format!("{line}:"),
        "owner",
    );
}

#[test]
fn control_characters_are_refused_and_never_printed() {
    for character in ['\u{0}', '\u{7}', '\u{1b}', '\u{7f}', '\u{9b}', '\r'] {
        let text = MANIFEST.replace("First", &format!("Fi{character}rst"));
        let ran = validate(text);
        assert!(
            ran.code == 1 || character == '\u{9b}',
            "{}",
            character.escape_unicode()
        );
        let harmful = |printed: char| printed.is_control() && printed != '\n';
        assert!(!ran.out.contains(harmful), "{:?}", ran.out);
    }
}

#[test]
fn escaped_control_characters_are_refused_too() {
    for escape in ["\\u0000", "\\u001B[2J", "\\n", "\\r::error::x"] {
        let text = MANIFEST.replace("First", &format!("Fi{escape}rst"));
        is_wrong(text, "17:", "error[AK");
    }
}

#[test]
fn characters_that_mislead_the_eye_are_reported() {
    // Right-to-left override; Cyrillic а; zero-width space.
    for hidden in ["\u{202e}", "\u{200b}"] {
        let ran = validate(MANIFEST.replace("First", &format!("Fi{hidden}rst")));
        assert!(!ran.out.contains(hidden), "{}", ran.out);
        assert!(ran.out.contains("[AK"), "{}", ran.out);
    }
    is_wrong(
        MANIFEST.replace("[key.alpha]", "[key.\"\u{430}lpha\"]"),
        "16:",
        "error[AK",
    );
    let ran = validate(MANIFEST.replace("[key.beta]", "[key.a1pha]"));
    ran.shows("alpha");
}

#[test]
fn dates_that_do_not_exist_are_refused() {
    for date in [
        "2026-02-30",
        "2027-02-29",
        "2026-13-01",
        "2026-00-00",
        "20260101",
        "9999-99-99",
    ] {
        let text = MANIFEST.replace(
            "owner = \"team-a\"\n\n",
            &format!("owner = \"team-a\"\nexpires = {date}\n\n"),
        );
        is_wrong(text, "19:", "error[AK");
    }
    for day in ["2026-02-30", "today", "", "-1"] {
        run_in(Folder::new().path(), &["validate", "--today", day]).ended(2);
    }
}

#[test]
fn numbers_out_of_range_are_refused() {
    let huge = "9".repeat(400);
    for rate in [
        "-1", "-0.5", "1e400", "nan", "inf", &huge, "0x", "1__0", "true", "\"10\"",
    ] {
        is_wrong(
            MANIFEST.replace("rate = 10", &format!("rate = {rate}")),
            "13:",
            "error[AK",
        );
    }
    for burst in ["-1", "2147483648", "1.5"] {
        is_wrong(
            MANIFEST.replace("burst = 20", &format!("burst = {burst}")),
            "13:",
            "error[AK",
        );
    }
}

#[test]
fn thousands_of_mistakes_are_counted_and_a_hundred_drawn() {
    let mut text = MANIFEST.to_owned();
    for number in 0..9_000 {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n[key.k-{number}]\nownr = \"a\"\n");
    }
    let ran = validate(&text).ended(1);
    assert_eq!(ran.out.matches("--> ").count(), 100);
    ran.shows("... and 8900 more")
        .shows("keys.toml: 9000 errors");
}

#[test]
fn errors_are_drawn_before_warnings_are() {
    let mut text = MANIFEST.to_owned();
    for number in 0..200 {
        let _ = write!(text, "\n[key.k-{number}]\nusage-plans = []\n");
    }
    text.push_str("\n[key.last]\nownr = \"a\"\n");
    validate(&text)
        .ended(1)
        .shows("`[key.last]` has no field `ownr`")
        .shows("more, which");
}

#[test]
fn a_line_that_no_terminal_shows_is_not_drawn() {
    let long = format!("{MANIFEST}x = \"{}\"\n", "y".repeat(1 << 20));
    let ran = validate(long).ended(1);
    assert!(ran.out.len() < 2_000, "{} bytes", ran.out.len());
}

#[test]
fn a_snapshot_that_is_none() {
    let world = World::new(MANIFEST);
    for garbage in [
        "",
        "{",
        "[]",
        "{\"format\":99}",
        "null",
        "\u{0}",
        "{\"format\":1}",
    ] {
        world.folder.write("live.json", garbage);
        world
            .plan(&["--live", "live.json"])
            .ended(2)
            .says_in_one_line("live.json: ");
    }
    world
        .plan(&["--live", "none.json"])
        .ended(2)
        .says_in_one_line("there is no file none.json");
    assert!(world.take_calls().is_empty());
}

#[test]
fn a_file_that_cannot_be_written_leaves_nothing_behind() {
    let world = World::new(MANIFEST);
    std::fs::create_dir(world.folder.path().join("dir")).unwrap();
    for out in ["no/such/dir/out.json", "dir", "keys.toml/out.json"] {
        world
            .plan(&["--out", out])
            .ended(2)
            .says_in_one_line(&format!("{out} cannot be written"));
        world
            .run(&["snapshot", "--out", out])
            .ended(2)
            .says_in_one_line(&format!("{out} cannot be written"));
    }
    assert_eq!(world.folder.names(), ["dir", "keys.toml"]);
}

/// A pull request may bring a file of any name.
#[cfg(unix)]
#[test]
fn a_file_name_is_no_command_to_a_runner() {
    let folder = Folder::new();
    let name = "a\n::error::b\u{1b}[2J.toml";
    folder.write(name, MANIFEST.replace("owner", "ownr"));
    for format in ["human", "json", "github", "sarif"] {
        let ran = run_in(folder.path(), &["validate", "--format", format, name]).ended(1);
        let is_ours = |line: &str| !line.starts_with("::error::b");
        assert!(ran.out.lines().all(is_ours), "{format}: {}", ran.out);
        assert!(!ran.out.contains('\u{1b}'), "{format}: {}", ran.out);
    }
    let missing = run_in(folder.path(), &["validate", "b\n::error::c"]).ended(2);
    assert_eq!(missing.err.lines().count(), 1, "{}", missing.err);
}

#[test]
fn an_id_that_may_be_a_value_is_underlined_and_not_drawn() {
    let id = "abcdefghij0123456789abcde";
    let ran = validate(format!(
        "version = 1\nnamespace = \"a\"\n[key.a]\nadopt = \"{id}\"\n"
    ));
    let ran = ran.ended(1).shows("error[AK117]");
    assert!(!ran.out.contains(id), "{}", ran.out);
}
