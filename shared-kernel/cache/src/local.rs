//! The process's own level: bounded by bytes, each entry with its own time to live.

use metrics::{Gauge, counter, gauge};
use moka::Expiry;
use moka::future::Cache;
use moka::notification::RemovalCause;
use std::any::Any;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A fixed guess at what an entry costs beside its key and value.
const OVERHEAD_BYTES: usize = 200;
const STAMPS: usize = 4096;

/// `space:tenant:key`, and in Redis behind a prefix.
pub type Key = Arc<str>;

#[derive(Clone)]
pub struct Entry {
    value: Arc<dyn Any + Send + Sync>,
    weight_bytes: u32,
    ttl: Duration,
}

/// Taken before a value is read and compared after: when it has moved on, the value may be older than an
/// invalidation and is not kept. Some keys share one, which only costs a needless reload.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    index: usize,
    value: u64,
}

pub struct Local {
    pub entries: Cache<Key, Entry>,
    stamps: Box<[AtomicU64]>,
    hasher: RandomState,
    draws: AtomicU64,
    bytes: Gauge,
}

impl Entry {
    pub fn new<V: Send + Sync + 'static>(key: &Key, value: Arc<V>, size_bytes: usize, ttl: Duration) -> Self {
        let weight_bytes = u32::try_from(size_bytes + key.len() + OVERHEAD_BYTES).unwrap_or(u32::MAX);
        Self { value, weight_bytes, ttl }
    }

    /// `None` when the space was used with two types.
    pub fn value<V: Send + Sync + 'static>(&self) -> Option<Arc<V>> {
        Arc::clone(&self.value).downcast().ok()
    }
}

impl Local {
    pub fn new(max_bytes: u64) -> Self {
        let entries = Cache::builder()
            .max_capacity(max_bytes)
            .weigher(|_, entry: &Entry| entry.weight_bytes)
            .expire_after(OwnTtl)
            .eviction_listener(|key: Arc<Key>, _, cause| {
                if cause == RemovalCause::Size {
                    let space = key.split(':').next().unwrap_or_default().to_owned();
                    counter!("cache_evictions_total", "space" => space).increment(1);
                }
            })
            .build();
        Self {
            entries,
            stamps: (0..STAMPS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
            draws: AtomicU64::new(0),
            bytes: gauge!("cache_bytes"),
        }
    }

    pub fn stamp(&self, key: &str) -> Stamp {
        let index = self.hasher.hash_one(key) as usize % STAMPS;
        Stamp { index, value: self.stamps[index].load(Ordering::SeqCst) }
    }

    pub fn is_current(&self, stamp: Stamp) -> bool {
        self.stamps[stamp.index].load(Ordering::SeqCst) == stamp.value
    }

    pub async fn invalidate(&self, key: &str) {
        self.stamps[self.stamp(key).index].fetch_add(1, Ordering::SeqCst);
        self.entries.invalidate(key).await;
    }

    pub fn flush(&self) {
        for stamp in &self.stamps {
            stamp.fetch_add(1, Ordering::SeqCst);
        }
        self.entries.invalidate_all();
    }

    /// Up to a tenth more or less, so that entries made together do not end together.
    pub fn jittered(&self, ttl: Duration) -> Duration {
        let draw = self.hasher.hash_one(self.draws.fetch_add(1, Ordering::Relaxed));
        ttl.mul_f64(0.9 + 0.2 * (draw % 1000) as f64 / 999.0)
    }

    pub fn report_bytes(&self) {
        self.bytes.set(self.entries.weighted_size() as f64);
    }

    pub async fn bytes(&self) -> u64 {
        self.entries.run_pending_tasks().await;
        self.report_bytes();
        self.entries.weighted_size()
    }
}

struct OwnTtl;

impl Expiry<Key, Entry> for OwnTtl {
    fn expire_after_create(&self, _: &Key, entry: &Entry, _: Instant) -> Option<Duration> {
        Some(entry.ttl)
    }

    fn expire_after_update(
        &self,
        _: &Key,
        entry: &Entry,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(entry.ttl)
    }
}
