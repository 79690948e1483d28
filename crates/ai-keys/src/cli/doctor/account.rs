//! One target: endpoint, clock, credentials, account, and what may be read.

use std::time::{Duration, SystemTime};

use ai_keys_core::report::CheckVerdict;
use ai_keys_core::state::DesiredState;

use super::super::sandbox::Stand;
use super::super::targets::require_carried_out;
use super::super::{Run, sandbox};
use super::{Sheet, stores};
use crate::exit::ExitCode;
use crate::output::Output;
use crate::provider::aws::{Account, Caller, Reader};
use crate::provider::{ErrorKind, ProviderError};

/// AWS refuses a signature whose time differs by more than 5 minutes.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-troubleshooting.html>
/// and `ErrorKind::WrongClock`, checked 2026-11-24.
const TOO_WRONG: Duration = Duration::from_mins(5);
/// From here on a clock is worth a word.
const WRONG: Duration = Duration::from_mins(1);

/// Checks a target as far as its credentials go.
pub(super) async fn check(
    desired: &DesiredState,
    stand: Option<&Stand>,
    sheet: &mut Sheet,
    run: &Run,
) {
    let mut notes = Notes {
        target: &desired.target,
        sheet,
    };
    if let Err(error) = require_carried_out(desired) {
        return notes.add("provider", CheckVerdict::Skipped, &error.to_string(), None);
    }
    let access = match stand {
        Some(stand) => stand.access(desired.account.as_deref()),
        None => run.access_to(desired),
    };
    let scheduler = sandbox::scheduler(stand, run);
    let account = Account::open(&desired.region, &access, scheduler, run.output.clone()).await;
    if let Some(problem) = account.problem() {
        return notes.problem("endpoint", ExitCode::WrongUsage, problem, None);
    }
    if let Some(notice) = account.notice() {
        let help =
            "unset it, unless that is a local stack of yours: what listens there gets key values";
        notes.add("endpoint", CheckVerdict::Warning, notice, Some(help));
    }
    if let Some(role) = desired.role.as_deref().filter(|_| stand.is_none()) {
        if let Err(error) = access.lend(&desired.region).await {
            return notes.problem("role", ExitCode::Unreachable, &error.to_string(), None);
        }
        notes.add(
            "role",
            CheckVerdict::Ok,
            &format!("{role} is assumed"),
            None,
        );
    }
    let (caller, date) = account.look_up().await;
    clock(date, SystemTime::now(), &mut notes);
    let Some(number) = credentials(caller, desired, &mut notes) else {
        return;
    };
    Box::pin(permissions(
        &account.reader(),
        desired,
        &mut notes,
        &run.output,
    ))
    .await;
    stores::check(desired, &account, &number, notes.sheet).await;
}

/// Notes for one target.
struct Notes<'s> {
    target: &'s str,
    sheet: &'s mut Sheet,
}

impl Notes<'_> {
    fn add(&mut self, about: &str, is: CheckVerdict, text: &str, help: Option<&str>) {
        self.sheet.note(Some(self.target), about, is, text, help);
    }

    fn problem(&mut self, about: &str, code: ExitCode, text: &str, help: Option<&str>) {
        self.add(about, CheckVerdict::Problem, text, help);
        self.sheet.raise(code);
    }

    fn failed(&mut self, about: &str, error: &ProviderError) {
        let (text, help) = error.in_two();
        self.problem(about, ExitCode::Unreachable, &text, Some(&help));
    }
}

fn clock(date: Option<SystemTime>, now: SystemTime, notes: &mut Notes<'_>) {
    let Some(date) = date else {
        return notes.add(
            "clock",
            CheckVerdict::Skipped,
            "no answer said what time it is",
            None,
        );
    };
    let (difference, which) = match now.duration_since(date) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    let seconds = difference.as_secs();
    let text = format!("{seconds} s {which} the server's");
    let help = Some("let this machine take its time from the network (NTP)");
    if difference >= TOO_WRONG {
        notes.problem("clock", ExitCode::Unreachable, &text, help);
    } else if difference >= WRONG {
        notes.add("clock", CheckVerdict::Warning, &text, help);
    } else {
        notes.add("clock", CheckVerdict::Ok, "agrees with the server's", None);
    }
}

