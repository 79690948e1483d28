//! `ai-keys reveal`: one value, for a person at a terminal.
//!
//! The question and the value go to the controlling terminal itself, not to
//! our streams: what is piped, redirected or logged never holds the value, and
//! standard error, which says who saw which key, can be kept in a file.

use std::fs::OpenOptions;
use std::io::{IsTerminal as _, Write as _};

use ai_keys_core::manifest::visible;
use ai_keys_core::state::{Handle, Liveness, MarkerDate};
use zeroize::Zeroizing;

use super::args::Reveal;
use super::confirm::answer;
use super::manifest_file::read_manifest;
use super::targets::{Opened, desired_states, open};
use super::{Run, RunError, validate};
use crate::exit::ExitCode;
use crate::output::untrusted;
use crate::provider::aws::Observed;
use crate::secret::Secret;

/// Where a person sits, whatever the streams of the process are.
const TERMINAL: &str = if cfg!(windows) { "CONOUT$" } else { "/dev/tty" };

pub(super) async fn run(args: &Reveal, run: &Run) -> Result<ExitCode, RunError> {
    refuse_without_a_person()?;
    let file = read_manifest(&args.manifest)?;
    let manifest = validate::require_valid(&file, validate::day(None)?, run)?;
    let mut desired = desired_states(&manifest, args.target.as_slice())?;
    desired.retain(|desired| desired.keys.contains_key(&args.key));
    let key = untrusted(&args.key).to_string();
    if desired.is_empty() {
        return Err(RunError::Usage(format!(
            "the manifest has no key `{key}` there"
        )));
    }
    if desired.len() > 1 {
        let names: Vec<&str> = desired.iter().map(|d| d.target.as_str()).collect();
        return Err(RunError::Usage(format!(
            "key `{key}` has a value in each of {}: say --target",
            names.join(", ")
        )));
    }
    let (opened, _stand) = open(desired, args.sandbox.as_deref(), run).await?;
    let Some(target) = opened.first() else {
        return Err(RunError::Usage("there is no target".to_owned()));
    };
    let observed = target.observe().await?;
    let Some((id, generation)) = newest(&observed, target, &args.key) else {
        return Err(RunError::Refused(format!(
            "key `{key}` has no value that works in target `{}`",
            target.desired.target
        )));
    };
    let who = target.account().caller().await?;
    let what = format!(
        "{}/{}#{generation} of target {} ({} {})",
        target.desired.namespace,
        visible(&args.key),
        target.desired.target,
        observed.live.account,
        observed.live.region
    );
    let question = format!("show the value of {what} on this terminal? Only \"yes\" does it: ");
    write_to_terminal(&question)?;
    answer("nothing was shown", run).await?;
    let value = target.account().writer().read_value(&id).await?;
    // Not a notice: `--quiet` does not silence it.
    run.output.error(&format!(
        "reveal: {} saw the value of {what}",
        untrusted(&who)
    ));
    show(&value)?;
    Ok(ExitCode::Done)
}

/// Refuses where nobody watches, or where what is watched is kept.
fn refuse_without_a_person() -> Result<(), RunError> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("CI") || is_set("GITHUB_ACTIONS") {
        return Err(RunError::Refused(
            "values are not shown in CI: deliver them to a secret store".to_owned(),
        ));
    }
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Err(RunError::Refused(
            "values are shown to a person at a terminal only: this is none".to_owned(),
        ));
    }
    Ok(())
}

/// Returns the id and the generation of the newest value that works.
fn newest(observed: &Observed, target: &Opened, key: &str) -> Option<(String, u32)> {
    let ours = observed.live.keys.iter().filter_map(|(handle, live)| {
        let marker = live.marker.as_ref()?;
        let is_it = marker.namespace == target.desired.namespace
            && marker.name == key
            && live.liveness == Liveness::Active
            && marker.date(MarkerDate::Revoked).is_none();
        is_it.then_some((marker.generation, handle))
    });
    let (generation, handle): (u32, &Handle) = ours.max()?;
    Some((observed.key_ids.get(handle)?.clone(), generation))
}

/// Writes the value to the terminal, once.
fn show(value: &Secret) -> Result<(), RunError> {
    let mut line = Zeroizing::new(String::with_capacity(value.expose().len() + 1));
    line.push_str(value.expose());
    line.push('\n');
    write_to_terminal(&line)
}

fn write_to_terminal(text: &str) -> Result<(), RunError> {
    let terminal = OpenOptions::new().write(true).open(TERMINAL);
    let written = terminal.and_then(|mut terminal| terminal.write_all(text.as_bytes()));
    written.map_err(|error| RunError::System(format!("there is no terminal: {error}")))
}
