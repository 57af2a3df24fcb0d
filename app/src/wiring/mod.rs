//! Puts the modules together: what the commands call, and the only place that sees every domain.

mod administration;
mod books;
mod demo;
mod docs;
mod keys;
mod modules;
mod monitoring;
mod node;
mod personal_data;
mod platform;
mod remote;

pub use administration::{create_operator, list_operators, revoke_operator};
pub use books::verify_books;
pub use keys::{reseal, rotate_master_key, rotate_signing_key};
pub use modules::TABLES;
pub use node::Node;
pub use personal_data::personal_data;

use crate::config::Config;
use kernel::Clock;
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
    let node = Node::start(config.clone(), Clock::system()).await?;
    announce(&config, &node);
    stop_signal().await?;
    tracing::info!("stopping");
    node.stop().await;
    Ok(())
}

/// `serve`, in a data folder of its own with a demo tenant, whose credentials are printed.
pub async fn demo(config: Config) -> Result<(), StartError> {
    if config.http.tls_certificate_file.is_some() {
        return Err(StartError::new("the demo is served by HTTP", "leave http.tls_certificate_file empty"));
    }
    let node = Node::start(config.clone(), Clock::system()).await?;
    announce(&config, &node);
    demo::show(&config, node.address).await?;
    stop_signal().await?;
    node.stop().await;
    Ok(())
}

/// Brings every schema up to date.
pub async fn migrate(config: Config) -> Result<(), StartError> {
    platform::migrate(&config).await
}

/// What an administrator runs where `migrate` may not make roles.
pub async fn migration_sql(config: Config) -> Result<String, StartError> {
    platform::provision_sql(&config)
}

/// The documents of all domains as one.
pub async fn openapi_json() -> Result<String, StartError> {
    node::document().await
}

fn announce(config: &Config, node: &Node) {
    let scheme = if config.http.tls_certificate_file.is_some() { "https" } else { "http" };
    let url = config.http.public_url.clone().unwrap_or_else(|| format!("{scheme}://{}", node.address));
    let storage = if config.database.url.is_some() { "PostgreSQL" } else { "SQLite files" };
    tracing::info!(
        address = %node.address,
        operators = node.monitoring.map(tracing::field::display),
        data = %config.data.folder.display(),
        storage,
        "Insula is ready: {url}/docs shows the API"
    );
}

/// SIGTERM from an orchestrator, SIGINT from a person.
async fn stop_signal() -> Result<(), StartError> {
    use tokio::signal::unix::{SignalKind, signal};
    let unheard = |error| StartError::new("cannot listen for signals", "see the cause").because(error);
    let mut terminate = signal(SignalKind::terminate()).map_err(unheard)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(unheard)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
