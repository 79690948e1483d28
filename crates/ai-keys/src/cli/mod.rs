//! One file for each command, and what they share.

mod action;
mod apply;
mod args;
mod completions;
mod confirm;
mod diagnostics;
mod disable;
mod doctor;
mod explain;
mod fix;
mod fleet;
mod iam_policy;
mod import;
mod init;
mod job_matrix;
mod manifest_file;
mod manifests;
mod new_manifest;
mod plan;
mod questions;
mod reference;
mod reveal;
mod rotate;
mod sandbox;
mod schema;
mod several;
mod snapshot;
mod switched_off;
mod targets;
mod timeline;
mod usage;
mod usage_csv;
mod validate;

pub use args::Cli;

use std::process::ExitCode as ProcessExit;
use std::time::{SystemTime, UNIX_EPOCH};

use ai_keys_core::date::Date;
use ai_keys_core::report::Tone;
use ai_keys_core::state::DesiredState;
use anstyle::{AnsiColor, Style};
use clap::Parser as _;
use clap::error::ErrorKind as UsageErrorKind;

use crate::exit::ExitCode;
use crate::output::{Output, Settings, Stream, Terminal};
use crate::provider::ProviderError;
use crate::provider::aws::{Access, NotLent};
use crate::signal::{self, Stop};
use crate::sink::SinkError;
use args::{
    ColorWhen, Command, DiagnosticFormat, DoctorFormat, PlanFormat, TimelineFormat, UsageFormat,
};
use manifest_file::ReadError;

/// What every command needs.
pub(crate) struct Run {
    /// Where everything is printed.
    pub(crate) output: Output,
    /// The wish that the run ends.
    pub(crate) stop: Stop,
    /// How accounts are reached where no sandbox stands in for them.
    pub(crate) access: Access,
}

impl Run {
    /// Returns how a target's account is reached where no sandbox stands in for
    /// it.
    fn access_to(&self, desired: &DesiredState) -> Access {
        let role = desired.role.as_deref();
        self.access.through(role, &desired.namespace, &self.output)
    }
}

/// Why a command ended before its work was done. One line each.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    /// The command line asks for what cannot be.
    #[error("{0}")]
    Usage(String),
    /// A file could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file could not be written.
    #[error("{path} cannot be written: {source}")]
    Write {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A plan or snapshot file is none.
    #[error("{0}")]
    Unfit(String),
    /// The manifest has errors, which have been drawn.
    #[error("{0}")]
    Manifest(String),
    /// A guard refused before the first write.
    #[error("{0}")]
    Refused(String),
    /// The cloud could not be reached, or refused us.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// GitHub or AWS could not be reached, or refused us, before a first write.
    #[error("{0}")]
    Unreachable(String),
    /// The role of a target was not lent.
    #[error(transparent)]
    NotLent(#[from] NotLent),
    /// A secret store could not be looked at.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// The sandbox could not be used.
    #[error("the sandbox cannot be used: {0}")]
    Sandbox(#[from] ai_keys_sandbox::SandboxError),
    /// The run was asked to stop before it wrote anything.
    #[error("nothing was changed")]
    Stopped,
    /// The operating system did not give what the process needs.
    #[error("{0}")]
    System(String),
    /// What went wrong in several manifests or targets, a line each.
    #[error("{}", lines.join("; "))]
    Several {
        /// That of the worst.
        code: ExitCode,
        /// What went wrong.
        lines: Vec<String>,
    },
}

impl RunError {
    fn exit_code(&self) -> ExitCode {
        match self {
            // The file that was named is there, but what is in it is no manifest.
            Self::Read(error) if error.is_about_content() => ExitCode::ManifestErrors,
            Self::Usage(_)
            | Self::Read(_)
            | Self::Write { .. }
            | Self::Unfit(_)
            | Self::System(_) => ExitCode::WrongUsage,
            Self::Refused(_) => ExitCode::Refused,
            Self::Manifest(_) => ExitCode::ManifestErrors,
            Self::Stopped => ExitCode::Interrupted,
            Self::Provider(_)
            | Self::Sink(_)
            | Self::Unreachable(_)
            | Self::NotLent(_)
            | Self::Sandbox(_) => ExitCode::Unreachable,
            Self::Several { code, .. } => *code,
        }
    }

    fn lines(&self) -> Vec<String> {
        match self {
            Self::Several { lines, .. } => lines.clone(),
            error => vec![error.to_string()],
        }
    }
}

/// Runs the command of this process and returns its exit code.
#[must_use]
pub fn main() -> ProcessExit {
    crate::privacy::close();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return report_usage(&usage),
    };
    let output = Output::standard(settings(&cli));
    announce_breakdown(output.clone());
    let run = Run {
        output: output.clone(),
        stop: Stop::default(),
        access: Access::Environment,
    };
    let code = match start(cli, &run) {
        Ok(code) => code,
        Err(error) => {
            let label = output.terminal(Stream::Err).paint(ERROR, "error");
            for text in error.lines().iter().filter(|text| !text.is_empty()) {
                output.error(&format!("{label}: {text}"));
            }
            match error {
                // Calls in flight were given up because we were asked to stop.
                RunError::Provider(_) | RunError::Sink(_) if run.stop.is_requested() => {
                    ExitCode::Interrupted
                }
                error => error.exit_code(),
            }
        }
    };
    output.finish();
    let incomplete = output.take_failure();
    if let Some(failure) = &incomplete {
        let label = output.terminal(Stream::Err).paint(ERROR, "error");
        output.error(&format!(
            "{label}: standard output is incomplete: {failure}"
        ));
    }
    match code {
        ExitCode::Done if incomplete.is_some() => ExitCode::WrongUsage.into(),
        code => code.into(),
    }
}

/// Keeps the text of a panic to itself: it may quote anything.
fn announce_breakdown(output: Output) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string);
        output.last_words(&place.unwrap_or_default());
    }));
}

