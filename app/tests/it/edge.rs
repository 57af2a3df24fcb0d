//! What an operator sets and sees at the edge: TLS, CORS, limits of what is sent, proxies, traces, slow statements and
//! figures.

mod browsers;
mod figures;
mod proxies;
mod raw;
mod slow_clients;
mod slow_statements;
mod tls;
mod traces;

use crate::house::{Ground, Process, run};
use testkit::Backend;

/// A node on SQLite with these settings.
async fn node(settings: &[(&str, &str)]) -> (Ground, Process) {
    let mut ground = Ground::new(&Backend::Sqlite).await;
    settings.iter().for_each(|(name, value)| ground.set(name, value));
    let node = ground.start("all");
    (ground, node)
}
