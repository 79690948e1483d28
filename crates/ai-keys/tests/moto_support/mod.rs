//! A moto of our own, and the command run against it as against AWS.

pub(crate) mod command;
mod folder;
#[path = "../missing/mod.rs"]
mod missing;
mod process;
mod server;

pub(crate) use folder::Folder;
pub(crate) use server::Moto;
