//! The arithmetic of a sliding window over two fixed ones: what was admitted in the window before counts by the part of
//! it that the sliding window still covers. Pure: the time is handed in.

use chrono::{DateTime, Utc};
use std::time::Duration;

pub(crate) const WINDOW_MS: u64 = 60_000;

/// A time as windows see it: which one, counted from 1970 so that all nodes mean the same, and how far into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    window: u64,
    into_ms: u64,
}

impl Moment {
    pub fn of(now: DateTime<Utc>) -> Self {
        let now_ms = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        Self { window: now_ms / WINDOW_MS, into_ms: now_ms % WINDOW_MS }
    }

    pub fn window(self) -> u64 {
        self.window
    }
}

/// Of one key: what this node admitted and what the others are known to have, in a window and the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counter {
    window: u64,
    own: Pair,
    others: Pair,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pair {
    pub current: u32,
    pub previous: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub remaining: u32,
    /// Until the whole limit is free, if nobody asks.
    pub full_after: Duration,
    /// Set when it was refused: until one more is admitted, if nobody else asks.
    pub retry_after: Option<Duration>,
}

impl Counter {
    pub fn new(moment: Moment) -> Self {
        Self { window: moment.window, ..Self::default() }
    }

    /// Counts one more where what is used, parts of a request left out, is below the limit: so whoever asks all the time
    /// gets just the limit a minute. What is refused is not counted.
    pub fn admit(&mut self, limit: u32, moment: Moment) -> Verdict {
        let into_ms = self.turn(moment);
        let admitted = self.has_room(limit, into_ms);
        if admitted {
            self.own.current += 1;
        }
        self.verdict(limit, into_ms, admitted)
    }

    /// What `admit` would say, but for the one that it counts.
    pub fn peek(&mut self, limit: u32, moment: Moment) -> Verdict {
        let into_ms = self.turn(moment);
        self.verdict(limit, into_ms, self.has_room(limit, into_ms))
    }

    fn has_room(&self, limit: u32, into_ms: u64) -> bool {
        self.used(into_ms) < u64::from(limit) * WINDOW_MS
    }

    fn verdict(&self, limit: u32, into_ms: u64, admitted: bool) -> Verdict {
        let limit_used = u64::from(limit) * WINDOW_MS;
        let left = limit_used.saturating_sub(self.used(into_ms)).div_ceil(WINDOW_MS);
        Verdict {
            remaining: u32::try_from(left).unwrap_or(limit),
            full_after: self.full_after(into_ms),
            retry_after: (!admitted).then(|| self.retry_after(u64::from(limit), into_ms)),
        }
    }

    /// What the other nodes admitted, as it was known for this window. Within a window it only grows.
    pub fn learn(&mut self, window: u64, others: Pair) {
        if window == self.window {
            self.others.current = self.others.current.max(others.current);
            self.others.previous = self.others.previous.max(others.previous);
        } else if window + 1 == self.window {
            self.others.previous = self.others.previous.max(others.current);
        }
    }

    pub fn window(&self) -> u64 {
        self.window
    }

    pub fn own(&self) -> Pair {
        self.own
    }

    /// Whether it says nothing any more in this window.
    pub fn is_past(&self, window: u64) -> bool {
        self.window + 1 < window
    }

    pub fn total(&self) -> u64 {
        self.current() + self.previous()
    }

    /// Goes on to the window of this moment, and answers how far into it that is.
    fn turn(&mut self, moment: Moment) -> u64 {
        let next = |pair: Pair| Pair { current: 0, previous: pair.current };
        match moment.window {
            window if window == self.window => return moment.into_ms,
            window if window == self.window + 1 => {
                *self = Self { window, own: next(self.own), others: next(self.others) };
            }
            // The clock went back over the edge of the window: what was counted since stays counted.
            window if window + 1 == self.window => return 0,
            _ => *self = Self::new(moment),
        }
        moment.into_ms
    }

    fn current(&self) -> u64 {
        u64::from(self.own.current) + u64::from(self.others.current)
    }

    fn previous(&self) -> u64 {
        u64::from(self.own.previous) + u64::from(self.others.previous)
    }

    /// In requests times milliseconds, so that nothing is rounded.
    fn used(&self, into_ms: u64) -> u64 {
        self.current() * WINDOW_MS + self.previous() * (WINDOW_MS - into_ms)
    }

    fn full_after(&self, into_ms: u64) -> Duration {
        Duration::from_millis(match (self.current(), self.previous()) {
            (0, 0) => 0,
            (0, _) => WINDOW_MS - into_ms,
            _ => 2 * WINDOW_MS - into_ms,
        })
    }

