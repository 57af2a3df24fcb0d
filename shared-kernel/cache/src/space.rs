//! Entries of one kind: how long they live, how far they go, and how they are read and dropped.

use crate::local::{Entry, Key, Local, Stamp};
use crate::remote::Remote;
use kernel::TenantId;
use metrics::{Counter, counter};
use serde::{Serialize, de::DeserializeOwned};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Never leaves the process: what is secret, or cheap to read again. Invalidations still reach every node.
    ProcessOnly,
    /// In Redis too, when there is one.
    Shared,
}

#[derive(Clone)]
pub struct Space(Arc<Inner>);

struct Inner {
    name: &'static str,
    ttl: Duration,
    level: Level,
    local: Arc<Local>,
    remote: Option<Arc<Remote>>,
    hits: Counter,
    shared_hits: Counter,
    misses: Counter,
}

/// What callers who waited for one load learn of it when its value was not kept.
enum Unkept<V> {
    Failed,
    Value { value: Option<Arc<V>>, stamp: Stamp },
}

impl Space {
    pub(crate) fn new(
        name: &'static str,
        ttl: Duration,
        level: Level,
        local: Arc<Local>,
        remote: Option<Arc<Remote>>,
    ) -> Self {
        let hits = counter!("cache_hits_total", "space" => name, "level" => "process");
        let shared_hits = counter!("cache_hits_total", "space" => name, "level" => "shared");
        let misses = counter!("cache_misses_total", "space" => name);
        Self(Arc::new(Inner { name, ttl, level, local, remote, hits, shared_hits, misses }))
    }

    /// The value from the nearest level, or from `load`, which runs once for all who ask at the same time. What is
    /// absent is not kept. When the one load fails, those who waited for it load for themselves.
    pub async fn get_with<V, E, F, Fut>(
        &self,
        tenant: Option<TenantId>,
        key: &str,
        load: F,
    ) -> Result<Option<Arc<V>>, E>
    where
        V: Serialize + DeserializeOwned + Send + Sync + 'static,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<V>, E>>,
    {
        let inner = &*self.0;
        let key = inner.key(tenant, key);
        let kept = inner.local.entries.get(&*key).await;
        if let Some(value) = kept.and_then(|entry| entry.value()) {
            inner.hits.increment(1);
            return Ok(Some(value));
        }

        let stamp = inner.local.stamp(&key);
        let mut loading = pin!(load());
        let mut own = None;
        let outcome = inner
            .local
            .entries
            .try_get_with(Arc::clone(&key), async {
                if let Some(entry) = inner.fetch_remote::<V>(&key, stamp).await {
                    return Ok(entry);
                }
                inner.misses.increment(1);
                match loading.as_mut().await.map(|value| value.map(Arc::new)) {
                    Ok(value) => {
                        own = Some(Ok(value.clone()));
                        inner.keep(&key, value, stamp)
                    }
                    Err(error) => {
                        own = Some(Err(error));
                        Err(Unkept::Failed)
                    }
                }
            })
            .await;
        // An invalidation may have come between the last look at the stamp and the insertion.
        if outcome.is_ok() && !inner.local.is_current(stamp) {
            inner.local.entries.invalidate(&*key).await;
        }
        inner.local.report_bytes();

        let shared = match own {
            Some(own) => return own,
            None => inner.answer(outcome, stamp),
        };
        match shared {
            Some(value) => Ok(value),
            None => Ok(loading.await?.map(Arc::new)),
        }
    }

    /// Here at once; in Redis and on the other nodes in the background, within milliseconds as a rule. Call it
    /// after the commit.
    pub async fn invalidate(&self, tenant: Option<TenantId>, key: &str) {
        let key = self.0.key(tenant, key);
        self.0.local.invalidate(&key).await;
        if let Some(remote) = &self.0.remote {
            remote.invalidate(key);
        }
    }
}

impl Inner {
    fn key(&self, tenant: Option<TenantId>, key: &str) -> Key {
        match tenant {
            Some(tenant) => format!("{}:{tenant}:{key}", self.name).into(),
            None => format!("{}::{key}", self.name).into(),
        }
    }

    async fn fetch_remote<V>(&self, key: &Key, stamp: Stamp) -> Option<Entry>
    where
        V: DeserializeOwned + Send + Sync + 'static,
    {
        let remote = self.shared()?;
        let (json, left) = remote.get(key).await?;
        // Another version of the platform may have written another form: then it is loaded anew.
        let value: V = serde_json::from_slice(&json).ok()?;
        if !self.local.is_current(stamp) {
            return None;
        }
        self.shared_hits.increment(1);
        Some(Entry::new(key, Arc::new(value), json.len(), left.min(self.local.jittered(self.ttl))))
    }

    fn keep<V>(&self, key: &Key, value: Option<Arc<V>>, stamp: Stamp) -> Result<Entry, Unkept<V>>
    where
        V: Serialize + Send + Sync + 'static,
    {
        let Some(kept) = value.clone().filter(|_| self.local.is_current(stamp)) else {
            return Err(Unkept::Value { value, stamp });
        };
        let ttl = self.local.jittered(self.ttl);
        let size_bytes = match self.shared() {
            Some(remote) => match serde_json::to_vec(&*kept) {
                Ok(json) => {
                    let size_bytes = json.len();
                    remote.store(key, json, ttl, stamp);
                    size_bytes
                }
                Err(_) => return Err(Unkept::Value { value, stamp }),
            },
            None => json_bytes(&*kept),
        };
        Ok(Entry::new(key, kept, size_bytes, ttl))
    }

    /// For one who did not load. `None`: the answer is not good for this caller, who asked after an invalidation
    /// that the load had not seen, or saw the load fail.
    fn answer<V>(&self, outcome: Result<Entry, Arc<Unkept<V>>>, stamp: Stamp) -> Option<Option<Arc<V>>>
    where
        V: Send + Sync + 'static,
    {
        let answer = match outcome {
            Ok(entry) => entry.value().map(Some),
            Err(unkept) => match &*unkept {
                Unkept::Value { value, stamp: of_load } if *of_load == stamp => Some(value.clone()),
                Unkept::Value { .. } | Unkept::Failed => None,
            },
        };
        let counted = if answer.is_some() { &self.hits } else { &self.misses };
        counted.increment(1);
        answer
    }

    fn shared(&self) -> Option<&Remote> {
        self.remote.as_deref().filter(|_| self.level == Level::Shared)
    }
}

fn json_bytes(value: &impl Serialize) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // A value without a JSON form is counted up to where the form ends.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}
