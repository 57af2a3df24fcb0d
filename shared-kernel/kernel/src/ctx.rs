//! Who is asking, for whom, and until when. Resolved once at the edge and handed first to every use case and
//! contract method; nothing of it is ambient. Only `web`, `jobs` and `testkit` build one (a tidy test holds that).

use crate::id::{CredentialId, MessageId, OperatorId, TenantId, UserId};
use crate::permission::{Permission, PermissionSet};
use crate::problem::{FORBIDDEN, Problem, SECOND_FACTOR_NEEDED};
use crate::switch::{Switch, Switches};
pub use crate::trace::Trace;
use crate::{Clock, Id};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::lock::Mutex;
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is known of any request or job before anybody is authenticated.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub client_address: Option<IpAddr>,
    pub user_agent: Option<String>,
    pub request_id: String,
    pub trace: Trace,
    pub deadline: Instant,
    pub clock: Clock,
}

impl Visitor {
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Where the client is, as far as one can tell hosts apart: one customer of IPv6 has a whole /64.
    pub fn client_network(&self) -> Option<IpAddr> {
        self.client_address.map(network)
    }

    /// For the few public operations that act in a tenant before anybody is signed in (sign-up, verification):
    /// the domain itself is the actor, with no permissions. Reserved to `users`; a tidy test holds that.
    pub fn enter(&self, tenant: TenantId, domain: &'static str) -> Ctx {
        Ctx::build(self.clone(), Principal::system(tenant, domain, self.now()))
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address => address,
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    User {
        id: UserId,
    },
    ApiKey {
        id: CredentialId,
        owner: UserId,
    },
    System {
        domain: String,
    },
    /// Of the installation, in no tenant.
    Operator {
        id: OperatorId,
    },
}

impl Actor {
    /// The person behind it, if any.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id } | Self::ApiKey { owner: id, .. } => Some(*id),
            Self::System { .. } | Self::Operator { .. } => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User { id } => write!(f, "user:{id}"),
            Self::ApiKey { id, .. } => write!(f, "api_key:{id}"),
            Self::System { domain } => write!(f, "system:{domain}"),
            Self::Operator { id } => write!(f, "operator:{id}"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// The platform itself: a job, a subscriber.
    Internal,
    /// A key or token made for machines.
    Key,
    Password,
    /// The tenant's own provider has signed them in; what it asked for is its business.
    Federated,
    SecondFactor,
    /// A key that does not leave its device and that its holder has unlocked there.
    Passkey,
}

impl Strength {
    /// Whether more than one thing was proved: something one knows or is, and something one has.
    pub fn is_by_two_factors(self) -> bool {
        matches!(self, Self::SecondFactor | Self::Passkey)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    pub id: Option<CredentialId>,
    pub strength: Strength,
    pub authenticated_at: DateTime<Utc>,
}

/// A tenant is live or test for life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    #[default]
    Live,
    Test,
}

/// Why a caller may do less than their roles say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restriction {
    /// The tenant asks for a second factor, and this session was opened without one.
    SecondFactor,
    /// The tenant asks for passkeys, and this session was opened without one.
    Passkey,
}

/// What the tenant's plan allows: switches and limits by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entitlements(pub Arc<BTreeMap<String, i64>>);

/// The outcome of authentication: all that `users` says of a caller.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Principal {
    pub tenant: TenantId,
    pub actor: Actor,
    pub credential: Credential,
    /// The operator or colleague who acts through this principal.
    pub impersonator: Option<Actor>,
    pub permissions: PermissionSet,
    pub entitlements: Entitlements,
    pub mode: Mode,
    #[serde(default)]
    pub switches: Switches,
    /// Beside `permissions`, which are what is left.
    #[serde(default)]
    pub restriction: Option<Restriction>,
    /// Of the whole tenant, where it has a limit of its own.
    #[serde(default)]
    pub tenant_requests_per_minute: Option<NonZeroU32>,
}

