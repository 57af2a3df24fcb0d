//! Puts the modules together: what the commands call, and the only place that sees every domain.

use crate::config::Config;
use serde_json::json;
use std::error::Error;

/// Why a command ended: for a person, in three parts.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct StartError {
    pub what: String,
    pub remedy: String,
    #[source]
    pub cause: Option<Box<dyn Error + Send + Sync>>,
}

impl StartError {
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into(), cause: None }
    }

    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

/// Runs until a signal stops it.
pub async fn serve(config: Config) -> Result<(), StartError> {
    Err(unwired(&format!("serve {}", config.public_url())))
}

/// `serve`, in a data folder of its own with a demo tenant, whose credentials are printed.
pub async fn demo(config: Config) -> Result<(), StartError> {
    Err(unwired(&format!("serve a demo from {}", config.data.folder.display())))
}

/// Brings every schema up to date.
pub async fn migrate(_config: Config) -> Result<(), StartError> {
    Err(unwired("migrate"))
}

/// What an administrator runs where `migrate` may not make roles.
pub async fn migration_sql(_config: Config) -> Result<String, StartError> {
    Err(unwired("print the migrations"))
}

/// The documents of all domains as one.
pub fn openapi_json() -> String {
    let info = json!({ "title": "Insula", "version": env!("CARGO_PKG_VERSION") });
    json!({ "openapi": "3.1.0", "info": info, "paths": {} }).to_string()
}

fn unwired(what: &str) -> StartError {
    StartError::new(format!("cannot {what}: no module is wired in yet"), "use a build that has modules")
}
