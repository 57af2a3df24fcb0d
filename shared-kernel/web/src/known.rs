//! Credentials that were good when they were last used here, so that they can be told from guesses without a look-up.
//! What it forgets or takes for another costs a look-up or a 429, and lets nobody in.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// With eight bytes each, half a megabyte.
const SLOTS: usize = 65_536;

/// Hashes under a key of this process; each has one place, where a later one takes it.
pub(crate) struct Known {
    hasher: RandomState,
    slots: Vec<AtomicU64>,
}

impl Known {
    pub fn new() -> Self {
        Self { hasher: RandomState::new(), slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect() }
    }

    pub fn contains(&self, credential: &str) -> bool {
        let (slot, hash) = self.place(credential);
        slot.load(Ordering::Relaxed) == hash
    }

    pub fn insert(&self, credential: &str) {
        let (slot, hash) = self.place(credential);
        if slot.load(Ordering::Relaxed) != hash {
            slot.store(hash, Ordering::Relaxed);
        }
    }

    pub fn remove(&self, credential: &str) {
        let (slot, hash) = self.place(credential);
        let _ = slot.compare_exchange(hash, 0, Ordering::Relaxed, Ordering::Relaxed);
    }

    fn place(&self, credential: &str) -> (&AtomicU64, u64) {
        let hash = self.hasher.hash_one(credential).max(1);
        (&self.slots[(hash >> 32) as usize % SLOTS], hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_known_from_one_good_use_to_a_bad_one() {
        let known = Known::new();
        assert!(!known.contains("good"));
        known.insert("good");
        known.insert("good");
        known.remove("bad");
        assert!(known.contains("good") && !known.contains("bad"));
        known.remove("good");
        assert!(!known.contains("good"));
    }
}