impl Principal {
    pub fn system(tenant: TenantId, domain: &str, now: DateTime<Utc>) -> Self {
        Self {
            tenant,
            actor: Actor::System { domain: domain.to_owned() },
            credential: Credential { id: None, strength: Strength::Internal, authenticated_at: now },
            impersonator: None,
            permissions: PermissionSet::default(),
            entitlements: Entitlements::default(),
            mode: Mode::Live,
            switches: Switches::default(),
            restriction: None,
            tenant_requests_per_minute: None,
        }
    }
}

/// Handed in by `users`: turns a bearer credential, or the actor of a stored job, into a principal.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// `None` when the credential is unknown, expired or revoked: all look alike to the caller.
    async fn authenticate(&self, visitor: &Visitor, bearer: &str) -> Result<Option<Principal>, Problem>;

    /// Who this actor is now; `None` when they may no longer act in the tenant.
    async fn resume(
        &self,
        visitor: &Visitor,
        tenant: TenantId,
        actor: &Actor,
    ) -> Result<Option<Principal>, Problem>;
}

/// Handed in by `billing`: what the tenant's plan allows.
#[async_trait]
pub trait EntitlementProvider: Send + Sync {
    async fn entitlements(&self, visitor: &Visitor, tenant: TenantId) -> Result<Entitlements, Problem>;
}

/// The first answer to a request with an idempotency key, as it is stored and sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredResponse {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// It shows a secret once, so it is stored sealed.
    pub secret: bool,
}

/// Renders a use case's result before `COMMIT`; `None` when the result is of another type than the handler expects.
pub type Renderer = Arc<dyn Fn(&(dyn Any + Send + Sync)) -> Option<StoredResponse> + Send + Sync>;

/// The idempotency key of this request, for the domain it is addressed to.
#[derive(Clone)]
pub struct Idempotency {
    pub domain: &'static str,
    pub key: String,
    /// Keyed hash of method, path and body.
    pub fingerprint: Vec<u8>,
    pub renderer: Option<Renderer>,
    /// Locked while a transaction of this request has the key: until it has ended, be that in the background.
    pub held: Arc<Mutex<()>>,
}

/// The message whose effect is being made: the unit of work of `domain` records it in its inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub message: MessageId,
    pub domain: String,
    pub subscriber: String,
}

#[derive(Clone)]
pub struct Ctx(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    visitor: Visitor,
    principal: Principal,
    idempotency: Option<Idempotency>,
    delivery: Option<Delivery>,
    /// Where the caller's last write is to be seen, so that a replica behind it is not read.
    last_write: Option<String>,
}

impl Ctx {
    /// Reserved to `web`, `jobs` and `testkit`.
    pub fn build(visitor: Visitor, principal: Principal) -> Self {
        Self(Arc::new(Inner { visitor, principal, idempotency: None, delivery: None, last_write: None }))
    }

    pub fn tenant(&self) -> TenantId {
        self.0.principal.tenant
    }

    pub fn actor(&self) -> &Actor {
        &self.0.principal.actor
    }

    pub fn principal(&self) -> &Principal {
        &self.0.principal
    }

    pub fn visitor(&self) -> &Visitor {
        &self.0.visitor
    }

    pub fn permissions(&self) -> &PermissionSet {
        &self.0.principal.permissions
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.0.visitor.clock.now()
    }

    pub fn new_id<K>(&self) -> Id<K> {
        Id::new(self.now())
    }

    pub fn request_id(&self) -> &str {
        &self.0.visitor.request_id
    }

    pub fn trace(&self) -> &Trace {
        &self.0.visitor.trace
    }

    pub fn time_left(&self) -> Duration {
        self.0.visitor.time_left()
    }

    pub fn idempotency(&self) -> Option<&Idempotency> {
        self.0.idempotency.as_ref()
    }

    pub fn delivery(&self) -> Option<&Delivery> {
        self.0.delivery.as_ref()
    }

    pub fn last_write(&self) -> Option<&str> {
        self.0.last_write.as_deref()
    }

