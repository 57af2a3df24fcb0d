//! Messages: events for subscribers and jobs of the domain's own, written with the state they speak of.

use chrono::{DateTime, Utc};
use kernel::id::MessageId;
use kernel::{Actor, Ctx, DomainEvent, TenantId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// Work of the domain's own, done after the commit that asked for it. Small, named, safe to run twice.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// `imports.run_import`.
    const KIND: &'static str;
    const VERSION: u16;
    const MAX_ATTEMPTS: u32 = 8;
}

#[derive(Clone, Debug, Default)]
pub struct JobOptions {
    pub run_at: Option<DateTime<Utc>>,
    /// A second job of this kind with the same key is not written.
    pub unique_key: Option<String>,
    /// Jobs of this kind with the same key run one after the other.
    pub ordering_key: Option<String>,
    pub priority: i16,
    pub act_as: ActAs,
}

/// As whom a message's handler runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ActAs {
    /// Whoever asked, with the permissions they have when it runs.
    #[default]
    Caller,
    System,
}

impl ActAs {
    pub fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::System => "system",
        }
    }
}

/// Who wants which event. The same on every node, whatever domains it runs, since the publisher writes a row for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub event: &'static str,
    /// `workflow.open_approval`.
    pub subscriber: &'static str,
    pub ordered: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Subscriptions(Arc<OnceLock<Vec<Subscription>>>);

impl Subscriptions {
    /// The first call counts; the app makes it once all modules are made.
    pub fn fill(&self, subscriptions: Vec<Subscription>) {
        let _ = self.0.set(subscriptions);
    }

    pub fn all(&self) -> &[Subscription] {
        self.0.get().map(Vec::as_slice).unwrap_or_default()
    }

    fn of(&self, event: &'static str) -> impl Iterator<Item = &Subscription> {
        self.all().iter().filter(move |subscription| subscription.event == event)
    }
}

/// Who did what to which resource. Leaves in the transaction of the change, for the users domain's log.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// `billing.invoice.finalize`.
    pub action: &'static str,
    pub resource: &'static str,
    pub resource_id: Uuid,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// An audit entry on its way to the log. Retried for ever rather than given up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditRecorded {
    pub action: String,
    pub resource: String,
    pub resource_id: Uuid,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub actor: Actor,
    pub impersonator: Option<Actor>,
    /// Of the request; a job or subscriber has none, its request id leads to the entry of the request behind it.
    pub client_address: Option<IpAddr>,
    #[serde(default)]
    pub user_agent: Option<String>,
    pub request_id: String,
    pub happened_at: DateTime<Utc>,
}

impl DomainEvent for AuditRecorded {
    const KIND: &'static str = "audit.entry";
    const VERSION: u16 = 1;

    fn aggregate(&self) -> String {
        self.resource_id.to_string()
    }
}

impl AuditRecorded {
    pub(crate) fn new(ctx: &Ctx, entry: AuditEntry) -> Self {
        Self {
            action: entry.action.to_owned(),
            resource: entry.resource.to_owned(),
            resource_id: entry.resource_id,
            before: entry.before,
            after: entry.after,
            actor: ctx.actor().clone(),
            impersonator: ctx.principal().impersonator.clone(),
            client_address: ctx.visitor().client_address,
            user_agent: ctx.visitor().user_agent.clone(),
            request_id: ctx.request_id().to_owned(),
            happened_at: ctx.now(),
        }
    }
}

/// Events are tried this often. Audit entries too, before it is an alarm; they are never given up.
const EVENT_MAX_ATTEMPTS: i32 = 20;

/// A row of the message table to be written. Field names are its columns.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewMessage {
    pub public_id: MessageId,
    pub tenant_id: TenantId,
    pub kind: &'static str,
    pub payload_version: i32,
    pub payload: String,
    pub handler: &'static str,
    pub unique_key: Option<String>,
    pub ordering_key: Option<String>,
    pub priority: i16,
    pub run_at: DateTime<Utc>,
    pub max_attempts: i32,
    pub actor: String,
    pub act_as: &'static str,
    pub request_id: String,
    pub traceparent: String,
    pub created_at: DateTime<Utc>,
}

impl NewMessage {
    pub fn job<J: Job>(ctx: &Ctx, job: &J, options: JobOptions) -> Result<Self, serde_json::Error> {
        let mut message = Self::base(ctx, J::KIND, J::VERSION, serde_json::to_string(job)?)?;
        // A key that a client chose must not meet another tenant's.
        message.unique_key = options.unique_key.map(|key| format!("{}/{key}", ctx.tenant()));
        message.ordering_key = options.ordering_key;
        message.priority = options.priority;
        message.run_at = options.run_at.unwrap_or(message.created_at);
        message.max_attempts = i32::try_from(J::MAX_ATTEMPTS).unwrap_or(i32::MAX);
        message.act_as = options.act_as.name();
        Ok(message)
    }

    /// One row per subscriber.
    pub fn event<E: DomainEvent>(
        ctx: &Ctx,
        event: &E,
        subscriptions: &Subscriptions,
    ) -> Result<Vec<Self>, serde_json::Error> {
        let payload = serde_json::to_string(event)?;
        let rows = subscriptions.of(E::KIND).map(|subscription| {
            let mut message = Self::base(ctx, E::KIND, E::VERSION, payload.clone())?;
            message.handler = subscription.subscriber;
            message.ordering_key = subscription.ordered.then(|| event.aggregate());
            message.act_as = ActAs::System.name();
            Ok(message)
        });
        rows.collect()
    }

    fn base(ctx: &Ctx, kind: &'static str, version: u16, payload: String) -> Result<Self, serde_json::Error> {
        let now = ctx.now();
        Ok(Self {
            public_id: ctx.new_id(),
            tenant_id: ctx.tenant(),
            kind,
            payload_version: i32::from(version),
            payload,
            handler: kind,
            unique_key: None,
            ordering_key: None,
            priority: 0,
            run_at: now,
            max_attempts: EVENT_MAX_ATTEMPTS,
            actor: serde_json::to_string(ctx.actor())?,
            act_as: ActAs::Caller.name(),
            request_id: ctx.request_id().to_owned(),
            traceparent: ctx.trace().traceparent.clone(),
            created_at: now,
        })
    }
}
