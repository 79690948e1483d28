//! `ai-keys completions`: for a shell to load.

use clap::CommandFactory as _;

use super::Run;
use super::args::{Cli, Completions};
use crate::exit::ExitCode;

pub(super) fn run(args: &Completions, run: &Run) -> ExitCode {
    // Into memory first: the generator panics where it cannot write, and a
    // reader may go away (`ai-keys completions bash | head`).
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ai-keys", &mut script);
    run.output.print(&String::from_utf8_lossy(&script));
    ExitCode::Done
}
