//! `cargo xtask`: the chores of the workspace that need more than cargo: tests against private services, and what CI
//! runs. The checks of the architecture lie in the library and run as plain tests.

mod bench;
mod ci;
mod compat_command;
mod find;
mod install;
mod keeper;
mod process;
mod provider;
mod services;
mod test;

use process::{Fault, Interrupts};
use std::io::Write;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask test [-- <cargo test arguments>]   every test, on SQLite and on a private PostgreSQL + Redis
cargo xtask model [-- <options>]               inventory beside a simple model; --steps 100000, --seed 1
cargo xtask services                           a private PostgreSQL + Redis until Ctrl-C, to run single tests with
cargo xtask lint                               clippy, with warnings denied
cargo xtask bench [-- <options>]               the release binary beside a bare server; `-- --help` tells the options
cargo xtask sign-in-timing [-- <options>]      does the time of an answer tell whether an address has an account
cargo xtask scale [-- <options>]               is inventory as fast with a million items as with a hundred
cargo xtask stock [-- <options>]               how many reservations and movements a second there can be
cargo xtask imports [-- <options>]             does a retail file come in as planned, once, whatever its size
cargo xtask compat                             does a change of what is published break a reader
cargo xtask ci                                 what CI runs: format, compat, lint, test, and does `cargo run` answer

TEST_DATABASE_URL and TEST_REDIS_URL are used where they are given; what is not given is started and stopped again.
TEST_OIDC_PYTHON is a Python with a provider of sign-ins; where it is not given, one is installed below target/, if it can be.
COMPAT_BASE is the revision compat compares with; else where HEAD left origin/main or main, else the parent of HEAD.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            say(&format!("xtask: {fault}"));
            ExitCode::from(fault.exit_code())
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Fault> {
    let Some((command, rest)) = arguments.split_first() else {
        return Err(Fault::usage(USAGE));
    };
    let rest = if rest.first().is_some_and(|first| first == "--") { &rest[1..] } else { rest };
    let interrupts = Interrupts::listen()?;
    match (command.as_str(), rest) {
        ("test", rest) => test::run(&interrupts, rest),
        ("model", rest) => test::model(&interrupts, rest),
        ("services", []) => test::services(&interrupts),
        ("bench", rest) => bench::run(&interrupts, rest),
        ("sign-in-timing", rest) => bench::sign_in_timing(&interrupts, rest),
        (recipe @ ("scale" | "stock" | "imports"), rest) => bench::of_stock(&interrupts, recipe, rest),
        ("compat", rest) => compat_command::run(rest),
        ("lint", []) => ci::lint(&interrupts),
        ("ci", []) => ci::run(&interrupts),
        ("help" | "--help" | "-h", _) => {
            say(USAGE);
            Ok(())
        }
        _ => Err(Fault::usage(USAGE)),
    }
}

/// To standard error, so that standard output is cargo's alone.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
