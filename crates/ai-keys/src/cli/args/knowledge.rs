//! What is taken by commands that print what the program knows: `explain`, `schema`, `completions`, `reference`.

use clap::{Args, ValueEnum};

/// Explain a diagnostic.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// Its number or name; all are listed if not said.
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

/// Print a JSON Schema.
#[derive(Args, Debug)]
pub(crate) struct Schema {
    /// Of what.
    #[arg(value_name = "OF", default_value = "manifest")]
    pub(crate) of: SchemaOf,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// `keys.toml`.
    Manifest,
    /// A plan file.
    Plan,
    /// A snapshot.
    Snapshot,
    /// The JSON report of `validate`.
    Report,
    /// The JSON of `usage`.
    Usage,
    /// The JSON of `doctor`.
    Doctor,
}

/// Print completions.
#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// For which shell.
    pub(crate) shell: clap_complete::Shell,
}

/// Print a page of the generated reference.
#[derive(Args, Debug)]
pub(crate) struct Reference {
    /// Which page.
    pub(crate) page: ReferencePage,
}

/// A page of the generated reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReferencePage {
    /// Every table and field of a manifest.
    Manifest,
    /// Every diagnostic.
    Rules,
    /// Every command and flag.
    Cli,
}
