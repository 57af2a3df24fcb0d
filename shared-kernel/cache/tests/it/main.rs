//! What the cache promises to those who read through it, alone and on several nodes with one Redis.

#![expect(clippy::unwrap_used, reason = "a test ends at what it did not expect, in helpers too")]

mod in_process;
mod nodes;

use cache::Space;
use kernel::TenantId;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// A database of one number, that counts how often it is read.
#[derive(Clone, Default)]
struct Source {
    value: Arc<AtomicU32>,
    loads: Arc<AtomicU32>,
}

impl Source {
    fn set(&self, value: u32) {
        self.value.store(value, Ordering::SeqCst);
    }

    fn loads(&self) -> u32 {
        self.loads.load(Ordering::SeqCst)
    }

    async fn load(&self) -> Result<Option<u32>, Infallible> {
        self.loads.fetch_add(1, Ordering::SeqCst);
        let value = self.value.load(Ordering::SeqCst);
        tokio::task::yield_now().await;
        Ok(Some(value))
    }

    async fn through(&self, space: &Space, key: &str) -> u32 {
        let value = space.get_with(Some(tenant(1)), key, || self.load()).await.unwrap();
        *value.unwrap()
    }
}

fn tenant(number: u128) -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(number))
}

/// Asks again until it is so, for five seconds at most.
async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let asking = async {
        let mut turns = tokio::time::interval(Duration::from_millis(5));
        while !is_so().await {
            turns.tick().await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(5), asking).await.is_ok(), "not within 5 s: {what}");
}
