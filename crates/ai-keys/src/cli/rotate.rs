//! `ai-keys rotate`: new values now, by the same plan and the same guards as every apply.

use std::collections::{BTreeMap, BTreeSet};

use ai_keys_core::state::RotateNow;

use super::args::{Apply, Rotate, Scope};
use super::{Run, RunError, apply};
use crate::exit::ExitCode;

pub(super) async fn run(args: &Rotate, run: &Run) -> Result<ExitCode, RunError> {
    let how = if args.revoke {
        RotateNow::Revoking
    } else {
        RotateNow::WithOverlap
    };
    let keys: BTreeSet<String> = args.keys.iter().cloned().collect();
    let wishes: BTreeMap<String, RotateNow> = keys.into_iter().map(|key| (key, how)).collect();
    let apply = Apply {
        scope: Scope {
            manifest: args.manifest.clone(),
            place: args.place.clone(),
        },
        plan: None,
        yes: args.yes,
        acknowledged: args.acknowledged.clone(),
        today: args.today,
    };
    if args.revoke {
        run.output.notice(
            "the old values stop working first: callers are answered 403 until they have the new ones",
        );
    }
    apply::run_for(&apply, &wishes, run).await
}
