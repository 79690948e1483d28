//! A world of its own for each test, and the command as a person runs it.

mod folder;
mod http;
mod run;
mod world;

pub(crate) use folder::Folder;
pub(crate) use http::call;
#[cfg(unix)]
pub(crate) use run::Running;
pub(crate) use run::{Ran, ai_keys, finish, run_in};
pub(crate) use world::{ACCOUNT, MANIFEST, TODAY, World, scope};
