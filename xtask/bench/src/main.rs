//! `just bench`: the release binary beside a bare actix-web + sqlx server on the same database, driven in turn with
//! the same load. Only ratios are worth keeping: both sides share one machine with the load and the database. And
//! `just sign-in-timing`, which asks the same binary whether its time tells who has an account; `just scale`, whether
//! inventory stays as fast when it grows; `just stock`, how much of it can happen in a second; and `just imports`, whether a
//! retail file comes in as it was planned, once, and in the same memory however large it is.
#![expect(
    clippy::disallowed_methods,
    reason = "a bare server has no Ctx to take time and ids from, and the load waits in threads"
)]

mod bare;
mod house;
mod import_run;
mod imports;
mod load;
mod measure;
mod options;
mod process;
mod retail;
mod scale;
mod scenario;
mod seed;
mod setup;
mod statistic;
mod stock;
mod table;
mod timing;

use clap::Parser;
use options::{Cli, Command};
use std::io::Write;
use std::process::ExitCode;

/// What ends a run early, in words.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Some(Command::Bare(options)) => bare::serve(options),
        Some(Command::SignInTiming(options)) => timing::run(&options),
        Some(Command::Scale(options)) => scale::run(&options),
        Some(Command::Stock(options)) => stock::run(&options),
        Some(Command::Imports(options)) => imports::run(&options),
        None => measure::run(&cli.run),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&format!("bench: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// To standard error, so that standard output is the tables alone.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
