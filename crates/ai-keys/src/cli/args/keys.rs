//! What is taken by commands that are about keys by name: `rotate`, `disable`, `reveal`.

use std::path::PathBuf;

use ai_keys_core::date::Date;
use clap::{ArgGroup, Args};

use super::Place;

/// Give keys new values now.
#[derive(Args, Debug)]
pub(crate) struct Rotate {
    /// The keys, by their names in the manifest.
    #[arg(value_name = "KEY", required = true)]
    pub(crate) keys: Vec<String>,

    /// The manifest.
    #[arg(long, value_name = "FILE", default_value = "keys.toml")]
    pub(crate) manifest: PathBuf,

    #[command(flatten)]
    pub(crate) place: Place,

    /// The old values have leaked: disable them before anything else.
    #[arg(long)]
    pub(crate) revoke: bool,

    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,

    /// Acknowledge one change, as the plan words it: 'revoke:KEY@DIGEST'.
    #[arg(long = "ack", value_name = "WORDS")]
    pub(crate) acknowledged: Vec<String>,

    /// The day to plan for; today if not said.
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,
}

/// Make keys stop working at once.
#[derive(Args, Debug)]
#[command(
    group = ArgGroup::new("whose").required(true),
    after_help = "Without --ack it shows what would be disabled, and asks; where nobody is there to \
                  ask, it changes nothing (exit code 5). Ten thousand keys take about 15 seconds: \
                  they are disabled 500 a call.\n\nThe manifest still wants the keys to work: the next \
                  apply enables them again until it says `enabled = false`."
)]
pub(crate) struct Disable {
    /// Every key of the manifest's namespace.
    #[arg(long, group = "whose")]
    pub(crate) all: bool,

    /// The keys of this owner.
    #[arg(long, value_name = "OWNER", group = "whose")]
    pub(crate) owner: Option<String>,

    /// This key, by its name; may be repeated.
    #[arg(long = "key", value_name = "KEY", group = "whose")]
    pub(crate) keys: Vec<String>,

    /// The manifest.
    #[arg(long, value_name = "FILE", default_value = "keys.toml")]
    pub(crate) manifest: PathBuf,

    #[command(flatten)]
    pub(crate) place: Place,

    /// Acknowledge what is shown, in its words: 'disable:all@DIGEST'. Once for each target.
    #[arg(long = "ack", value_name = "WORDS")]
    pub(crate) acknowledged: Vec<String>,

    /// Write `enabled = false` for these keys into the manifest, so that the next apply does not
    /// enable them again.
    #[arg(long)]
    pub(crate) write: bool,
}

/// Show one key's value.
#[derive(Args, Debug)]
pub(crate) struct Reveal {
    /// The key, by its name in the manifest.
    #[arg(value_name = "KEY")]
    pub(crate) key: String,

    /// The manifest.
    #[arg(long, value_name = "FILE", default_value = "keys.toml")]
    pub(crate) manifest: PathBuf,

    /// In which target; needed if the key is in several.
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<String>,

    /// Use a local sandbox in place of the target, its state in DIR.
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ".ai-keys-sandbox"
    )]
    pub(crate) sandbox: Option<PathBuf>,
}
