//! The configuration: `default.toml`, then a file, then variables, then options of the command line, checked as a
//! whole: every fault is reported at once, with where it came from and what is allowed.

mod check;
mod merge;
mod model;
mod show;
#[cfg(test)]
mod tests;
mod values;

pub use model::{
    BlobsConfig, BlobsKind, CacheConfig, CalledDomainConfig, Config, DataConfig, DatabaseConfig,
    DomainConfig, DomainsConfig, HttpConfig, JobsConfig, LimitsConfig, LogFormat, LogsConfig, MailConfig,
    NodeConfig, OperatorsConfig, RedisConfig, Role, SecretsConfig, SignUp, TelemetryConfig, TrustedHeader,
    UsersConfig,
};
pub use values::{Secret, SecretUrl, WebOrigin};

use merge::Settings;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

/// The commented file that is the documentation, the default and the schema.
pub const DEFAULT: &str = include_str!("default.toml");

/// Read if it exists and no other file is named.
const USUAL_FILE: &str = "insula.toml";

/// Where a configuration is read from. The default is from nowhere: what stands in `default.toml`.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub file: Option<PathBuf>,
    pub variables: Vec<(OsString, OsString)>,
    pub overrides: Vec<Override>,
}

impl Sources {
    /// Those of this process: the named file, or that of `INSULA_CONFIG`, or `./insula.toml`, and the environment.
    pub fn of_process(file: Option<PathBuf>) -> Self {
        let file = file
            .or_else(|| std::env::var_os("INSULA_CONFIG").filter(|name| !name.is_empty()).map(PathBuf::from))
            .or_else(|| Path::new(USUAL_FILE).exists().then(|| PathBuf::from(USUAL_FILE)));
        Self { file, variables: std::env::vars_os().collect(), overrides: Vec::new() }
    }

    /// A value that goes before all others, and the option or command it is from.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<toml::Value>, option: &'static str) {
        self.overrides.push(Override { key: key.into(), value: value.into(), option });
    }
}

#[derive(Clone, Debug)]
pub struct Override {
    pub key: String,
    pub value: toml::Value,
    pub option: &'static str,
}

/// A configuration without fault, and where each value came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub config: Config,
    settings: Settings,
}

impl Loaded {
    /// As a file, with the origin of what is not the default, without secrets.
    pub fn show(&self) -> String {
        show::show(&self.config, &self.settings)
    }
}

pub fn load(sources: &Sources) -> Result<Loaded, Faults> {
    let mut faults = Vec::new();
    let mut settings = Settings::of_default(&mut faults);
    let complete = settings.apply(sources, &mut faults);
    check::values(&mut settings, &mut faults);
    let config = check::typed(&mut settings, &mut faults);
    match config {
        // Rules between values say nothing true while half of them could not be read.
        Some(config) if complete => {
            check::rules(&config, &settings, &mut faults);
            if faults.is_empty() { Ok(Loaded { config, settings }) } else { Err(Faults(faults)) }
        }
        _ => Err(Faults(faults)),
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    /// Without a line: the file itself.
    File {
        path: PathBuf,
        line: Option<usize>,
    },
    Variable(String),
    Option(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the default"),
            Self::File { path, line: Some(line) } => write!(f, "{}, line {line}", path.display()),
            Self::File { path, line: None } => write!(f, "{}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Option(option) => f.write_str(option),
        }
    }
}

/// One thing that is wrong. Neither part holds a value that may be secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub origin: Origin,
    pub what: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("the configuration has a fault:")?,
            count => write!(f, "the configuration has {count} faults:")?,
        }
        for fault in &self.0 {
            write!(f, "\n  {}: {}", fault.origin, fault.what)?;
        }
        Ok(())
    }
}
