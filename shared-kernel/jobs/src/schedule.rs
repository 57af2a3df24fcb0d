//! Work that recurs. A tick is a row with a unique key, written ahead of its time, so that any number of nodes gives
//! one run and a tick that fell into a stop runs late rather than never.

use crate::store::{Store, Tick, span};
use chrono::{DateTime, TimeDelta, Utc};
use croner::Cron;
use data::{Error, Job};
use kernel::Actor;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

pub struct Schedule {
    name: &'static str,
    rhythm: Rhythm,
    kind: &'static str,
    version: u16,
    max_attempts: u32,
    payload: Result<String, String>,
}

enum Rhythm {
    Every(Duration),
    Cron(&'static str),
}

impl Schedule {
    /// At whole multiples of `period`, counted from 1970, so that all nodes agree on them.
    pub fn every<J: Job>(name: &'static str, period: Duration, job: &J) -> Self {
        Self::new(name, Rhythm::Every(period), job)
    }

    /// `Schedule::cron("billing.dunning", "0 3 * * *", &RunDunning {})`: three in the morning, UTC.
    pub fn cron<J: Job>(name: &'static str, pattern: &'static str, job: &J) -> Self {
        Self::new(name, Rhythm::Cron(pattern), job)
    }

    fn new<J: Job>(name: &'static str, rhythm: Rhythm, job: &J) -> Self {
        Self {
            name,
            rhythm,
            kind: J::KIND,
            version: J::VERSION,
            max_attempts: J::MAX_ATTEMPTS,
            payload: serde_json::to_string(job).map_err(|error| error.to_string()),
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }

    pub(crate) fn prepare(self, domain: &str) -> Result<Prepared, String> {
        let refuse = |reason: String| format!("schedule {}: {reason}", self.name);
        let clock = match self.rhythm {
            Rhythm::Every(period) if period < Duration::from_millis(1) => {
                return Err(refuse("the period is shorter than a millisecond".to_owned()));
            }
            Rhythm::Every(period) => Ticks::Every(span(period)),
            Rhythm::Cron(pattern) => {
                Ticks::Cron(Box::new(Cron::from_str(pattern).map_err(|error| refuse(error.to_string()))?))
            }
        };
        let actor = Actor::System { domain: domain.to_owned() };
        Ok(Prepared {
            name: self.name,
            ticks: clock,
            kind: self.kind,
            version: self.version,
            max_attempts: self.max_attempts,
            payload: self.payload.clone().map_err(refuse)?,
            actor: serde_json::to_string(&actor).map_err(|error| refuse(error.to_string()))?,
        })
    }
}

pub(crate) struct Prepared {
    name: &'static str,
    ticks: Ticks,
    kind: &'static str,
    version: u16,
    max_attempts: u32,
    payload: String,
    actor: String,
}

enum Ticks {
    Every(TimeDelta),
    Cron(Box<Cron>),
}

impl Prepared {
    fn next_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match &self.ticks {
            Ticks::Every(period) => {
                let period = period.num_microseconds()?.max(1);
                let passed = now.timestamp_micros().div_euclid(period);
                DateTime::from_timestamp_micros(passed.checked_add(1)?.checked_mul(period)?)
            }
            Ticks::Cron(cron) => cron.find_next_occurrence(&now, false).ok(),
        }
    }
}

/// The schedules of one domain and up to when their ticks are written.
pub(crate) struct Ticker {
    schedules: Arc<Vec<Prepared>>,
    written: Vec<Option<DateTime<Utc>>>,
}

impl Ticker {
    pub fn new(schedules: Arc<Vec<Prepared>>) -> Self {
        let written = vec![None; schedules.len()];
        Self { schedules, written }
    }

    /// Writes the next tick of each schedule whose last written one has passed. Answers when to come again.
    pub async fn write_due(
        &mut self,
        store: &Store,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, Error> {
        for (schedule, written) in self.schedules.iter().zip(&mut self.written) {
            if written.is_some_and(|tick| tick > now) {
                continue;
            }
            let Some(tick) = schedule.next_after(now) else { continue };
            let row = Tick {
                kind: schedule.kind,
                version: schedule.version,
                payload: &schedule.payload,
                max_attempts: schedule.max_attempts,
                unique_key: format!("cron:{}:{}", schedule.name, tick.to_rfc3339()),
                run_at: tick,
                actor: &schedule.actor,
            };
            store.write_tick(row).await?;
            *written = Some(tick);
        }
        Ok(self.written.iter().flatten().min().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(serde::Serialize, Deserialize)]
    struct Nothing {}
    impl Job for Nothing {
        const KIND: &'static str = "tests.nothing";
        const VERSION: u16 = 1;
    }

    fn check(schedule: Schedule, now: &str, expected: Result<&str, &str>) {
        let now: DateTime<Utc> = now.parse().unwrap();
        match (schedule.prepare("tests"), expected) {
            (Ok(schedule), Ok(next)) => assert_eq!(schedule.next_after(now), Some(next.parse().unwrap())),
            (Err(said), Err(fragment)) => assert!(said.contains(fragment), "{said}"),
            (said, expected) => panic!("{:?}, expected {expected:?}", said.err()),
        }
    }

    #[test]
    fn ticks_are_the_same_on_every_node() {
        let now = "2026-03-01T02:59:59.5Z";
        check(Schedule::every("a", Duration::from_secs(60), &Nothing {}), now, Ok("2026-03-01T03:00:00Z"));
        check(Schedule::every("a", Duration::from_secs(7200), &Nothing {}), now, Ok("2026-03-01T04:00:00Z"));
        check(Schedule::cron("a", "0 3 * * *", &Nothing {}), now, Ok("2026-03-01T03:00:00Z"));
        let exactly = "2026-03-01T03:00:00Z";
        check(Schedule::cron("a", "0 3 * * *", &Nothing {}), exactly, Ok("2026-03-02T03:00:00Z"));
        check(
            Schedule::every("a", Duration::from_secs(60), &Nothing {}),
            exactly,
            Ok("2026-03-01T03:01:00Z"),
        );
        check(Schedule::cron("a", "at three", &Nothing {}), now, Err("schedule a"));
        check(Schedule::every("a", Duration::ZERO, &Nothing {}), now, Err("shorter"));
    }
}