    /// The limit is reached. Room comes while the window before slides out; where this one alone fills the limit, not
    /// before it has become the one before.
    fn retry_after(&self, limit: u64, into_ms: u64) -> Duration {
        let (current, previous) = (self.current(), self.previous());
        let (waited_ms, room, sliding) =
            if current < limit { (0, limit - current, previous) } else { (WINDOW_MS, limit, current) };
        let covered_below_ms = (room * WINDOW_MS).div_ceil(sliding.max(1)).clamp(1, WINDOW_MS);
        Duration::from_millis((waited_ms + WINDOW_MS + 1 - covered_below_ms).saturating_sub(into_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(window: u64, into_ms: u64) -> Moment {
        Moment { window, into_ms }
    }

    fn counter(own: [u32; 2], others: [u32; 2]) -> Counter {
        let pair = |[current, previous]: [u32; 2]| Pair { current, previous };
        Counter { window: 7, own: pair(own), others: pair(others) }
    }

    /// A counter of window 7, asked once: what remains when it admits, or `None`.
    fn check(own: [u32; 2], others: [u32; 2], limit: u32, moment: Moment, expected: Option<u32>) {
        let mut counter = counter(own, others);
        let verdict = counter.admit(limit, moment);
        let found = verdict.retry_after.is_none().then_some(verdict.remaining);
        assert_eq!(found, expected, "{own:?} {others:?} {limit} {moment:?}");
    }

    #[test]
    fn the_window_before_counts_by_what_is_left_of_it() {
        check([0, 0], [0, 0], 1, at(7, 0), Some(0));
        check([3, 0], [0, 0], 5, at(7, 0), Some(1));
        check([5, 0], [0, 0], 5, at(7, 59_999), None);
        check([0, 10], [0, 0], 10, at(7, 0), None);
        check([0, 10], [0, 0], 10, at(7, 1), Some(0));
        check([1, 10], [0, 0], 10, at(7, 6_000), None);
        check([1, 10], [0, 0], 10, at(7, 6_001), Some(0));
        check([0, 10], [0, 0], 10, at(7, 30_000), Some(4));
        check([4, 10], [0, 0], 10, at(7, 30_000), Some(0));
        check([5, 10], [0, 0], 10, at(7, 30_000), None);
        // What the others have counts the same.
        check([1, 0], [4, 0], 5, at(7, 0), None);
        check([2, 6], [2, 4], 10, at(7, 30_000), Some(0));
        check([2, 6], [9, 4], 10, at(7, 59_999), None);
        check([2, 6], [u32::MAX, u32::MAX], 10, at(7, 30_000), None);
    }

    #[test]
    fn windows_turn_with_the_clock() {
        check([10, 0], [0, 0], 10, at(8, 0), None);
        check([10, 0], [0, 0], 10, at(8, 6_000), Some(0));
        check([5, 10], [5, 10], 10, at(8, 6_000), Some(0));
        check([10, 10], [0, 0], 10, at(9, 0), Some(9));
        check([10, 10], [0, 0], 10, at(900, 0), Some(9));
        // The clock was set back: a little, then by hours.
        check([10, 0], [0, 0], 10, at(6, 59_000), None);
        check([9, 0], [0, 0], 10, at(6, 59_000), Some(0));
        check([10, 0], [0, 0], 10, at(5, 0), Some(9));
    }

    #[test]
    fn what_is_refused_is_not_counted() {
        let mut counter = counter([5, 0], [0, 0]);
        for _ in 0..100 {
            assert!(counter.admit(5, at(7, 1)).retry_after.is_some());
        }
        assert_eq!(counter.own().current, 5);
    }

    #[test]
    fn retry_after_is_the_first_moment_that_admits() {
        let moment = |ms: u64| at(ms / WINDOW_MS, ms % WINDOW_MS);
        for limit in [1, 2, 3, 5, 60, 6_000] {
            for (current, previous) in [(1, 0), (1, 1), (0, 1), (2, 3), (1, 2), (1, 3)] {
                for into_ms in [0, 1, 17, 30_000, 59_999] {
                    let (current, previous) = (current * limit / 2, previous * limit);
                    let full = counter([current, previous], [0, 0]);
                    let now_ms = 7 * WINDOW_MS + into_ms;
                    let Some(after) = full.clone().admit(limit, moment(now_ms)).retry_after else { continue };
                    let then_ms = now_ms + u64::try_from(after.as_millis()).unwrap();
                    let admits = |ms| full.clone().admit(limit, moment(ms)).retry_after.is_none();
                    assert!(admits(then_ms), "{full:?} {limit} {into_ms}: {after:?} is too early");
                    assert!(!admits(then_ms - 1), "{full:?} {limit} {into_ms}: {after:?} is too late");
                }
            }
        }
    }

    #[test]
    fn full_after_is_the_first_moment_with_the_whole_limit() {
        for (own, into_ms, expected_ms) in
            [([0, 3], 20_000, 40_000), ([3, 0], 20_000, 100_000), ([3, 3], 0, 120_000), ([0, 0], 5, 0)]
        {
            let counter = counter(own, [0, 0]);
            assert_eq!(counter.full_after(into_ms), Duration::from_millis(expected_ms), "{own:?}");
        }
    }

    /// Whoever asks all the time gets the limit a minute.
    #[test]
    fn over_a_long_time_the_limit_is_what_is_admitted() {
        for limit in [1, 10, 60, 600] {
            let mut counter = Counter::new(at(0, 0));
            let mut admitted = 0;
            for ms in (0..60 * WINDOW_MS).step_by(20) {
                let moment = at(ms / WINDOW_MS, ms % WINDOW_MS);
                admitted += u32::from(counter.admit(limit, moment).retry_after.is_none());
                assert!(counter.used(moment.into_ms) < u64::from(limit + 1) * WINDOW_MS);
            }
            assert_eq!(admitted, limit * 60, "in an hour");
        }
    }

    #[test]
    fn what_is_learnt_belongs_to_its_window_and_only_grows() {
        let learnt = |window, current, previous| {
            let mut counter = counter([0, 0], [5, 5]);
            counter.learn(window, Pair { current, previous });
            (counter.others.current, counter.others.previous)
        };
        assert_eq!(learnt(7, 6, 7), (6, 7));
        assert_eq!(learnt(7, 1, 1), (5, 5), "Redis has lost what it knew");
        assert_eq!(learnt(6, 9, 100), (5, 9), "the window turned while the answer was on its way");
        assert_eq!(learnt(5, 9, 9), (5, 5));
        assert_eq!(learnt(8, 9, 9), (5, 5));
    }
}
