//! `validate --fix`: what is certain is repaired in the file, and nothing else is touched.

use crate::support::{Folder, TODAY, run_in};

const SLIPS: &str = "#:schema keys.schema.json\nnamespace = \"acme\"  # ours\n\n[target.prod]\nprovider = \"aws-api-gateway\"\nregion   = \"eu-west-1\"\naccount  = 123456789012 # twelve\n\n[key.web]\nEnabled = \"False\" # off\nowneer = \"team\"\n";

#[test]
fn certain_repairs_are_made_and_said_and_a_guess_is_left() {
    let folder = Folder::new();
    folder.write("keys.toml", SLIPS);
    let fix = || run_in(folder.path(), &["validate", "--fix", "--today", TODAY]);
    fix()
        .ended(1)
        .shows("keys.toml: 4 repairs\n")
        .shows("  AK004 line 2: added version = 1\n")
        .shows("  AK003 line 8: 123456789012 → \"123456789012\"\n")
        .shows("  AK002 line 11: Enabled → enabled\n")
        .shows("  AK003 line 11: \"False\" → false\n")
        .shows("did you mean `owner`?");
    let repaired = SLIPS
        .replace("namespace", "version = 1\nnamespace")
        .replace("123456789012", "\"123456789012\"")
        .replace("Enabled = \"False\"", "enabled = false");
    assert_eq!(folder.read("keys.toml"), repaired);
    fix()
        .ended(1)
        .shows("keys.toml: no repair is certain: nothing was changed\n");
    assert_eq!(folder.read("keys.toml"), repaired);
    assert_eq!(folder.names(), ["keys.toml"], "nothing is left behind");
}

#[test]
fn repairs_are_for_a_person() {
    let folder = Folder::new();
    folder.write("keys.toml", SLIPS);
    for format in ["json", "github", "sarif"] {
        run_in(folder.path(), &["validate", "--fix", "--format", format])
            .ended(2)
            .says_in_one_line("--fix works with --format human only");
    }
    assert_eq!(folder.read("keys.toml"), SLIPS);
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_a_file_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    folder.write("real.toml", SLIPS);
    let real = folder.path().join("real.toml");
    let link = folder.path().join("keys.toml");
    std::os::unix::fs::symlink("real.toml", &link).unwrap();
    let set =
        |mode| std::fs::set_permissions(&real, std::fs::Permissions::from_mode(mode)).unwrap();
    set(0o440);
    run_in(folder.path(), &["validate", "--fix"])
        .ended(2)
        .says_in_one_line("keys.toml cannot be written");
    assert_eq!(folder.read("real.toml"), SLIPS);
    set(0o640);
    run_in(folder.path(), &["validate", "--fix"]).ended(1);
    assert!(link.is_symlink());
    assert_ne!(folder.read("real.toml"), SLIPS);
    let mode = std::fs::metadata(&real).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}
