//! The part of `cargo xtask wasm` that is slow to build: the glue between WebAssembly and
//! JavaScript, and what the core answers natively.
//!
//! A crate of its own, so that whoever runs another chore does not build the tools of this one.

mod expect;
mod glue;
mod node;
mod stories;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    match words {
        ["glue", name, wasm, folder] => {
            let module = glue::module(name)?;
            say(&glue::write(module, Path::new(wasm), Path::new(folder))?);
            Ok(())
        }
        ["node", wasm, folder] => node::write(Path::new(wasm), Path::new(folder)),
        ["expect", root, file] => expect::write(Path::new(root), Path::new(file)),
        _ => {
            bail!(
                "started by `cargo xtask`: glue MODULE WASM FOLDER, node WASM FOLDER, expect ROOT FILE"
            )
        }
    }
}

#[expect(clippy::print_stdout, reason = "xtask reads it")]
fn say(text: &str) {
    println!("{text}");
}
