//! `ai-keys reveal`: one value, for a person at a terminal.
//!
//! The value goes to the controlling terminal itself, not to standard output:
//! what is piped, redirected or logged never holds it, and neither do our
//! streams, which scrub every value that this process has seen.

use std::fs::OpenOptions;
use std::io::{IsTerminal as _, Write as _};

use ai_keys_core::manifest::visible;
use ai_keys_core::state::{Handle, Liveness, MarkerDate};
use zeroize::Zeroizing;

use super::args::{Reveal, Scope};
use super::confirm::ask;
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
    let scope = Scope {
        manifest: args.manifest.clone(),
        targets: args.target.iter().cloned().collect(),
        sandbox: args.sandbox.clone(),
    };
    let mut desired = desired_states(&manifest, &scope)?;
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
    ask(
        &format!("show the value of {what} on this terminal? Only \"yes\" does it: "),
        "nothing was shown",
        run,
    )
    .await?;
    let value = target.account().writer().read_value(&id).await?;
    // Not a notice: `--quiet` does not silence it.
    run.output.error(&format!(
        "reveal: {} saw the value of {what}",
        untrusted(&who)
    ));
    show(&value).map_err(|error| RunError::System(format!("there is no terminal: {error}")))?;
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
fn show(value: &Secret) -> std::io::Result<()> {
    let mut line = Zeroizing::new(String::with_capacity(value.expose().len() + 1));
    line.push_str(value.expose());
    line.push('\n');
    let mut terminal = OpenOptions::new().write(true).open(TERMINAL)?;
    terminal.write_all(line.as_bytes())
}
