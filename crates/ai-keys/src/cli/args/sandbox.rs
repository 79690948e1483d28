//! What `sandbox` takes.

use std::path::PathBuf;

use clap::{Args, value_parser};

/// Run a local API Gateway.
#[derive(Args, Debug)]
pub(crate) struct SandboxServer {
    /// Where its state is kept.
    #[arg(value_name = "DIR", default_value = ".ai-keys-sandbox")]
    pub(crate) dir: PathBuf,

    /// The port on 127.0.0.1; a free one if not said.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,

    /// Do not keep to AWS's request rates.
    #[arg(long)]
    pub(crate) no_limits: bool,

    /// Let its clock run this many times as fast: AWS's rates pass as quickly, and a run that would
    /// take an hour there takes a minute at 60. Commands with `--sandbox=DIR` keep up with it
    #[arg(
        long,
        value_name = "TIMES",
        default_value_t = 1,
        value_parser = value_parser!(u32).range(1..=1000),
        conflicts_with = "no_limits"
    )]
    pub(crate) speed: u32,
}
