//! A request's idempotency key, as its transaction has it. Which keys are had in this process is SQLite's
//! stand-in for advisory locks.

use futures::lock::OwnedMutexGuard;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// It goes with the lease, so until the transaction has ended, as PostgreSQL's lock does.
pub(crate) struct HeldKey {
    /// On SQLite. Dropped before what the request waits for.
    _in_flight: Option<InFlight>,
    _held: OwnedMutexGuard<()>,
}

impl HeldKey {
    pub fn new(in_flight: Option<InFlight>, held: OwnedMutexGuard<()>) -> Self {
        Self { _in_flight: in_flight, _held: held }
    }
}

#[derive(Clone, Default)]
pub(crate) struct InFlightKeys(Arc<Mutex<HashSet<String>>>);

impl InFlightKeys {
    /// `None` while another request holds the key.
    pub fn enter(&self, key: String) -> Option<InFlight> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(key.clone()).then(|| InFlight { keys: self.clone(), key })
    }
}

pub(crate) struct InFlight {
    keys: InFlightKeys,
    key: String,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.keys.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}
