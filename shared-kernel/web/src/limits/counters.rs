//! The counters of one kind of limit, in this process: sharded, so that workers seldom wait for each other, and
//! bounded, whoever asks.

use super::window::{Counter, Moment, Pair, Verdict};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SHARDS: usize = 64;
/// With the shards 131,072 keys, some ten megabytes.
const KEYS_PER_SHARD: usize = 2_048;
/// Of so many, the one that was used least gives way when a shard is full.
const CANDIDATES: usize = 8;

pub(crate) struct Counters {
    shards: Vec<Mutex<Shard>>,
    /// Whether anybody collects what was touched.
    is_shared: AtomicBool,
    /// Where collecting goes on, so that under pressure each shard has its turn.
    next: AtomicUsize,
}

/// What this node admitted of one key in a window and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Own {
    pub key: u128,
    pub window: u64,
    pub counts: Pair,
}

#[derive(Default)]
struct Shard {
    keys: HashMap<u128, Kept>,
    /// Keys to be settled, among them some that are gone.
    touched: Vec<u128>,
    swept_in: u64,
}

struct Kept {
    counter: Counter,
    is_touched: bool,
}

impl Counters {
    pub fn new() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { shards, is_shared: AtomicBool::new(false), next: AtomicUsize::new(0) }
    }

    pub fn admit(&self, key: u128, limit: u32, moment: Moment) -> Verdict {
        let is_shared = self.is_shared.load(Ordering::Relaxed);
        let mut shard = self.shard_of(key);
        let shard = &mut *shard;
        if shard.swept_in != moment.window() {
            shard.sweep(moment);
        }
        let is_full = shard.keys.len() >= KEYS_PER_SHARD;
        if is_full && !shard.keys.contains_key(&key) {
            shard.make_room();
        }
        let kept = match shard.keys.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Kept { counter: Counter::new(moment), is_touched: false }),
        };
        if is_shared && !kept.is_touched {
            kept.is_touched = true;
            shard.touched.push(key);
        }
        let verdict = kept.counter.admit(limit, moment);
        if shard.touched.len() >= 2 * KEYS_PER_SHARD {
            shard.tidy_touched();
        }
        verdict
    }

    /// What `admit` would say, but for the one that it counts.
    pub fn peek(&self, key: u128, limit: u32, moment: Moment) -> Verdict {
        let kept = self.shard_of(key).keys.get(&key).map(|kept| kept.counter);
        kept.unwrap_or_else(|| Counter::new(moment)).peek(limit, moment)
    }

    /// From now on somebody collects.
    pub fn share(&self) {
        self.is_shared.store(true, Ordering::Relaxed);
    }

    /// What was touched since it was last collected, up to `most`; the rest stays for the next time.
    pub fn collect(&self, most: usize) -> Vec<Own> {
        let mut collected = Vec::new();
        for _ in 0..SHARDS {
            let room = most - collected.len();
            if room == 0 {
                break;
            }
            let turn = self.next.fetch_add(1, Ordering::Relaxed) % SHARDS;
            let mut shard = locked(&self.shards[turn]);
            let Shard { keys, touched, .. } = &mut *shard;
            let taken = touched.len().min(room);
            for key in touched.drain(..taken) {
                if let Some(kept) = keys.get_mut(&key).filter(|kept| kept.is_touched) {
                    kept.is_touched = false;
                    let (window, counts) = (kept.counter.window(), kept.counter.own());
                    collected.push(Own { key, window, counts });
                }
            }
        }
        collected
    }

    /// It could not be settled, and is to be tried again.
    pub fn give_back(&self, unsettled: &[Own]) {
        for own in unsettled {
            let mut shard = self.shard_of(own.key);
            let shard = &mut *shard;
            if let Some(kept) = shard.keys.get_mut(&own.key).filter(|kept| !kept.is_touched) {
                kept.is_touched = true;
                shard.touched.push(own.key);
            }
        }
    }

    pub fn learn(&self, key: u128, window: u64, others: Pair) {
        if let Some(kept) = self.shard_of(key).keys.get_mut(&key) {
            kept.counter.learn(window, others);
        }
    }

    /// The keys are ids and addresses: what differs is not at one end of them alone.
    fn shard_of(&self, key: u128) -> MutexGuard<'_, Shard> {
        let folded = (key ^ (key >> 64)) as u64;
        let mixed = folded.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        locked(&self.shards[(mixed >> 32) as usize % SHARDS])
    }
}

impl Shard {
    /// Once a window, what says nothing any more is forgotten.
    #[cold]
    fn sweep(&mut self, moment: Moment) {
        self.swept_in = moment.window();
        self.keys.retain(|_, kept| !kept.counter.is_past(moment.window()));
        self.tidy_touched();
    }

