//! `cargo xtask test`, `cargo xtask model` and `cargo xtask services`: cargo's own test run with its variables set,
//! and the services behind them.

use crate::process::{self, Fault, Interrupts};
use crate::provider;
use crate::say;
use crate::services::{self, Purpose, Services};
use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

const DATABASE: &str = "TEST_DATABASE_URL";
const REDIS: &str = "TEST_REDIS_URL";
/// The options of `model`, the variables that its test reads, and what these are unless told.
const MODEL: [(&str, &str, &str); 2] = [("--steps", "MODEL_STEPS", "100000"), ("--seed", "MODEL_SEED", "1")];

/// Runs `cargo test --workspace`, or `cargo test` with the arguments given, on both backends.
pub fn run(interrupts: &Interrupts, arguments: &[String]) -> Result<(), Fault> {
    test(interrupts, arguments, |command| {
        if let Some(python) = provider::python()? {
            command.env(provider::VARIABLE, python);
        }
        Ok(())
    })
}

/// Inventory beside its model, over HTTP on both backends: as many operations as are asked for.
pub fn model(interrupts: &Interrupts, options: &[String]) -> Result<(), Fault> {
    let variables = model_variables(options)?;
    let arguments = ["--package", "inventory", "--test", "it", "model::", "--", "--nocapture"];
    test(interrupts, &arguments.map(str::to_owned), |command| {
        command.envs(variables);
        Ok(())
    })
}

fn model_variables(options: &[String]) -> Result<Vec<(&'static str, String)>, Fault> {
    let mut variables: Vec<_> =
        MODEL.iter().map(|(_, variable, default)| (*variable, (*default).to_owned())).collect();
    for pair in options.chunks(2) {
        let option = MODEL.iter().position(|(option, ..)| *option == pair[0]);
        let value = pair.get(1).filter(|value| value.parse::<u64>().is_ok());
        let (Some(at), Some(value)) = (option, value) else {
            return Err(Fault::usage("cargo xtask model [--steps <how many>] [--seed <a whole number>]"));
        };
        variables[at].1.clone_from(value);
    }
    Ok(variables)
}

fn test(
    interrupts: &Interrupts,
    arguments: &[String],
    prepare: impl FnOnce(&mut Command) -> Result<(), Fault>,
) -> Result<(), Fault> {
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
    prepare(&mut command)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_takes_steps_and_a_seed() {
        let check = |options: &[&str], expected: Option<[&str; 2]>| {
            let options: Vec<_> = options.iter().map(|option| (*option).to_owned()).collect();
            let found = model_variables(&options).ok();
            let found = found.map(|found| found.into_iter().map(|(_, value)| value).collect::<Vec<_>>());
            assert_eq!(found, expected.map(|values| values.map(str::to_owned).to_vec()), "{options:?}");
        };
        check(&[], Some(["100000", "1"]));
        check(&["--steps", "5000"], Some(["5000", "1"]));
        check(&["--seed", "7", "--steps", "10"], Some(["10", "7"]));
        check(&["--steps"], None);
        check(&["--steps", "many"], None);
        check(&["--rows", "7"], None);
    }
}
