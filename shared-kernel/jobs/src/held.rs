//! The leases this process holds, and a running job's own view of its lease.

use crate::callers::Callers;
use crate::message::Message;
use crate::store::Store;
use data::Job;
use kernel::id::MessageId;
use kernel::{Actor, Ctx, Problem};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// One lease, from the claim until its outcome is in the table.
pub(crate) struct Held {
    pub message: Message,
    cancel: AtomicBool,
    lost: Notify,
}

impl Held {
    pub fn new(message: Message) -> Arc<Self> {
        Arc::new(Self { message, cancel: AtomicBool::new(false), lost: Notify::new() })
    }

    pub fn cancel(&self) {
        self.cancel.store(true, Ordering::SeqCst);
    }

    /// Somebody else may run it by now: the work here must end.
    pub fn lose(&self) {
        self.cancel();
        self.lost.notify_one();
    }

    pub async fn lost(&self) {
        self.lost.notified().await;
    }
}

#[derive(Default)]
pub(crate) struct Leases(Mutex<HashMap<i64, Arc<Held>>>);

impl Leases {
    pub fn add(&self, held: &Arc<Held>) {
        if let Some(before) = self.lock().insert(held.message.id, held.clone()) {
            before.lose();
        }
    }

    pub fn remove(&self, held: &Arc<Held>) {
        let mut leases = self.lock();
        if leases.get(&held.message.id).is_some_and(|current| Arc::ptr_eq(current, held)) {
            leases.remove(&held.message.id);
        }
    }

    pub fn all(&self) -> Vec<Arc<Held>> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<i64, Arc<Held>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Handed to a job: its id, whether it is to stop, and where it says how far it is.
#[derive(Clone)]
pub struct Running {
    message: MessageId,
    attempt: u32,
    lease: Option<(Arc<Held>, Arc<Store>)>,
    callers: Option<Arc<Callers>>,
}

impl Running {
    /// For a message that another process holds the lease of, and for a domain's tests.
    pub fn detached(message: MessageId) -> Self {
        Self { message, attempt: 1, lease: None, callers: None }
    }

    pub(crate) fn new(held: Arc<Held>, store: Arc<Store>, callers: Arc<Callers>) -> Self {
        let attempt = u32::try_from(held.message.attempts).unwrap_or(1);
        let message = held.message.public_id;
        Self { message, attempt, lease: Some((held, store)), callers: Some(callers) }
    }

    pub fn message(&self) -> MessageId {
        self.message
    }

    /// 1 at the first.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Whether the job should stop at the next safe point and answer [`JobFailure::Cancelled`](crate::JobFailure).
    pub fn cancelled(&self) -> bool {
        self.lease.as_ref().is_some_and(|(held, _)| held.cancel.load(Ordering::SeqCst))
    }

    /// The same caller as they are by now, to be asked between the steps of long work; `None` when they may no longer act.
    pub async fn caller_now(&self, ctx: &Ctx) -> Result<Option<Ctx>, Problem> {
        let Some(callers) = self.callers.as_ref().filter(|_| !matches!(ctx.actor(), Actor::System { .. }))
        else {
            return Ok(Some(ctx.clone()));
        };
        let now = callers.now(ctx.visitor(), ctx.tenant(), ctx.actor()).await?;
        Ok(now.map(|principal| Ctx::build(ctx.visitor().clone(), principal)))
    }

    /// Whether a failure of this attempt ends the job.
    pub fn is_last_attempt(&self) -> bool {
        self.lease.as_ref().is_some_and(|(held, _)| held.message.is_last_attempt())
    }

    /// One write; call it once per batch of work, not per row. Progress that cannot be written stops no job.
    pub async fn progress(&self, done: u64, total: Option<u64>) {
        self.tell(done, total, None).await;
    }

    /// The same where what is done stays done: this attempt counts as the first one again.
    pub async fn step<J: Job>(&self, done: u64, total: Option<u64>) {
        self.tell(done, total, Some(J::MAX_ATTEMPTS)).await;
    }

    async fn tell(&self, done: u64, total: Option<u64>, attempts: Option<u32>) {
        let Some((held, store)) = &self.lease else { return };
        let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let message = &held.message;
        let last = |attempts: u32| {
            let more = i32::try_from(attempts.saturating_sub(1)).unwrap_or(i32::MAX);
            message.attempts.saturating_add(more)
        };
        let last = attempts.map(last);
        match store.progress(message, count(done), total.map(count), last).await {
            Ok(Some(is_cancelled)) => {
                if let Some(last) = last {
                    message.max_attempts.store(last, Ordering::SeqCst);
                }
                if is_cancelled {
                    held.cancel();
                }
            }
            Ok(None) => held.lose(),
            Err(error) => tracing::warn!(%error, message = %self.message, "progress was not written"),
        }
    }
}
