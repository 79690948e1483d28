//! What is taken by commands that write down what is live: `snapshot` and `import`.

use std::path::PathBuf;

use clap::Args;

use super::Scope;

/// Write the live state.
#[derive(Args, Debug)]
pub(crate) struct Snapshot {
    #[command(flatten)]
    pub(crate) scope: Scope,

    /// Write to a file; standard output if not said. One target only.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Write a manifest that takes over the keys that are live already.
///
/// Values never change hands: the manifest says the ids, and the first apply
/// writes who owns each key behind its description.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The other tool's JSON: a Terraform state or `terraform show -json`, `pulumi stack export`,
    /// `aws cloudformation list-stack-resources`, a template, `serverless print --format json`.
    /// The live account if not said.
    #[arg(value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,

    /// Marks what the manifest will own, unique for each account and region.
    #[arg(long)]
    pub(crate) namespace: String,

    /// Where to write; never over a file that is there.
    #[arg(long, value_name = "FILE", default_value = "keys.toml")]
    pub(crate) out: PathBuf,

    /// The name of the manifest's target.
    #[arg(long, value_name = "NAME", default_value = "prod")]
    pub(crate) target: String,

    /// The region; what the file or the environment says if not said.
    #[arg(long)]
    pub(crate) region: Option<String>,

    /// The account's 12 digits; what the file or the credentials say if not said.
    #[arg(long)]
    pub(crate) account: Option<String>,

    /// Only keys of this name, in which `*` stands for anything; may be repeated.
    #[arg(long = "name", value_name = "PATTERN")]
    pub(crate) names: Vec<String>,

    /// Only keys with this tag; may be repeated, and then each must be there.
    #[arg(long = "tag", value_name = "NAME=VALUE")]
    pub(crate) tags: Vec<String>,

    /// Only keys on the usage plan of this name; may be repeated.
    #[arg(long = "usage-plan", value_name = "PATTERN")]
    pub(crate) usage_plans: Vec<String>,

    /// Leave the usage plans in other hands, and only refer to them.
    #[arg(long)]
    pub(crate) keys_only: bool,

    /// Take the live state from a snapshot in place of the account.
    #[arg(long, value_name = "SNAPSHOT", conflicts_with = "sandbox")]
    pub(crate) live: Option<PathBuf>,

    /// Take the live state from a local sandbox, its state in DIR.
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ".ai-keys-sandbox"
    )]
    pub(crate) sandbox: Option<PathBuf>,
}
