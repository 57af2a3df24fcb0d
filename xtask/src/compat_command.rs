//! `cargo xtask compat`: the gates on change, from the command line.

use crate::process::{self, Fault};
use crate::say;
use std::path::Path;
use xtask::compat::gate::{self, Outcome};

/// `[--root <folder>]` looks at another repository; `openapi <file>` at a document that the binary has printed.
pub fn run(arguments: &[String]) -> Result<(), Fault> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (root, rest) = match words.as_slice() {
        ["--root", root, rest @ ..] => (Path::new(root), rest),
        rest => (Path::new(process::root()), rest),
    };
    let asked = std::env::var("COMPAT_BASE").ok();
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let outcome = match rest {
        [] => gate::check(root, asked.as_deref(), update),
        ["openapi", file] => {
            let printed = std::fs::read_to_string(file)?;
            gate::check_document(root, asked.as_deref(), &printed, update)
        }
        _ => return Err(Fault::usage("cargo xtask compat [--root <folder>] [openapi <file>]")),
    };
    report(outcome.map_err(Fault::failed)?)
}

fn report(outcome: Outcome) -> Result<(), Fault> {
    for note in &outcome.notes {
        say(&format!("xtask: compat: {note}"));
    }
    if outcome.faults.is_empty() {
        say("xtask: compat: nothing that is published breaks a reader");
        return Ok(());
    }
    for fault in &outcome.faults {
        say(&format!("  {fault}"));
    }
    Err(Fault::failed(format!("compat: {} found", outcome.faults.len())))
}
