//! Wakes the workers of a domain after a commit: in process at once, on other nodes by NOTIFY. The NOTIFY goes on a
//! connection of its own and not with the commit, where PostgreSQL would make every committer queue for one lock;
//! what a crash in between loses, the workers' slow sweep mends.

use crate::engine::Engine;
use crate::error::Error;
use sqlx::postgres::{PgConnection, PgListener, PgPoolOptions};
use sqlx::{Connection, Executor};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

const CHANNEL: &str = "insula_messages";
const GATHER: Duration = Duration::from_millis(5);
const RECONNECT_DELAY: Duration = Duration::from_millis(500);

/// One for each database server; all domains on it share it.
#[derive(Clone, Default)]
pub struct Signals(Arc<Inner>);

#[derive(Default)]
struct Inner {
    wakes: Mutex<BTreeMap<&'static str, Arc<Notify>>>,
    pending: Mutex<BTreeSet<&'static str>>,
    to_send: Notify,
}

impl Signals {
    pub(crate) fn of(&self, domain: &'static str) -> Arc<Notify> {
        self.0.wakes.lock().unwrap_or_else(PoisonError::into_inner).entry(domain).or_default().clone()
    }

    pub(crate) fn committed(&self, domain: &'static str) {
        self.of(domain).notify_one();
        self.add_pending(domain);
    }

    /// Tells the other nodes and hears from them until dropped. Only PostgreSQL has others to tell.
    pub async fn run(&self, engine: &Engine) {
        let Some(options) = engine.postgres_options() else { return };
        let send = async {
            loop {
                if let Err(error) = self.send(&options).await {
                    tracing::warn!(%error, "cannot tell other nodes of new messages; they will sweep");
                }
                tokio::time::sleep(RECONNECT_DELAY).await;
            }
        };
        let hear = async {
            loop {
                if let Err(error) = self.hear(&options).await {
                    tracing::warn!(%error, "cannot hear of other nodes' messages; sweeping meanwhile");
                }
                tokio::time::sleep(RECONNECT_DELAY).await;
            }
        };
        tokio::join!(send, hear);
    }

    async fn send(&self, options: &sqlx::postgres::PgConnectOptions) -> Result<(), Error> {
        let mut connection = PgConnection::connect_with(options).await?;
        loop {
            self.0.to_send.notified().await;
            while let Some(domain) = self.first_pending() {
                let told = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(domain);
                if let Err(error) = connection.execute(told).await {
                    // Told again on the next connection.
                    self.add_pending(domain);
                    return Err(error.into());
                }
            }
            // The commits of the meantime are told together.
            tokio::time::sleep(GATHER).await;
        }
    }

    fn first_pending(&self) -> Option<&'static str> {
        self.0.pending.lock().unwrap_or_else(PoisonError::into_inner).pop_first()
    }

    fn add_pending(&self, domain: &'static str) {
        self.0.pending.lock().unwrap_or_else(PoisonError::into_inner).insert(domain);
        self.0.to_send.notify_one();
    }

    async fn hear(&self, options: &sqlx::postgres::PgConnectOptions) -> Result<(), Error> {
        let pool = PgPoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        self.wake_all();
        loop {
            match listener.try_recv().await? {
                Some(notification) => self.wake(notification.payload()),
                None => self.wake_all(),
            }
        }
    }

    fn wake(&self, domain: &str) {
        if let Some(wake) = self.0.wakes.lock().unwrap_or_else(PoisonError::into_inner).get(domain) {
            wake.notify_one();
        }
    }

    /// After a reconnect anything may have been missed.
    fn wake_all(&self) {
        self.0
            .wakes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .for_each(|wake| wake.notify_one());
    }
}
