//! `ai-keys completions`: for a shell to load.

use clap::CommandFactory as _;

use super::Run;
use super::args::{Cli, Completions};
use crate::exit::ExitCode;
use crate::output::Stream;

pub(super) fn run(args: &Completions, run: &Run) -> ExitCode {
    let mut stream = run.output.stream(Stream::Out);
    clap_complete::generate(args.shell, &mut Cli::command(), "ai-keys", &mut stream);
    ExitCode::Done
}
