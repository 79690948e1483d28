//! Starts other programs.

use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context as _, Result, anyhow, bail};

/// Runs a program silently and returns its standard output.
///
/// # Errors
/// Everything that the program printed, if it cannot be started or fails.
pub(crate) fn quiet(command: &mut Command) -> Result<String> {
    let line = command_line(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{line}`"))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    bail!(
        "`{line}` {}\n{}{}",
        ended(output.status),
        stdout,
        stderr.trim_end()
    )
}

/// Runs a program as [`quiet`] does; where it fails, ends what it printed with a piece of advice.
///
/// # Errors
/// As [`quiet`].
pub(crate) fn quiet_with_advice(command: &mut Command, advice: &str) -> Result<String> {
    quiet(command).map_err(|error| anyhow!("{error:#}\n{advice}"))
}

/// Runs a program whose output goes where ours goes.
///
/// # Errors
/// If the program cannot be started or fails.
pub(crate) fn loud(command: &mut Command) -> Result<()> {
    let line = command_line(command);
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` {}", ended(status));
    }
    Ok(())
}

/// Returns the command as a person would type it.
pub(crate) fn command_line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_stem().unwrap_or(command.get_program());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("failed with exit code {code}"),
        None => "was ended by a signal".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_reads_as_it_is_typed() {
        let mut command = Command::new("/some/where/cargo");
        command.args(["fmt", "--check"]);
        assert_eq!(command_line(&command), "cargo fmt --check");
    }

    #[test]
    fn advice_comes_last() {
        let error = quiet_with_advice(&mut Command::new("no-such-program-anywhere"), "install it")
            .unwrap_err();
        assert!(error.to_string().ends_with("\ninstall it"));
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = quiet(&mut Command::new("no-such-program-anywhere")).unwrap_err();
        assert_eq!(error.to_string(), "cannot start `no-such-program-anywhere`");
    }
}