fn start(cli: Cli, run: &Run) -> Result<ExitCode, RunError> {
    match cli.command {
        Command::Validate(args) => validate::run(&args, run),
        Command::Explain(args) => explain::run(&args, run),
        Command::Schema(args) => Ok(schema::run(&args, run)),
        Command::Init(args) => in_runtime(run, init::run(&args, run)),
        Command::IamPolicy(args) => iam_policy::run(&args, run),
        Command::Completions(args) => Ok(completions::run(&args, run)),
        Command::Reference(args) => Ok(reference::run(&args, run)),
        Command::Plan(args) => in_runtime(run, plan::run(&args, run)),
        Command::Apply(args) => in_runtime(run, apply::run(&args, run)),
        Command::Import(args) => in_runtime(run, import::run(&args, run)),
        Command::Rotate(args) => in_runtime(run, rotate::run(&args, run)),
        Command::Disable(args) => in_runtime(run, disable::run(&args, run)),
        Command::Reveal(args) => in_runtime(run, reveal::run(&args, run)),
        Command::Timeline(args) => in_runtime(run, timeline::run(&args, run)),
        Command::Doctor(args) => in_runtime(run, doctor::run(&args, run)),
        Command::Usage(args) => in_runtime(run, usage::run(&args, run)),
        Command::Snapshot(args) => in_runtime(run, snapshot::run(&args, run)),
        Command::Sandbox(args) => in_runtime(run, sandbox::run(&args, run)),
        Command::Action => in_runtime(run, async { Ok(action::run(run).await) }),
    }
}

/// Runs what talks to a provider, and listens for signals meanwhile.
fn in_runtime(
    run: &Run,
    work: impl Future<Output = Result<ExitCode, RunError>>,
) -> Result<ExitCode, RunError> {
    let system =
        |error: std::io::Error| RunError::System(format!("the process cannot start: {error}"));
    // Two threads: the work is waiting for a provider, not computing.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(system)?;
    let done = runtime.block_on(async {
        signal::listen(run.stop.clone(), run.output.clone()).map_err(system)?;
        work.await
    });
    // Not dropped: that would wait for an answer to a question that was asked.
    runtime.shutdown_background();
    done
}

