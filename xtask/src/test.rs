//! `cargo xtask test` and `cargo xtask services`: cargo's own test run with its variables set, and the services
//! behind them.

use crate::process::{self, Fault, Interrupts};
use crate::provider;
use crate::say;
use crate::services::{self, Purpose, Services};
use std::io::Write;
use std::time::{Duration, Instant};

const DATABASE: &str = "TEST_DATABASE_URL";
const REDIS: &str = "TEST_REDIS_URL";

/// Runs `cargo test --workspace`, or `cargo test` with the arguments given, on both backends.
pub fn run(interrupts: &Interrupts, arguments: &[String]) -> Result<(), Fault> {
    let begun = Instant::now();
    let mut started = start_missing(interrupts)?;
    if let Some(services) = &started {
        say(&format!("xtask: started {} in {}", services.account.join(" and "), seconds(begun)));
    }
    let mut command = process::cargo();
    command.arg("test");
    if arguments.is_empty() {
        command.arg("--workspace");
    }
    command.args(arguments);
    for (name, value) in started.iter().flat_map(variables) {
        command.env(name, value);
    }
    if let Some(python) = provider::python()? {
        command.env(provider::VARIABLE, python);
    }
    let testing = Instant::now();
    let outcome = process::run_with(interrupts, &mut command, |group| match &mut started {
        Some(services) => services.keeper.watch("TERM", group),
        None => Ok(()),
    });
    let tested = seconds(testing);
    let stopped = if started.is_some() { ", and what was started is stopped" } else { "" };
    drop(started);
    let word = if outcome.is_ok() { "passed" } else { "ended" };
    say(&format!("xtask: cargo test {word} after {tested}{stopped}; {} in all", seconds(begun)));
    outcome
}

/// Prints the variables for a shell and keeps the services until Ctrl-C.
pub fn services(interrupts: &Interrupts) -> Result<(), Fault> {
    let services = services::start(interrupts, true, true, Purpose::Tests)?;
    say(&format!("xtask: started {}; Ctrl-C stops them. In another shell:", services.account.join(" and ")));
    let mut out = std::io::stdout().lock();
    for (name, value) in variables(&services) {
        writeln!(out, "export {name}={value}")?;
    }
    out.flush()?;
    loop {
        match interrupts.pause(Duration::from_secs(3600)) {
            Ok(()) => {}
            Err(Fault::Interrupted(_)) => return Ok(()),
            Err(fault) => return Err(fault),
        }
    }
}

fn start_missing(interrupts: &Interrupts) -> Result<Option<Services>, Fault> {
    let given = |name: &str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    let (database, redis) = (given(DATABASE), given(REDIS));
    for name in
        [(DATABASE, database), (REDIS, redis)].iter().filter(|(_, given)| *given).map(|(name, _)| name)
    {
        say(&format!("xtask: using {name} as given"));
    }
    if database && redis {
        return Ok(None);
    }
    services::start(interrupts, !database, !redis, Purpose::Tests).map(Some)
}

fn variables(services: &Services) -> impl Iterator<Item = (&'static str, &str)> {
    let database = services.database_url.as_deref().map(|url| (DATABASE, url));
    let redis = services.redis_url.as_deref().map(|url| (REDIS, url));
    database.into_iter().chain(redis)
}

fn seconds(since: Instant) -> String {
    format!("{:.1} s", since.elapsed().as_secs_f64())
}
