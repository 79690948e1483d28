//! `ai-keys import`: a manifest that takes over what is live already.

mod choose;
mod place;

use std::collections::BTreeMap;
use std::path::Path;

use ai_keys_core::compose::{Composed, Composition, compose};
use ai_keys_core::state::{Handle, LiveState};
use zeroize::Zeroizing;

use super::args::Import;
use super::manifest_file::{read_json, shown};
use super::{Run, RunError, new_manifest};
use crate::exit::ExitCode;
use crate::import::{self, Found, Handover};
use crate::output::untrusted;
use choose::{Choice, choose};

pub(super) async fn run(args: &Import, run: &Run) -> Result<ExitCode, RunError> {
    new_manifest::check_name("namespace", &args.namespace)?;
    new_manifest::check_name("target", &args.target)?;
    new_manifest::check_absent(&args.out)?;
    let found = args
        .from
        .as_deref()
        .map(|path| read(path, run))
        .transpose()?;
    let live = Box::pin(place::live_state(args, found.as_ref(), run)).await?;
    write(args, found.as_ref(), &live, run)?;
    Ok(ExitCode::Done)
}

/// Writes the manifest of what is live, and says what was done.
pub(super) fn write(
    args: &Import,
    found: Option<&Found>,
    live: &LiveState,
    run: &Run,
) -> Result<(), RunError> {
    let Choice {
        keys,
        usage_plans,
        notes,
        named,
    } = choose(args, found, live)?;
    let composed = compose(&Composition {
        live,
        namespace: &args.namespace,
        target: &args.target,
        keys,
        usage_plans,
        knows_memberships: !found.is_some_and(|found| place::is_described(args, found)),
        refers_to_usage_plans: args.keys_only,
        origins: found.map(origins).unwrap_or_default(),
    });
    // Names and descriptions could quote a value that somebody put there.
    new_manifest::write(&args.out, &run.output.scrub(&composed.text))?;
    report(args, found, &composed, (&notes, &named), run);
    Ok(())
}

fn read(path: &Path, run: &Run) -> Result<Found, RunError> {
    // Overwritten when it was read: it may hold values.
    let text = Zeroizing::new(read_json(path)?);
    let found = import::read(&text, &run.output)
        .map_err(|error| RunError::Unfit(format!("{}: {error}", shown(path))))?;
    if found.values_in_clear > 0 {
        run.output.notice(&format!(
            "warning: {} holds {} in clear text, and so does every copy of it; none of them is kept here",
            shown(path),
            counted(found.values_in_clear, "key value")
        ));
    }
    Ok(found)
}

fn origins(found: &Found) -> BTreeMap<Handle, String> {
    let keys = found
        .keys
        .iter()
        .map(|(handle, object)| (handle, &object.address));
    let usage_plans = found.usage_plans.iter();
    keys.chain(usage_plans.map(|(handle, object)| (handle, &object.address)))
        .map(|(handle, address)| (handle.clone(), address.whole.clone()))
        .collect()
}

fn report(
    args: &Import,
    found: Option<&Found>,
    composed: &Composed,
    (notes, named): (&[String], &[Option<Handle>]),
    run: &Run,
) {
    let composed_notes = composed.notes.iter().map(ToString::to_string);
    for note in notes.iter().cloned().chain(composed_notes) {
        run.output.notice(&format!("note: {}", untrusted(&note)));
    }
    let path = shown(&args.out);
    run.output.notice(&format!(
        "wrote {path}: {} and {}; next: ai-keys plan {path}",
        counted(composed.keys.len(), "key"),
        counted(composed.usage_plans.len(), "usage plan"),
    ));
    let Some(found) = found else { return };
    let is_taken = |handle: &Handle| {
        composed.keys.contains_key(handle)
            || (!args.keys_only && composed.usage_plans.contains_key(handle))
    };
    let named = found.named.iter().zip(named);
    let named = named.filter(|(_, handle)| handle.as_ref().is_some_and(is_taken));
    let named = named.map(|(named, _)| &named.address);
    let words = Handover::new(found, is_taken, named).in_words();
    for line in words.lines() {
        run.output.print(&format!("{}\n", untrusted(line)));
    }
}

fn counted(number: usize, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}
