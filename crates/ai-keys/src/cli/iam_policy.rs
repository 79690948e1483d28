//! `ai-keys iam-policy`: what the roles of a manifest must be allowed, offline.

use ai_keys_core::state::DesiredState;
use serde_json::{Map, Value};

use super::args::IamPolicy;
use super::manifest_file::read_manifest;
use super::targets::{desired_states, require_carried_out};
use super::{Run, RunError, validate};
use crate::exit::ExitCode;
use crate::provider::aws::{Role, assumed_policies, policy};

pub(super) fn run(args: &IamPolicy, run: &Run) -> Result<ExitCode, RunError> {
    let file = read_manifest(&args.manifest)?;
    let manifest = validate::require_valid(&file, validate::day(None)?, run)?;
    let desired = desired_states(&manifest, &args.targets)?;
    desired.iter().try_for_each(require_carried_out)?;
    let roles: &[Role] = match (args.plan, args.apply) {
        (true, _) => &[Role::Plan],
        (_, true) => &[Role::Apply],
        (false, false) => &[Role::Plan, Role::Apply],
    };
    let policies = if let ([desired], [role]) = (desired.as_slice(), roles) {
        policies(desired, *role)
    } else {
        let of_target = |desired| -> Map<String, Value> {
            let policies = roles
                .iter()
                .map(|role| (role.name(), policies(desired, *role)));
            policies.map(|(name, one)| (name.to_owned(), one)).collect()
        };
        let targets = desired.iter();
        let targets = targets.map(|one| (one.target.clone(), Value::Object(of_target(one))));
        Value::Object(targets.collect())
    };
    run.output.print(&format!("{policies:#}\n"));
    Ok(ExitCode::Done)
}

/// Returns one policy where no role is assumed; else that of the credentials that
/// a run starts with, and by their ARNs those of the roles.
fn policies(desired: &DesiredState, role: Role) -> Value {
    let first = policy(desired, role);
    let assumed = assumed_policies(desired, role);
    if assumed.is_empty() {
        return first;
    }
    let first = [("credentials".to_owned(), first)];
    Value::Object(first.into_iter().chain(assumed).collect())
}
