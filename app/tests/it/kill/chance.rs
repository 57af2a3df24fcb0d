//! What decides when a kill comes: a generator whose whole state is the printed seed (SplitMix64).

use std::ops::Range;

pub struct Chance(u64);

/// `KILL_SEED`, or a fresh one.
pub fn seed() -> u64 {
    match std::env::var("KILL_SEED") {
        Ok(seed) => seed.parse().unwrap_or_else(|error| panic!("KILL_SEED={seed}: {error}")),
        Err(_) => uuid::Uuid::new_v4().as_u64_pair().0,
    }
}

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn within(&mut self, range: Range<usize>) -> usize {
        let size = (range.end - range.start) as u64;
        range.start + usize::try_from(self.next() % size).unwrap()
    }

    pub fn one_in(&mut self, times: usize) -> bool {
        self.within(0..times) == 0
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
