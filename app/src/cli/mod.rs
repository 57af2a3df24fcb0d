//! The command line: parse, load the configuration, call the wiring, and tell a person what was wrong, where, and
//! what to do. Exit codes: 0 done, 2 wrong configuration or usage, 1 anything else.

mod audit;
mod options;
#[cfg(test)]
mod tests;

use crate::config::{self, Config, Faults, Loaded};
use crate::telemetry::{self, TelemetryError};
use crate::wiring::{self, StartError};
use actix_web::rt::System;
use clap::Parser;
use kernel::TenantId;
use options::{AuditCommand, Cli, Command, ConfigCommand, InventoryCommand, KeysCommand, OperatorCommand};
use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

pub fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // With stderr gone there is nobody left to tell.
            let _ = writeln!(io::stderr(), "insula: {}", failure.explain());
            ExitCode::from(failure.code())
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let load = || Ok::<Loaded, Failure>(config::load(&cli.sources()?)?);
    match &cli.command {
        None | Some(Command::Serve(_)) => start(load()?.config, wiring::serve),
        Some(Command::Demo(_)) => start(load()?.config, wiring::demo),
        Some(Command::Migrate { print_sql: false }) => start(load()?.config, wiring::migrate),
        Some(Command::Migrate { print_sql: true }) => {
            say(&System::new().block_on(wiring::migration_sql(load()?.config))?)
        }
        Some(Command::Operator(command)) => operate(load()?.config, command),
        Some(Command::Keys(command)) => replace_key(load()?.config, command),
        Some(Command::Inventory(InventoryCommand::Verify { tenant })) => verify(load()?.config, *tenant),
        Some(Command::Audit(AuditCommand::Verify { file, checkpoint, key })) => {
            let report = audit::verify(file, checkpoint.as_deref(), key.clone())?;
            say(&report.to_string())?;
            if report.holds() { Ok(()) } else { Err(Failure::Tampered(file.clone())) }
        }
        Some(Command::Config(ConfigCommand::Check)) => {
            load()?;
            say("the configuration is valid\n")
        }
        Some(Command::Config(ConfigCommand::Show { defaults: true })) => say(config::DEFAULT),
        Some(Command::Config(ConfigCommand::Show { defaults: false })) => say(&load()?.show()),
        Some(Command::PersonalData { json }) => say(&wiring::personal_data(*json)?),
        Some(Command::Openapi) => say(&format!("{}\n", System::new().block_on(wiring::openapi_json())?)),
    }
}

/// Runs a command that works and logs, on this thread's actix system.
fn start<F: Future<Output = Result<(), StartError>>>(
    config: Config,
    command: impl FnOnce(Config) -> F,
) -> Result<(), Failure> {
    let _logs = telemetry::init(&config.logs, &config.telemetry)?;
    Ok(System::new().block_on(command(config))?)
}

/// What it answers goes to stdout, and what it logs beside it to stderr.
fn operate(config: Config, command: &OperatorCommand) -> Result<(), Failure> {
    let _logs = telemetry::init(&config.logs, &config.telemetry)?;
    let system = System::new();
    say(&match command {
        OperatorCommand::Create { name, days } => {
            system.block_on(wiring::create_operator(config, name.clone(), *days))
        }
        OperatorCommand::List => system.block_on(wiring::list_operators(config)),
        OperatorCommand::Revoke { id } => system.block_on(wiring::revoke_operator(config, *id)),
    }?)
}

/// What does not hold is told on stdout, as what holds is.
fn verify(config: Config, tenant: Option<TenantId>) -> Result<(), Failure> {
    let _logs = telemetry::init(&config.logs, &config.telemetry)?;
    let verified = System::new().block_on(wiring::verify_books(config, tenant))?;
    for fault in &verified.faults {
        say(&format!("{fault}\n"))?;
    }
    match verified.faults.len() {
        0 => say(&format!(
            "All balances and values are the sums they should be. Tenants looked at: {}\n",
            verified.tenants
        )),
        count => Err(Failure::Books(count)),
    }
}

fn replace_key(config: Config, command: &KeysCommand) -> Result<(), Failure> {
    let _logs = telemetry::init(&config.logs, &config.telemetry)?;
    let system = System::new();
    say(&match command {
        KeysCommand::Rotate { signing: true, .. } => system.block_on(wiring::rotate_signing_key(config)),
        KeysCommand::Rotate { all_stopped, .. } => {
            system.block_on(wiring::rotate_master_key(config, *all_stopped))
        }
        KeysCommand::Reseal => system.block_on(wiring::reseal(config)),
    }?)
}

/// A command's answer, on stdout. A reader that closes early, as `head` does, had what it wanted.
fn say(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Output(error)),
        _ => Ok(()),
    }
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Usage(#[from] options::Misplaced),
    #[error(transparent)]
    Config(#[from] Faults),
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Audit(#[from] audit::AuditFailure),
    #[error("{} is not the audit log that its checkpoint, or what was given to compare it with, says", .0.display())]
    Tampered(PathBuf),
    #[error("{0} balances or values are not the sums they should be")]
    Books(usize),
    #[error("the answer cannot be written to stdout")]
    Output(#[source] io::Error),
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Config(_) | Self::Telemetry(TelemetryError::Filter(_)) => 2,
            Self::Telemetry(TelemetryError::Traces(_) | TelemetryError::AlreadyInstalled(_))
            | Self::Start(_)
            | Self::Audit(_)
            | Self::Tampered(_)
            | Self::Books(_)
            | Self::Output(_) => 1,
        }
    }

    fn explain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let told = error.to_string();
            // Some libraries repeat their cause's text as their own.
            if !text.ends_with(&told) {
                text.push_str(&format!("\n  because: {told}"));
            }
            cause = error.source();
        }
        if let Some(remedy) = self.remedy() {
            text.push_str(&format!("\n  what to do: {remedy}"));
        }
        text
    }

    fn remedy(&self) -> Option<&str> {
        match self {
            Self::Config(_) => Some(
                "mend what is listed, then try `insula config check`; `insula config show --defaults` prints every \
                 setting with its meaning",
            ),
            Self::Start(error) => Some(&error.remedy),
            Self::Tampered(_) => Some(
                "fetch the same export once more and verify that, with a key and an earlier checkpoint that you have kept \
                 yourself; if it says the same, keep both files and all checkpoints as they are, and go on by \
                 runbooks/users-audit.md",
            ),
            Self::Books(_) => Some(
                "keep a copy of the database as it is, and go on by runbooks/inventory-books.md: the movements are right \
                 where a balance is not",
            ),
            Self::Usage(_) | Self::Telemetry(_) | Self::Audit(_) | Self::Output(_) => None,
        }
    }
}