/// Returns the account's number if it is the target's.
fn credentials(
    caller: Result<Caller, ProviderError>,
    desired: &DesiredState,
    notes: &mut Notes<'_>,
) -> Option<String> {
    let caller = match caller {
        Ok(caller) => caller,
        Err(error) => {
            notes.failed("credentials", &error);
            return None;
        }
    };
    let whose = format!("of {} in account {}", caller.arn, caller.account);
    notes.add("credentials", CheckVerdict::Ok, &whose, None);
    match &desired.account {
        None => {
            let text = format!(
                "the target does not say which; these are of {}",
                caller.account
            );
            let help = format!(
                "write account = \"{}\": any other is refused then",
                caller.account
            );
            notes.add("account", CheckVerdict::Warning, &text, Some(&help));
        }
        Some(wanted) if *wanted != caller.account => {
            let text = format!(
                "the target is {wanted}, the credentials are of {}",
                caller.account
            );
            let help = "use the target's credentials, or correct `account`";
            notes.problem("account", ExitCode::Refused, &text, Some(help));
            return None;
        }
        Some(wanted) => notes.add(
            "account",
            CheckVerdict::Ok,
            &format!("{wanted}, as the manifest says"),
            None,
        ),
    }
    Some(caller.account)
}

/// Tries one call of each kind that a plan makes, where there is something to
/// call it with.
async fn permissions(
    reader: &Reader,
    desired: &DesiredState,
    notes: &mut Notes<'_>,
    output: &Output,
) {
    let before = notes.sheet.checks.len();
    if let Err(error) = reader.keys(None).await {
        notes.failed("permissions", &error);
    }
    let mut usage_plan = None;
    match reader.usage_plans(None).await {
        Ok(page) => usage_plan = page.rows.into_iter().next().map(|(id, _)| id),
        Err(error) => notes.failed("permissions", &error),
    }
    if desired.usage_plans.values().any(|up| up.is_managed)
        && let Err(error) = reader.apis(None).await
    {
        notes.failed("permissions", &error);
    }
    if let Some(id) = &usage_plan {
        if let Err(error) = reader.members(id, None).await {
            notes.failed("permissions", &error);
        }
        // Only `usage` needs it: a plan works without.
        if let Err(error) = usage(reader, id).await {
            let (text, help) = error.in_two();
            let text = output.scrub(&text);
            notes.add("usage", CheckVerdict::Warning, &text, Some(&help));
        }
    }
    if notes
        .sheet
        .checks
        .iter()
        .skip(before)
        .all(|check| check.is != CheckVerdict::Problem)
    {
        let may_read = if usage_plan.is_some() {
            "a plan may read what it needs"
        } else {
            "a plan may read keys and usage plans; GetUsagePlanKeys and GetUsage are not tried, since there is no usage plan"
        };
        let text =
            format!("{may_read}; what an apply needs is not tried, because that would write");
        notes.add("permissions", CheckVerdict::Ok, &text, None);
    }
}

async fn usage(reader: &Reader, usage_plan_id: &str) -> Result<(), ProviderError> {
    let today = super::super::today();
    let Ok(today) = today else { return Ok(()) };
    match reader.usage(usage_plan_id, (today, today), None).await {
        // Deleted meanwhile, or a stand-in of AWS that does not count.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(ours: u64, theirs: u64) -> (CheckVerdict, String, ExitCode) {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let mut sheet = Sheet::default();
        let mut notes = Notes {
            target: "prod",
            sheet: &mut sheet,
        };
        clock(Some(at(theirs)), at(ours), &mut notes);
        let check = sheet.checks.remove(0);
        (check.is, check.text, sheet.code)
    }

    #[test]
    fn a_clock_is_judged_by_how_far_it_is_off() {
        let ok = |ours, theirs| judged(ours, theirs).0;
        assert_eq!(ok(1000, 1030), CheckVerdict::Ok);
        let (is, text, code) = judged(1090, 1000);
        assert_eq!((is, code), (CheckVerdict::Warning, ExitCode::Done));
        assert_eq!(text, "90 s ahead of the server's");
        let (is, text, code) = judged(1000, 1300);
        assert_eq!((is, code), (CheckVerdict::Problem, ExitCode::Unreachable));
        assert_eq!(text, "300 s behind the server's");
    }
}
