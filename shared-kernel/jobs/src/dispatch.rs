//! From a claimed row to its handler: who it acts as, until when, and what is counted of it.

use crate::callers::Callers;
use crate::failure::JobFailure;
use crate::handler::{Handler, Parcel, Registry};
use crate::held::{Held, Leases, Running};
use crate::message::Message;
use crate::runtime::Settings;
use crate::schedule::Prepared;
use crate::settle::{Outcome, Settlement};
use crate::store::Store;
use apalis_core::error::BoxDynError;
use kernel::ctx::{Delivery, Principal, Trace};
use kernel::id::PLATFORM;
use kernel::problem::{FORBIDDEN, INTERNAL, MALFORMED};
use kernel::{Actor, Clock, Ctx, Problem, TenantId, Visitor};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, Semaphore, watch};
use tracing::Instrument;

/// All that the worker of one domain's database shares.
pub(crate) struct Core {
    pub store: Arc<Store>,
    pub registry: Arc<Registry>,
    pub settings: Settings,
    pub callers: Arc<Callers>,
    pub clock: Clock,
    pub slots: Arc<Semaphore>,
    pub leases: Arc<Leases>,
    pub outcomes: UnboundedSender<Settlement>,
    /// Notified after commits that wrote messages.
    pub wake: Arc<Notify>,
    /// Notified after outcomes that may have made something startable.
    pub nudge: Arc<Notify>,
    pub stop: watch::Sender<bool>,
    pub schedules: Arc<Vec<Prepared>>,
}

/// The row has been given to another worker; what runs here must not go on.
#[derive(Debug, thiserror::Error)]
#[error("the lease was lost")]
pub(crate) struct LeaseLost;

impl Core {
    /// In a span below the one that wrote the message, so that its log lines and traces continue those of the request.
    pub async fn run(&self, held: Arc<Held>) -> Result<(), BoxDynError> {
        let message = &held.message;
        let parent = Trace { traceparent: message.traceparent.clone() };
        let trace = parent.child();
        let span = tracing::info_span!(
            "job",
            request_id = message.request_id,
            trace = trace.traceparent,
            parent = parent.span_id(),
            tenant = message.tenant.map(tracing::field::display),
            domain = self.store.domain(),
            handler = message.handler,
            message = %message.public_id,
            attempt = message.attempts,
            error = tracing::field::Empty,
        );
        let work = async {
            tokio::select! {
                biased;
                () = held.lost() => Err(LeaseLost.into()),
                result = self.handle(&held, trace) => result.map_err(|failure| {
                    tracing::Span::current().record("error", tracing::field::display(&failure));
                    failure.into()
                }),
            }
        };
        work.instrument(span).await
    }

    async fn handle(&self, held: &Arc<Held>, trace: Trace) -> Result<(), JobFailure> {
        let message = &held.message;
        let Some(handler) = self.registry.find(&message.handler) else {
            let detail = format!("no handler {} on this node", message.handler);
            return Err(JobFailure::Retry(Problem::new(INTERNAL, detail)));
        };
        let allowed = handler.time_allowed().unwrap_or(self.settings.timeout);
        let work = async {
            let ctx = self.ctx(message, handler, allowed, trace).await?;
            let parcel = Parcel {
                kind: message.kind.clone(),
                version: u16::try_from(message.payload_version).unwrap_or(0),
                payload: message.payload.clone(),
            };
            let running = Running::new(held.clone(), self.store.clone(), self.callers.clone());
            handler.deliver(ctx, parcel, running).await
        };
        // The worker's own time-out is that of its slowest handler.
        match tokio::time::timeout(allowed, work).await {
            Ok(result) => result,
            Err(_) => {
                let detail = format!("took longer than {} s", allowed.as_secs_f64());
                Err(JobFailure::Retry(Problem::new(kernel::problem::DEADLINE_EXCEEDED, detail)))
            }
        }
    }

    async fn ctx(
        &self,
        message: &Message,
        handler: &Handler,
        allowed: Duration,
        trace: Trace,
    ) -> Result<Ctx, JobFailure> {
        let visitor = Visitor {
            client_address: None,
            user_agent: None,
            request_id: message.request_id.clone(),
            trace,
            deadline: Instant::now() + allowed,
            clock: self.clock.clone(),
        };
        let tenant = message.tenant.unwrap_or(PLATFORM);
        let principal = if handler.is_subscriber() || message.act_as == "system" {
            Principal::system(tenant, handler.domain(), visitor.now())
        } else {
            self.resume(&visitor, tenant, message).await?
        };
        let ctx = Ctx::build(visitor, principal);
        Ok(if handler.is_subscriber() {
            ctx.with_delivery(Delivery {
                message: message.public_id,
                domain: handler.domain().to_owned(),
                subscriber: handler.name().to_owned(),
            })
        } else {
            ctx
        })
    }

    async fn resume(
        &self,
        visitor: &Visitor,
        tenant: TenantId,
        message: &Message,
    ) -> Result<Principal, JobFailure> {
        let actor: Actor = serde_json::from_str(&message.actor).map_err(|error| {
            JobFailure::Permanent(Problem::new(MALFORMED, format!("the actor is unreadable: {error}")))
        })?;
        let now = self.callers.now(visitor, tenant, &actor).await.map_err(JobFailure::Retry)?;
        now.ok_or_else(|| {
            let detail = format!("{actor} may no longer act in this tenant");
            JobFailure::Permanent(Problem::new(FORBIDDEN, detail))
        })
    }

    /// Counts it, and logs what went wrong: here and nowhere else.
    pub fn finished(&self, message: &Message, outcome: &Outcome, took: Duration) {
        let (domain, id, handler) = (self.store.domain(), message.public_id, message.handler.as_str());
        let (request_id, trace) = (message.request_id.as_str(), message.traceparent.as_str());
        let attempt = message.attempts;
        let name = match outcome {
            Outcome::Done => "done",
            Outcome::Retry { error, .. } | Outcome::Permanent { error } if outcome.is_retried(message) => {
                if message.is_overdue() {
                    tracing::error!(domain, message = %id, handler, request_id, trace, attempt, error, "an audit entry cannot be appended and is retried for ever");
                    "overdue"
                } else {
                    tracing::warn!(domain, message = %id, handler, request_id, trace, attempt, error, "a message will be retried");
                    "retry"
                }
            }
            Outcome::Retry { error, .. } | Outcome::Permanent { error } => {
                tracing::error!(domain, message = %id, handler, request_id, trace, attempt, error, "a message failed for good");
                "dead"
            }
            Outcome::Cancelled => "cancelled",
            Outcome::Snooze(_) => "snoozed",
            Outcome::Released => "released",
            Outcome::Lost => {
                tracing::warn!(domain, message = %id, handler, request_id, trace, attempt, "the lease of a running message was lost");
                "lost"
            }
        };
        self.count(handler, name);
        metrics::histogram!("job_duration_seconds", "domain" => domain, "handler" => handler.to_owned())
            .record(took);
    }

    pub fn count(&self, handler: &str, outcome: &'static str) {
        let domain = self.store.domain();
        metrics::counter!("jobs_finished_total", "domain" => domain, "handler" => handler.to_owned(), "outcome" => outcome)
            .increment(1);
    }
}