/// `--help` and `--version` are answers, not mistakes.
fn report_usage(usage: &clap::Error) -> ProcessExit {
    let output = Output::standard(Settings::detect());
    let is_answer = matches!(
        usage.kind(),
        UsageErrorKind::DisplayHelp | UsageErrorKind::DisplayVersion
    );
    let stream = if is_answer { Stream::Out } else { Stream::Err };
    let text = usage.render();
    let text = if output.terminal(stream).has_colour {
        text.ansi().to_string()
    } else {
        text.to_string()
    };
    match stream {
        Stream::Out => output.print(&text),
        Stream::Err => output.error(text.trim_end()),
    }
    output.finish();
    if is_answer {
        ExitCode::Done.into()
    } else {
        ExitCode::WrongUsage.into()
    }
}

fn settings(cli: &Cli) -> Settings {
    let mut settings = Settings::detect();
    settings.is_quiet = cli.quiet;
    settings.is_out_data = is_out_data(&cli.command);
    if matches!(cli.command, Command::Action) {
        // Whatever its environment says: that is what it is for.
        settings.is_github_actions = true;
    }
    for terminal in [&mut settings.out, &mut settings.err] {
        match cli.color {
            ColorWhen::Auto => {}
            ColorWhen::Always => terminal.has_colour = true,
            ColorWhen::Never => terminal.has_colour = false,
        }
    }
    settings
}

/// Returns whether what a command prints is for a program or a file.
fn is_out_data(command: &Command) -> bool {
    match command {
        Command::Validate(args) => match args.format {
            DiagnosticFormat::Json | DiagnosticFormat::Sarif | DiagnosticFormat::Gitlab => true,
            DiagnosticFormat::Human | DiagnosticFormat::Github => false,
        },
        Command::Plan(args) => match args.format {
            PlanFormat::Json | PlanFormat::Markdown | PlanFormat::Matrix => true,
            PlanFormat::Human => false,
        },
        Command::Timeline(args) => match args.format {
            TimelineFormat::Mermaid | TimelineFormat::Json => true,
            TimelineFormat::Human => false,
        },
        Command::Usage(args) => match args.format {
            UsageFormat::Json | UsageFormat::Csv | UsageFormat::Svg | UsageFormat::Markdown => true,
            UsageFormat::Human => false,
        },
        Command::Doctor(args) => match args.format {
            DoctorFormat::Json => true,
            DoctorFormat::Human => false,
        },
        Command::Snapshot(args) => args.out.is_none(),
        // Of an import, what is printed is the other tool's part.
        Command::Schema(_)
        | Command::Completions(_)
        | Command::IamPolicy(_)
        | Command::Import(_)
        | Command::Reference(_) => true,
        Command::Apply(_)
        | Command::Rotate(_)
        | Command::Disable(_)
        | Command::Reveal(_)
        | Command::Explain(_)
        | Command::Init(_)
        | Command::Sandbox(_)
        | Command::Action => false,
    }
}

pub(crate) const ERROR: Style = Style::new()
    .bold()
    .fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));

/// Paints a plan's text for a stream.
pub(crate) fn paint(terminal: Terminal, tone: Tone, text: &str) -> String {
    let colour = |colour: AnsiColor| Style::new().fg_color(Some(anstyle::Color::Ansi(colour)));
    let style = match tone {
        Tone::Good => colour(AnsiColor::Green),
        Tone::Change => colour(AnsiColor::Yellow),
        Tone::Danger => colour(AnsiColor::Red),
        Tone::Dim => Style::new().dimmed(),
        Tone::Strong => Style::new().bold(),
    };
    terminal.paint(style, text)
}

/// Returns today in UTC: the one place that reads the clock.
pub(crate) fn today() -> Result<Date, RunError> {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map(|since| since.as_secs());
    let date = seconds
        .ok()
        .and_then(|s| Date::from_unix_seconds(i64::try_from(s).ok()?));
    date.ok_or_else(|| {
        RunError::System("this machine's clock shows no calendar day: use --today".to_owned())
    })
}
