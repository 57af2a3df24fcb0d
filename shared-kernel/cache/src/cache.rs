//! The handle a process has one of, and its settings.

use crate::local::Local;
use crate::remote::Remote;
use crate::{Error, Level, Redis, Space};
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct Settings {
    /// The most the process keeps, by the size of the values as JSON and their keys.
    pub max_bytes: u64,
    /// Tells installations on one Redis apart.
    pub namespace: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { max_bytes: 64 * 1024 * 1024, namespace: "main".to_owned() }
    }
}

#[derive(Clone)]
pub struct Cache {
    local: Arc<Local>,
    remote: Option<(Redis, Arc<Remote>)>,
}

impl Cache {
    pub fn in_process(settings: Settings) -> Self {
        Self { local: Arc::new(Local::new(settings.max_bytes)), remote: None }
    }

    /// Needs a Tokio runtime to live in. It is ready at once, whether or not Redis answers yet.
    pub fn with_redis(url: &str, settings: Settings) -> Result<Self, Error> {
        let redis = Redis::open(url)?;
        let local = Arc::new(Local::new(settings.max_bytes));
        let remote = Remote::start(&redis, Arc::clone(&local), &settings.namespace);
        Ok(Self { local, remote: Some((redis, Arc::new(remote))) })
    }

    /// The entries of one kind. Metrics are labelled with the name, so install their recorder before this.
    pub fn space(&self, name: &'static str, ttl: Duration, level: Level) -> Space {
        let remote = self.remote.as_ref().map(|(_, remote)| Arc::clone(remote));
        Space::new(name, ttl, level, Arc::clone(&self.local), remote)
    }

    /// For whoever else needs Redis: its connection is shared.
    pub fn redis(&self) -> Option<&Redis> {
        self.remote.as_ref().map(|(redis, _)| redis)
    }

    /// Whether Redis answers; always right without one. Not a reason to be unready: the cache works without it.
    pub async fn check(&self) -> Result<(), Error> {
        match self.redis() {
            Some(redis) => redis.check().await,
            None => Ok(()),
        }
    }

    /// Whether the nodes hear each other now.
    pub fn is_joined(&self) -> bool {
        self.remote.as_ref().is_some_and(|(_, remote)| remote.is_usable())
    }

    /// What the process keeps now.
    pub async fn bytes(&self) -> u64 {
        self.local.bytes().await
    }
}
