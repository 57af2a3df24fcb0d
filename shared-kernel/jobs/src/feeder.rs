//! Brings rows from the table to the worker: claims as many as can start, then sleeps until a commit, a due time or
//! the slow sweep. A task of its own, since a claim that is not polled would hold a transaction open.

use crate::dispatch::Core;
use crate::held::Held;
use crate::schedule::Ticker;
use crate::settle::Ticket;
use chrono::{DateTime, Utc};
use futures::task::AtomicWaker;
use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, watch};

/// A claimed message on its way to its handler.
pub(crate) struct Envelope {
    pub held: Arc<Held>,
    /// Taken by the outermost layer, which reports the outcome.
    pub ticket: Option<Ticket>,
}

/// Claimed and not yet begun; never more than there are free slots.
#[derive(Default)]
pub(crate) struct Feed {
    queue: Mutex<VecDeque<Envelope>>,
    waker: AtomicWaker,
}

impl Feed {
    pub fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Envelope> {
        self.waker.register(cx.waker());
        match self.lock().pop_front() {
            Some(envelope) => Poll::Ready(envelope),
            None => Poll::Pending,
        }
    }

    fn push(&self, envelopes: impl Iterator<Item = Envelope>) {
        self.lock().extend(envelopes);
        self.waker.wake();
    }

    /// Gives back what has not begun.
    fn clear(&self) {
        let unbegun = std::mem::take(&mut *self.lock());
        drop(unbegun);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Envelope>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

pub(crate) async fn feed(core: Arc<Core>, feed: Arc<Feed>) {
    let mut stop = core.stop.subscribe();
    let mut ticker = Ticker::new(core.schedules.clone());
    let mut pause = FIRST_PAUSE;
    loop {
        // Armed before the claim looks, so that what is committed while it looks is not missed.
        let (mut wake, mut nudge) = (pin!(core.wake.notified()), pin!(core.nudge.notified()));
        wake.as_mut().enable();
        nudge.as_mut().enable();
        let slots = tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            slots = free_slots(&core) => slots,
        };
        let Some(slots) = slots else { break };
        let wait = match round(&core, &feed, &mut ticker, slots).await {
            Ok(Next::AtOnce) => continue,
            Ok(Next::At(due)) => {
                pause = FIRST_PAUSE;
                due.map_or(core.settings.sweep, |due| until(due, core.clock.now()).min(core.settings.sweep))
            }
            Err(error) => {
                tracing::warn!(domain = core.store.domain(), %error, "messages cannot be claimed");
                pause = (pause * 2).min(LONGEST_PAUSE);
                tokio::select! {
                    () = stopped(&mut stop) => break,
                    () = tokio::time::sleep(pause) => continue,
                }
            }
        };
        tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            () = wake => {}
            () = nudge => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    feed.clear();
}

enum Next {
    /// There may be more.
    AtOnce,
    At(Option<DateTime<Utc>>),
}

async fn round(
    core: &Arc<Core>,
    feed: &Feed,
    ticker: &mut Ticker,
    mut slots: OwnedSemaphorePermit,
) -> Result<Next, data::Error> {
    let next_tick = ticker.write_due(&core.store, core.clock.now()).await?;
    let claimed = core.store.claim(slots.num_permits()).await?;
    for buried in &claimed.buried {
        tracing::error!(domain = core.store.domain(), message = %buried.id, handler = buried.handler,
            status = buried.status, "the lease of a message's last attempt ran out");
        core.count(&buried.handler, if buried.status == "dead" { "dead" } else { "cancelled" });
    }
    // What was buried may have made something startable.
    let more = claimed.messages.len() == slots.num_permits() || !claimed.buried.is_empty();
    let mut envelopes = Vec::with_capacity(claimed.messages.len());
    for message in claimed.messages {
        let Some(slot) = slots.split(1) else { break };
        let held = Held::new(message);
        core.leases.add(&held);
        let ticket = Ticket::new(held.clone(), slot, core.outcomes.clone());
        envelopes.push(Envelope { held, ticket: Some(ticket) });
    }
    feed.push(envelopes.into_iter());
    Ok(if more { Next::AtOnce } else { Next::At([claimed.next_due, next_tick].into_iter().flatten().min()) })
}

/// All that are free, at least one.
async fn free_slots(core: &Core) -> Option<OwnedSemaphorePermit> {
    let mut slots = core.slots.clone().acquire_owned().await.ok()?;
    while let Ok(one) = core.slots.clone().try_acquire_owned() {
        slots.merge(one);
    }
    Some(slots)
}

pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop too.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Rounded up, so that the row is due when the sleep ends.
fn until(due: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    (due - now).to_std().unwrap_or_default() + Duration::from_millis(1)
}