    pub fn may(&self, permission: &Permission) -> Result<(), Problem> {
        if self.permissions().has(permission) {
            return Ok(());
        }
        let name = permission.name;
        Err(match self.0.principal.restriction {
            None => {
                let detail = format!("This needs the permission {name}, which the credential does not have.");
                Problem::new(FORBIDDEN, detail)
            }
            Some(Restriction::SecondFactor) => Problem::new(
                SECOND_FACTOR_NEEDED,
                "Your tenant asks for a second factor. Set one up, or sign in with the one you have.",
            ),
            Some(Restriction::Passkey) => Problem::new(
                SECOND_FACTOR_NEEDED,
                "Your tenant asks for passkeys. Register one and sign in with it.",
            ),
        })
    }

    pub fn is_on(&self, switch: &Switch) -> bool {
        self.0.principal.switches.is_on(switch)
    }

    pub fn with_idempotency(&self, idempotency: Idempotency) -> Self {
        self.changed(|inner| inner.idempotency = Some(idempotency))
    }

    pub fn with_delivery(&self, delivery: Delivery) -> Self {
        self.changed(|inner| inner.delivery = Some(delivery))
    }

    /// The same caller in a span of its own.
    pub fn with_trace(&self, trace: Trace) -> Self {
        self.changed(|inner| inner.visitor.trace = trace)
    }

    pub fn with_last_write(&self, token: Option<String>) -> Self {
        self.changed(|inner| inner.last_write = token)
    }

    /// Sets the renderer of an idempotent request; nothing where the request has no key.
    pub fn with_renderer(&self, renderer: Renderer) -> Self {
        if self.0.idempotency.is_none() {
            return self.clone();
        }
        self.changed(|inner| {
            if let Some(idempotency) = &mut inner.idempotency {
                idempotency.renderer = Some(renderer);
            }
        })
    }

    fn changed(&self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = (*self.0).clone();
        change(&mut inner);
        Self(Arc::new(inner))
    }

    pub fn to_wire(&self) -> CtxWire {
        let visitor = &self.0.visitor;
        CtxWire {
            principal: self.0.principal.clone(),
            client_address: visitor.client_address,
            request_id: visitor.request_id.clone(),
            trace: visitor.trace.clone(),
            time_left_ms: u64::try_from(visitor.time_left().as_millis()).unwrap_or(u64::MAX),
            delivery: self.0.delivery.clone(),
            last_write: self.0.last_write.clone(),
        }
    }
}

impl fmt::Debug for Ctx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ctx")
            .field("tenant", &self.tenant())
            .field("actor", self.actor())
            .field("request_id", &self.request_id())
            .finish_non_exhaustive()
    }
}

/// A `Ctx` on its way to another process. The idempotency key stays behind: it belongs to the domain that was asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CtxWire {
    pub principal: Principal,
    pub client_address: Option<IpAddr>,
    pub request_id: String,
    pub trace: Trace,
    pub time_left_ms: u64,
    pub delivery: Option<Delivery>,
    pub last_write: Option<String>,
}

impl CtxWire {
    /// Reserved to the edge that received it.
    pub fn into_ctx(self, clock: Clock) -> Ctx {
        let visitor = Visitor {
            client_address: self.client_address,
            user_agent: None,
            request_id: self.request_id,
            trace: self.trace,
            deadline: Instant::now() + Duration::from_millis(self.time_left_ms.min(600_000)),
            clock,
        };
        let ctx = Ctx::build(visitor, self.principal).with_last_write(self.last_write);
        match self.delivery {
            Some(delivery) => ctx.with_delivery(delivery),
            None => ctx,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_counted_by_its_network() {
        let check = |address: &str, expected: &str| {
            assert_eq!(network(address.parse().unwrap()).to_string(), expected, "{address}");
        };
        check("203.0.113.7", "203.0.113.7");
        check("::ffff:203.0.113.7", "203.0.113.7");
        check("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
        check("2001:db8:1:2:ffff::1", "2001:db8:1:2::");
    }
}
