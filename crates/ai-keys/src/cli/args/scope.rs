//! What every command on live state takes.

use std::path::PathBuf;

use clap::Args;

/// A manifest, and where it is looked at.
#[derive(Args, Debug)]
pub(crate) struct Scope {
    /// The manifest.
    #[arg(value_name = "MANIFEST", default_value = "keys.toml")]
    pub(crate) manifest: PathBuf,

    #[command(flatten)]
    pub(crate) place: Place,
}

/// Which targets, or the sandbox in their place.
#[derive(Args, Clone, Debug)]
pub(crate) struct Place {
    /// Only this target; may be repeated. Every target if not said.
    #[arg(long = "target", value_name = "NAME")]
    pub(crate) targets: Vec<String>,

    /// Use a local sandbox in place of every target, its state in DIR.
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ".ai-keys-sandbox"
    )]
    pub(crate) sandbox: Option<PathBuf>,
}
