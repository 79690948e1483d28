//! `ai-keys usage`: who uses the keys, how often, and who is near a quota. Holds nothing that can write.

use std::collections::BTreeMap;

use ai_keys_core::date::Date;
use ai_keys_core::report::{
    Signs, TargetUsage, USAGE_FORMAT, UsageQuestion, UsageReport, render_usage,
    render_usage_markdown, render_usage_svg, usage_of_target,
};
use ai_keys_core::state::{Handle, LiveState, Usage as Counted};

use super::args::{USAGE_DAYS, Usage, UsageFormat};
use super::manifest_file::read_manifest;
use super::targets::{Opened, at_once, desired_states, open};
use super::{Run, RunError, paint, usage_csv, validate};
use crate::exit::ExitCode;
use crate::output::Stream;
use crate::provider::ProviderError;
use crate::provider::aws::{Account, Observed, read_usage};

/// The width of a table that is not drawn on a terminal.
const PLAIN_COLUMNS: u16 = 100;

pub(super) async fn run(args: &Usage, run: &Run) -> Result<ExitCode, RunError> {
    let file = read_manifest(&args.scope.manifest)?;
    let today = validate::day(args.today)?;
    let period = period(args, today)?;
    let days = period.0.days_until(period.1) + 1;
    if i64::from(args.unused) > i64::from(days) {
        run.output.notice(&format!(
            "notice: {days} days do not tell what nobody used for {unused} days: say --days {unused}",
            unused = args.unused
        ));
    }
    let manifest = validate::require_valid(&file, today, run)?;
    let desired = desired_states(&manifest, &args.scope.place.targets)?;
    if args.format == UsageFormat::Svg && desired.len() > 1 {
        return Err(RunError::Usage(
            "a picture is of one target: say --target".to_owned(),
        ));
    }
    let (opened, _stand) = open(desired, args.scope.place.sandbox.as_deref(), run).await?;
    let told = at_once(&opened, async |target| {
        of_target(target, args, period).await
    })
    .await;
    let targets = told.into_iter().collect::<Result<Vec<_>, _>>()?;
    let text = match args.format {
        UsageFormat::Human => human(&targets, run),
        UsageFormat::Json => json(targets),
        UsageFormat::Csv => usage_csv::render(&targets)?,
        UsageFormat::Svg => targets.iter().map(render_usage_svg).collect(),
        UsageFormat::Markdown => {
            let all: Vec<String> = targets.iter().map(render_usage_markdown).collect();
            all.join("\n")
        }
    };
    // Names could quote a value that somebody put there.
    run.output.print(&run.output.scrub(&text));
    Ok(ExitCode::Done)
}

async fn of_target(
    target: &Opened,
    args: &Usage,
    period: (Date, Date),
) -> Result<TargetUsage, RunError> {
    let observed = target.observe_account().await?;
    let question = UsageQuestion {
        target: &target.desired.target,
        namespace: &target.desired.namespace,
        with_foreign: args.all,
        near_percent: args.near,
        unused_days: args.unused,
    };
    let counted = count(target.account(), &observed, &question, period).await?;
    Ok(usage_of_target(&question, &observed.live, &counted))
}

/// Reads what was counted for the usage plans that a shown key is on, or that
/// are of this manifest.
pub(super) async fn count(
    account: &Account,
    observed: &Observed,
    question: &UsageQuestion<'_>,
    period: (Date, Date),
) -> Result<Counted, ProviderError> {
    let ids = observed.usage_plan_ids.iter();
    let asked: BTreeMap<Handle, String> = ids
        .filter(|(id, _)| question.with_foreign || concerns(question, &observed.live, id))
        .map(|(id, real)| (id.clone(), real.clone()))
        .collect();
    read_usage(&account.reader(), &asked, period).await
}

fn concerns(question: &UsageQuestion<'_>, live: &LiveState, id: &Handle) -> bool {
    let Some(usage_plan) = live.usage_plans.get(id) else {
        return false;
    };
    let keys = usage_plan.keys.iter().filter_map(|id| live.keys.get(id));
    let markers = keys.filter_map(|key| key.marker.as_ref());
    let mut markers = markers.chain(&usage_plan.marker);
    markers.any(|marker| marker.namespace == question.namespace)
}

/// Returns the first and the last day: `--from` and `--to`, or the days until
/// today.
fn period(args: &Usage, today: Date) -> Result<(Date, Date), RunError> {
    let to = args.to.unwrap_or(today);
    let days = args.days.unwrap_or(USAGE_DAYS);
    let usage = |text: String| Err(RunError::Usage(text));
    let most = Counted::MOST_DAYS;
    if days == 0 || days > most {
        return usage(format!("API Gateway tells of 1 to {most} days at once"));
    }
    let from = match args.from {
        Some(from) => from,
        None => to.days_before(days - 1).unwrap_or(to),
    };
    let between = from.days_until(to);
    if between < 0 {
        return usage(format!("{from} is after {to}"));
    }
    if u32::try_from(between).unwrap_or(most) >= most {
        return usage(format!(
            "{from} to {to} are {} days; API Gateway tells of {most} at once",
            between + 1
        ));
    }
    Ok((from, to))
}

fn human(targets: &[TargetUsage], run: &Run) -> String {
    let terminal = run.output.terminal(Stream::Out);
    let columns = usize::from(terminal.columns.unwrap_or(PLAIN_COLUMNS));
    let signs = if terminal.is_ascii {
        Signs::Ascii
    } else {
        Signs::Unicode
    };
    let paint = |tone, text: &str| paint(terminal, tone, text);
    let drawn = targets
        .iter()
        .map(|target| render_usage(target, columns, signs, &paint));
    drawn.collect::<Vec<_>>().join("\n")
}

fn json(targets: Vec<TargetUsage>) -> String {
    let report = UsageReport {
        format: USAGE_FORMAT,
        targets,
    };
    // Our own types: string keys, whole numbers.
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}
