//! `ai-keys sandbox`, and the sandbox that stands in for targets.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::path::Path;

use ai_keys_core::plan::NewUsagePlan;
use ai_keys_core::state::DesiredState;
use ai_keys_sandbox::{
    Clock, DEFAULT_ACCOUNT, Limits, Options, Running, Sandbox, SandboxError, Scope,
};

use super::args::SandboxServer;
use super::manifest_file::shown;
use super::{Run, RunError};
use crate::exit::ExitCode;
use crate::provider::aws::{Access, Account};
use crate::schedule::{Pace, Scheduler, Speed};

/// Serves until Ctrl-C.
pub(super) async fn run(args: &SandboxServer, run: &Run) -> Result<ExitCode, RunError> {
    let limits = if args.no_limits {
        Limits::Off
    } else {
        Limits::Aws
    };
    let clock = match NonZeroU32::new(args.speed) {
        None | Some(NonZeroU32::MIN) => Clock::real(),
        Some(speed) => Clock::fast(speed),
    };
    let options = Options {
        limits,
        clock,
        ..Options::default()
    };
    let sandbox = Sandbox::open_on(&args.dir, options, args.port).map_err(|error| match error {
        SandboxError::InUse => match Running::find(&args.dir) {
            Some(running) => RunError::Usage(format!(
                "a sandbox with its state in {} already runs at {}",
                shown(&args.dir),
                running.url()
            )),
            None => error.into(),
        },
        _ => error.into(),
    })?;
    let url = sandbox.url();
    run.output.print(&format!("{url}\n"));
    run.output.notice(&format!(
        "a local API Gateway, its state in {}; Ctrl-C ends it\n\
         use it:   ai-keys apply --sandbox={} keys.toml\n\
         call it:  curl -H \"x-api-key: VALUE\" {url}/restapis/API/STAGE/_user_request_/\n\
         look in:  curl {url}/apikeys",
        shown(&args.dir),
        shown(&args.dir),
    ));
    run.stop.requested().await;
    Ok(ExitCode::Done)
}

/// The sandbox that stands in for targets: one of this process, or one that
/// another process has running on the same directory.
pub(super) enum Stand {
    /// Ends with this process; its state stays.
    Own(Box<Sandbox>),
    /// Of `ai-keys sandbox`.
    Other(Running),
}

/// Returns what keeps the budgets of an account and region: AWS's, or those of the sandbox in its
/// place.
pub(super) fn scheduler(stand: Option<&Stand>, run: &Run) -> Scheduler {
    let pace = stand.map_or(Pace::ApiGateway, Stand::pace);
    let speed = stand.map_or(Speed::REAL, Stand::speed);
    Scheduler::new(pace, run.stop.clone()).at(speed)
}

impl Stand {
    pub(super) fn open(dir: &Path, run: &Run) -> Result<Self, RunError> {
        let stand = match Running::find(dir) {
            Some(running) => Self::Other(running),
            None => Self::Own(Box::new(Sandbox::open(dir, Options::default())?)),
        };
        let whose = match &stand {
            Self::Own(_) => "its state".to_owned(),
            Self::Other(running) => match running.speed() {
                NonZeroU32::MIN => "running, its state".to_owned(),
                speed => format!("running {speed} times as fast, its state"),
            },
        };
        run.output.notice(&format!(
            "sandbox: a local API Gateway, {whose} in {}",
            shown(dir)
        ));
        Ok(stand)
    }

    fn url(&self) -> &str {
        match self {
            Self::Own(sandbox) => sandbox.url(),
            Self::Other(running) => running.url(),
        }
    }

    /// Returns the budgets to keep to: AWS's, unless the sandbox was told to have none.
    fn pace(&self) -> Pace {
        match self {
            Self::Other(running) if running.limits() == Limits::Off => Pace::Unlimited,
            Self::Own(_) | Self::Other(_) => Pace::ApiGateway,
        }
    }

    fn speed(&self) -> Speed {
        match self {
            Self::Other(running) => Speed::times(running.speed()),
            Self::Own(_) => Speed::REAL,
        }
    }

    /// Returns how an account is reached.
    pub(super) fn access(&self, account: Option<&str>) -> Access {
        Access::Sandbox {
            endpoint: self.url().to_owned(),
            account: account.unwrap_or(DEFAULT_ACCOUNT).to_owned(),
        }
    }

    /// Makes what the manifest only refers to, since a sandbox starts empty:
    /// REST APIs with their stages, and usage plans with `manage = false`.
    pub(super) async fn furnish(
        &self,
        desired: &DesiredState,
        account: &Account,
        run: &Run,
    ) -> Result<(), RunError> {
        let number = desired.account.as_deref().unwrap_or(DEFAULT_ACCOUNT);
        let scope = Scope::new(number, &desired.region);
        let managed = || {
            desired
                .usage_plans
                .values()
                .filter(|usage_plan| usage_plan.is_managed)
        };
        let stages: BTreeSet<_> = managed()
            .flat_map(|usage_plan| usage_plan.stages.keys())
            .collect();
        for stage in stages {
            match self {
                Self::Own(sandbox) => sandbox.ensure_stage(&scope, &stage.api, &stage.stage),
                Self::Other(running) => running.ensure_stage(&scope, &stage.api, &stage.stage)?,
            };
        }
        let referred: Vec<&str> = desired
            .usage_plans
            .values()
            .filter(|usage_plan| !usage_plan.is_managed && usage_plan.adopt.is_none())
            .map(|usage_plan| usage_plan.cloud_name.as_str())
            .collect();
        if referred.is_empty() {
            return Ok(());
        }
        let there = account.reader().usage_plans(None).await?;
        let names: BTreeSet<&str> = there
            .rows
            .iter()
            .map(|(_, live)| live.name.as_str())
            .collect();
        for name in referred.into_iter().filter(|name| !names.contains(name)) {
            let spec = NewUsagePlan {
                name: name.to_owned(),
                description: "made by the sandbox, since the manifest refers to it".to_owned(),
                throttle: None,
                quota: None,
                stages: std::collections::BTreeMap::new(),
            };
            account.writer().create_usage_plan(&spec).await?;
            run.output.notice(&format!(
                "sandbox: made the usage plan {name}, which the manifest refers to"
            ));
        }
        Ok(())
    }
}