    #[cold]
    fn tidy_touched(&mut self) {
        let keys = &self.keys;
        self.touched.retain(|key| keys.get(key).is_some_and(|kept| kept.is_touched));
        self.touched.sort_unstable();
        self.touched.dedup();
    }

    /// A flood of addresses pushes out itself for the most part: who comes once has been counted once.
    #[cold]
    fn make_room(&mut self) {
        let candidates = self.keys.iter().take(CANDIDATES);
        if let Some((key, _)) = candidates.min_by_key(|(_, kept)| kept.counter.total()) {
            let key = *key;
            self.keys.remove(&key);
        }
    }
}

fn locked(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    const LIMIT: u32 = 10;

    fn at(second: i64) -> Moment {
        Moment::of(DateTime::from_timestamp(second, 0).unwrap())
    }

    fn keys(counters: &Counters) -> usize {
        counters.shards.iter().map(|shard| locked(shard).keys.len()).sum()
    }

    #[test]
    fn keys_are_counted_apart_and_forgotten_after_two_windows() {
        let counters = Counters::new();
        for key in 0..1_000 {
            assert_eq!(counters.admit(key, LIMIT, at(0)).remaining, LIMIT - 1, "{key}");
        }
        assert_eq!(counters.admit(7, LIMIT, at(1)).remaining, LIMIT - 2);
        for key in 0..1_000 {
            counters.admit(key + 5_000, LIMIT, at(60));
        }
        assert_eq!(keys(&counters), 2_000);
        for key in 0..1_000 {
            counters.admit(key + 5_000, LIMIT, at(120));
        }
        assert_eq!(keys(&counters), 1_000);
    }

    #[test]
    fn a_flood_of_keys_takes_no_more_than_its_share_and_forgets_no_one_who_is_busy() {
        let counters = Counters::new();
        counters.share();
        let busy: u128 = 1 << 100;
        for key in 0..400_000u128 {
            counters.admit(key, LIMIT, at(0));
            if key % 50_000 == 0 {
                counters.admit(busy, LIMIT, at(0));
            }
        }
        assert_eq!(keys(&counters), SHARDS * KEYS_PER_SHARD);
        let touched = counters.shards.iter().map(|shard| locked(shard).touched.len()).max();
        assert!(touched.is_some_and(|most| most < 2 * KEYS_PER_SHARD), "{touched:?}");
        assert_eq!(counters.collect(1_000_000).len(), SHARDS * KEYS_PER_SHARD);
        assert_eq!(counters.admit(busy, LIMIT, at(0)).remaining, LIMIT - 9);
    }

    #[test]
    fn what_was_touched_is_collected_once_and_in_bounded_parts() {
        let counters = Counters::new();
        counters.admit(1, LIMIT, at(0));
        assert_eq!(counters.collect(10), [], "nobody shares yet");
        counters.share();
        for _ in 0..3 {
            for key in 2..302 {
                counters.admit(key, LIMIT, at(0));
            }
        }
        let first = counters.collect(100);
        let rest = counters.collect(1_000);
        let mut all: Vec<_> = first.iter().chain(&rest).map(|own| own.key).collect();
        all.sort_unstable();
        assert_eq!((first.len(), rest.len()), (100, 200));
        assert!(all.iter().copied().eq(2..302));
        assert!(first.iter().all(|own| own.counts == Pair { current: 3, previous: 0 }));
        assert_eq!(counters.collect(1_000), []);

        counters.give_back(&first);
        counters.give_back(&first);
        counters.admit(first[0].key, LIMIT, at(60));
        let again = counters.collect(1_000);
        assert_eq!(again.len(), 100);
        let turned = again.iter().find(|own| own.key == first[0].key).unwrap();
        assert_eq!((turned.window, turned.counts), (1, Pair { current: 1, previous: 3 }));
    }

    #[test]
    fn a_peek_counts_nothing() {
        let counters = Counters::new();
        assert_eq!(counters.peek(1, 1, at(0)).retry_after, None);
        assert_eq!(keys(&counters), 0);
        counters.admit(1, 1, at(0));
        let told = counters.peek(1, 1, at(0));
        assert!(told.retry_after.is_some());
        assert_eq!(told, counters.admit(1, 1, at(0)));
        assert_eq!(counters.peek(1, 1, at(300)).retry_after, None);
    }

    #[test]
    fn what_the_others_admitted_counts() {
        let counters = Counters::new();
        counters.admit(1, LIMIT, at(0));
        counters.learn(1, 0, Pair { current: 9, previous: 0 });
        assert!(counters.admit(1, LIMIT, at(1)).retry_after.is_some());
        counters.learn(2, 0, Pair { current: 9, previous: 0 });
        assert_eq!(keys(&counters), 1, "nobody asked for the other here");
    }
}
