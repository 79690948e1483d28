//! `ai-keys action`, as `dist/index.js` starts it: one request on stdin, a GitHub on this machine, an account in
//! the sandbox.

mod apply;
mod drift;
mod fleet;
mod night;
mod plan;
mod requests;
mod reviewed;
mod role;
mod secrecy;
mod step;
mod verdicts;

#[path = "../../../src/github/testing.rs"]
pub(crate) mod testing;
