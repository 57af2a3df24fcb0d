//! Which idempotency keys are being worked on in this process: SQLite's stand-in for advisory locks.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

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
