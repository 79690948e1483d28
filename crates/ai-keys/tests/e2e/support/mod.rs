//! A world of its own for each test, and the command as a person runs it.

mod folder;
mod http;
mod oracle;
mod run;
mod world;

pub(crate) use folder::Folder;
pub(crate) use http::call;
pub(crate) use run::{Ran, Running, ai_keys, finish, run_in};
pub(crate) use world::{ACCOUNT, MANIFEST, TODAY, World, scope};
