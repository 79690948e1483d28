//! `ai-keys disable`: keys stop working at once, for a leak.
//!
//! Not an apply: the manifest still wants them to work, and the next apply
//! makes them, until it says `enabled = false`.

use std::path::Path;

use ai_keys_core::manifest::visible;
use ai_keys_core::plan::{Plan, Whose, plan_disable};
use ai_keys_core::source::Source;

use super::apply::{Carried, Ready, carry_out, unacknowledged};
use super::args::Disable;
use super::confirm::ask;
use super::manifest_file::{ManifestFile, read_manifest, rewrite_whole};
use super::plan::human;
use super::switched_off::{self, SwitchedOff};
use super::targets::{Opened, at_once, desired_states, open};
use super::{ERROR, Run, RunError, today, validate};
use crate::exit::ExitCode;
use crate::output::{Stream, untrusted};

pub(super) async fn run(args: &Disable, run: &Run) -> Result<ExitCode, RunError> {
    let whose = whose(args);
    let file = read_manifest(&args.manifest)?;
    let day = today()?;
    let manifest = validate::require_valid(&file, day, run)?;
    let desired = desired_states(&manifest, &args.place.targets)?;
    let (opened, _stand) = open(desired, args.place.sandbox.as_deref(), run).await?;
    let observed = at_once(&opened, Opened::observe_account).await;
    let mut ready = Vec::new();
    // A target that cannot be read must not keep the others' keys working.
    let mut unread = Vec::new();
    for (opened, observed) in opened.into_iter().zip(observed) {
        let observed = match observed {
            Ok(observed) => observed,
            Err(error) => {
                unread.push((opened.desired.target, error));
                continue;
            }
        };
        let source = Source::new(&file.text);
        let plan = plan_disable(&opened.desired, &observed.live, &whose, day, &source);
        ready.push(Ready {
            plan,
            opened,
            observed,
        });
    }
    if (ready.is_empty() || run.stop.is_requested())
        && let Some((_, error)) = unread.pop()
    {
        return Err(error);
    }
    tell_unread(&unread, run);
    let is_known = |plan: &Plan| !plan.is_empty() || plan.counts.unchanged_keys > 0;
    if !ready.iter().any(|target| is_known(&target.plan)) {
        let whose = whose.to_string();
        let whose = untrusted(&whose);
        return Err(RunError::Usage(format!(
            "no chosen target has a key of ours that is meant by `{whose}`"
        )));
    }
    for (number, target) in ready.iter().enumerate() {
        if number > 0 {
            run.output.print("\n");
        }
        run.output.print(&human(&target.plan, &file.path, run));
    }
    acknowledge(&ready, args, run).await?;
    let mut code = if unread.is_empty() {
        ExitCode::Done
    } else {
        ExitCode::Incomplete
    };
    let mut done = Vec::new();
    for target in ready {
        if target.plan.is_empty() {
            continue;
        }
        let carried = carry_out(target, run).await;
        if carried.is_incomplete() {
            code = ExitCode::Incomplete;
        }
        done.push(carried);
    }
    tell_manifest(&args.manifest, &file, &done, args.write, run)?;
    tell_unread(&unread, run);
    Ok(if run.stop.is_requested() {
        ExitCode::Interrupted
    } else {
        code
    })
}

/// Names the targets whose keys are left as they are: before anybody agrees,
/// and once more at the end, because they still work.
fn tell_unread(unread: &[(String, RunError)], run: &Run) {
    let label = run.output.terminal(Stream::Err).paint(ERROR, "error");
    for (target, error) in unread {
        run.output.error(&format!(
            "{label}: target `{target}` cannot be read, and its keys are left as they are: {error}"
        ));
    }
}

fn whose(args: &Disable) -> Whose {
    match &args.owner {
        Some(owner) => Whose::OwnedBy(owner.clone()),
        None if args.all => Whose::Everybodys,
        None => Whose::Named(args.keys.iter().cloned().collect()),
    }
}

/// Lets nothing pass that was not acknowledged: by words that name the plan,
/// or by a person who has just read it.
async fn acknowledge(ready: &[Ready], args: &Disable, run: &Run) -> Result<(), RunError> {
    let open: Vec<String> = ready
        .iter()
        .flat_map(|target| unacknowledged(&target.plan, None, &args.acknowledged))
        .collect();
    let Some(first) = open.first() else {
        return Ok(());
    };
    let keys: usize = ready.iter().map(|target| target.plan.changes.len()).sum();
    let refusal = format!(
        "nothing was changed: {keys} value(s) would stop working; acknowledge it with --ack '{first}'"
    );
    if !args.acknowledged.is_empty() {
        return Err(RunError::Refused(format!(
            "{refusal}: what was acknowledged is another plan"
        )));
    }
    let question = format!("disable {keys} value(s)? Only \"yes\" does it: ");
    ask(&question, "nothing was changed", run)
        .await
        .map_err(|error| match error {
            // Nobody to ask: a dry run.
            RunError::Usage(_) => RunError::Refused(refusal),
            error => error,
        })
}

/// Makes the manifest follow, or says how: else the next apply undoes it all.
fn tell_manifest(
    path: &Path,
    file: &ManifestFile,
    done: &[Carried],
    write: bool,
    run: &Run,
) -> Result<(), RunError> {
    let keys = switched_off::disabled(done);
    let SwitchedOff { text, left } = switched_off::follow(&file.text, &keys);
    let followed = keys.len() - left.len();
    let mut left_by_hand = left;
    if write && text != file.text {
        rewrite_whole(path, &text).map_err(|source| RunError::Write {
            path: file.path.clone(),
            source,
        })?;
        run.output.print(&format!(
            "{}: {followed} key(s) say `enabled = false` now: review and commit it\n",
            file.path
        ));
    } else if !write {
        left_by_hand = keys;
    }
    let names: Vec<String> = left_by_hand
        .iter()
        .take(MOST_SAID)
        .map(|name| visible(name).into_owned())
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    let more = match left_by_hand.len().saturating_sub(MOST_SAID) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    run.output.notice(&format!(
        "notice: the next apply enables them again until {} says `enabled = false` for: {}{more} \
         (`--write` writes it)",
        file.path,
        names.join(", ")
    ));
    Ok(())
}

/// More than a person reads.
const MOST_SAID: usize = 20;
