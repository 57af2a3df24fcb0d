//! How leases end: outcomes are written in batches, and until one is in the table its lease is kept alive, also while
//! the process drains.

use crate::failure::JobFailure;
use crate::held::{Held, Leases};
use crate::message::{Message, NEVER_DEAD};
use crate::store::{Record, Store, span, text_of};
use chrono::{DateTime, Utc};
use data::Error;
use kernel::problem::ALREADY_APPLIED;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::time::MissedTickBehavior;

const BATCH: usize = 200;
const ERROR_CHARS: usize = 2_000;
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    Retry {
        error: String,
        after: Option<Duration>,
    },
    Permanent {
        error: String,
    },
    Cancelled,
    Snooze(Duration),
    /// It never came to an end here: another worker may take it at once.
    Released,
    /// The row is somebody else's by now.
    Lost,
}

impl Outcome {
    /// Whether the row gets another attempt after this error.
    pub fn is_retried(&self, message: &Message) -> bool {
        match self {
            Self::Retry { .. } => !message.is_last_attempt(),
            Self::Permanent { .. } => message.kind == NEVER_DEAD,
            _ => false,
        }
    }
}

impl From<JobFailure> for Outcome {
    fn from(failure: JobFailure) -> Self {
        let error = failure.to_string();
        match failure {
            JobFailure::Retry(problem) | JobFailure::Permanent(problem)
                if problem.kind.code == ALREADY_APPLIED.code =>
            {
                Self::Done
            }
            JobFailure::Retry(problem) => Self::Retry { error, after: problem.retry_after },
            JobFailure::Permanent(_) => Self::Permanent { error },
            JobFailure::Cancelled => Self::Cancelled,
            JobFailure::Snooze(by) => Self::Snooze(by),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct BackOff {
    pub first: Duration,
    pub cap: Duration,
}

impl BackOff {
    /// Exponential with full jitter: anywhere up to the doubled span, so that failures do not come back together.
    pub fn after(&self, attempts: i32) -> Duration {
        let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(20);
        let ceiling = self.first.saturating_mul(1 << doublings).min(self.cap);
        ceiling.mul_f64(random_fraction())
    }
}

fn random_fraction() -> f64 {
    f64::from(uuid::Uuid::new_v4().as_fields().0) / f64::from(u32::MAX)
}

/// The duty to report how a lease ended. Dropped unreported, it gives the row back.
pub(crate) struct Ticket {
    inner: Option<(Arc<Held>, OwnedSemaphorePermit)>,
    outcomes: UnboundedSender<Settlement>,
}

pub(crate) struct Settlement {
    held: Arc<Held>,
    outcome: Outcome,
    /// A slot is free again once the outcome is written: what cannot be written must not pile up.
    _slot: OwnedSemaphorePermit,
}

impl Ticket {
    pub fn new(held: Arc<Held>, slot: OwnedSemaphorePermit, outcomes: UnboundedSender<Settlement>) -> Self {
        Self { inner: Some((held, slot)), outcomes }
    }

    pub fn report(mut self, outcome: Outcome) {
        self.send(outcome);
    }

    fn send(&mut self, outcome: Outcome) {
        if let Some((held, slot)) = self.inner.take() {
            // Without a receiver the process is ending; the lease runs out by itself.
            let _ = self.outcomes.send(Settlement { held, outcome, _slot: slot });
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.send(Outcome::Released);
    }
}

/// Writes outcomes until no ticket is left that could report one.
pub(crate) async fn settle(
    mut outcomes: UnboundedReceiver<Settlement>,
    store: Arc<Store>,
    leases: Arc<Leases>,
    back_off: BackOff,
    clock: kernel::Clock,
    nudge: Arc<Notify>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while outcomes.recv_many(&mut batch, BATCH).await > 0 {
        let records: Vec<Record> = batch
            .iter()
            .filter_map(|settlement| {
                record(&settlement.held.message, &settlement.outcome, back_off, clock.now())
            })
            .collect();
        write(&store, &records).await;
        // Something may have become startable, or due at another time, that no commit of a domain speaks of.
        let look_again = batch.iter().any(|settlement| {
            settlement.held.message.ordering_key.is_some() || settlement.outcome != Outcome::Done
        });
        for settlement in batch.drain(..) {
            leases.remove(&settlement.held);
        }
        if look_again {
            nudge.notify_one();
        }
    }
}

async fn write(store: &Store, records: &[Record]) {
    let mut pause = Duration::from_millis(50);
    while !records.is_empty() {
        match store.settle(records).await {
            Ok(()) => return,
            Err(error) if !matches!(error, Error::Busy(_) | Error::Unavailable(_)) => {
                return write_each(store, records, &error).await;
            }
            Err(error) => {
                tracing::warn!(domain = store.domain(), %error, "outcomes of messages cannot be written yet");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// One that cannot be written must not hold up the others; its lease runs out.
async fn write_each(store: &Store, records: &[Record], error: &Error) {
    let [record] = records else {
        for record in records {
            Box::pin(write(store, std::slice::from_ref(record))).await;
        }
        return;
    };
    tracing::error!(domain = store.domain(), row = record.id, %error, "the outcome of a message cannot be written");
}

/// What the table is to say; nothing of a lost lease.
fn record(message: &Message, outcome: &Outcome, back_off: BackOff, now: DateTime<Utc>) -> Option<Record> {
    let (status, delay, error, refund) = match outcome {
        Outcome::Done => ("done", None, None, 0),
        Outcome::Cancelled => ("cancelled", None, None, 0),
        Outcome::Snooze(by) => ("queued", Some(*by), None, 1),
        Outcome::Released => ("queued", None, None, 1),
        Outcome::Lost => return None,
        Outcome::Retry { error, .. } | Outcome::Permanent { error } if !outcome.is_retried(message) => {
            ("dead", None, Some(error), 0)
        }
        Outcome::Retry { error, after } => {
            let delay = back_off.after(message.attempts).max(after.unwrap_or_default());
            ("retrying", Some(delay), Some(error), 0)
        }
        Outcome::Permanent { error } => ("retrying", Some(back_off.cap), Some(error), 0),
    };
    Some(Record {
        id: message.id,
        attempts: message.attempts,
        status,
        run_at: delay.map(|delay| text_of(micros(now + span(delay)))),
        // PostgreSQL's JSON takes no U+0000.
        last_error: error.map(|error| error.chars().filter(|c| *c != '\0').take(ERROR_CHARS).collect()),
        refund,
    })
}

/// PostgreSQL keeps no finer time, and the two backends should agree.
fn micros(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap_or(time)
}

/// Extends all leases at a third of their length, until aborted. A task of its own: neither a long job nor draining
/// may stop it.
pub(crate) async fn renew(store: Arc<Store>, leases: Arc<Leases>, lease: Duration) {
    let mut beat = tokio::time::interval((lease / 3).max(Duration::from_millis(1)));
    let mut renewed_at = Instant::now();
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        let held = leases.all();
        if held.is_empty() {
            renewed_at = Instant::now();
            continue;
        }
        let ids: Vec<i64> = held.iter().map(|held| held.message.id).collect();
        let asked_at = Instant::now();
        let renewed = match store.renew(&ids).await {
            Ok(renewed) => renewed,
            Err(error) => {
                tracing::warn!(domain = store.domain(), %error, "leases were not renewed");
                // By now another node may have them.
                if renewed_at.elapsed() >= lease {
                    held.iter().for_each(|held| held.lose());
                }
                continue;
            }
        };
        renewed_at = asked_at;
        for held in held {
            let message = &held.message;
            match renewed.iter().find(|row| row.id == message.id && row.attempts == message.attempts) {
                Some(row) if row.cancel_requested => held.cancel(),
                Some(_) => {}
                None => held.lose(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_to_its_cap_with_full_jitter() {
        let back_off = BackOff { first: Duration::from_secs(2), cap: Duration::from_secs(60) };
        for (attempts, ceiling) in [(1, 2), (2, 4), (5, 32), (6, 60), (1_000_000, 60)] {
            let drawn: Vec<_> = (0..200).map(|_| back_off.after(attempts)).collect();
            assert!(drawn.iter().all(|after| *after <= Duration::from_secs(ceiling)), "{attempts}");
            let ceiling_ms = Duration::from_secs(ceiling).as_millis();
            assert!(drawn.iter().any(|after| after.as_millis() * 2 > ceiling_ms), "{attempts}: never long");
            assert!(drawn.iter().any(|after| after.as_millis() * 2 < ceiling_ms), "{attempts}: never short");
        }
    }
}
