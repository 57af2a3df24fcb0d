//! Tenants made of nothing but a context: most tests need no users domain to act in one.

use kernel::ctx::{Actor, Credential, Delivery, Mode, Principal, Strength, Trace};
use kernel::id::{CredentialId, MessageId};
use kernel::{Clock, Ctx, Id, Permission, PermissionSet, TenantId, UserId, Visitor};
use std::time::{Duration, Instant};

#[derive(Clone, Debug)]
pub struct Tenant {
    pub id: TenantId,
    pub owner: UserId,
    clock: Clock,
}

impl Tenant {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { id: Id::new(clock.now()), owner: Id::new(clock.now()), clock }
    }

    /// The owner, with all of the permissions given.
    pub fn ctx(&self, permissions: &[Permission]) -> Ctx {
        self.ctx_as(
            Actor::User { id: self.owner },
            permissions.iter().map(|permission| permission.name).collect(),
        )
    }

    pub fn ctx_as(&self, actor: Actor, permissions: PermissionSet) -> Ctx {
        Ctx::build(visitor(&self.clock), self.principal(actor, permissions))
    }

    /// As a job acts for whoever asked for it.
    pub fn job(&self, actor: Actor, permissions: PermissionSet) -> Ctx {
        let system = Principal::system(self.id, "tests", self.clock.now());
        Ctx::build(visitor(&self.clock), Principal { actor, permissions, ..system })
    }

    pub fn principal(&self, actor: Actor, permissions: PermissionSet) -> Principal {
        Principal {
            tenant: self.id,
            actor,
            credential: Credential {
                id: Some(CredentialId::new(self.clock.now())),
                strength: Strength::Password,
                authenticated_at: self.clock.now(),
            },
            permissions,
            mode: Mode::Live,
            ..Principal::system(self.id, "tests", self.clock.now())
        }
    }

    /// As a subscriber of `domain` is called with a message; the same `message` again is a redelivery.
    pub fn delivery(&self, domain: &str, subscriber: &str, message: MessageId) -> Ctx {
        let principal = Principal::system(self.id, domain, self.clock.now());
        Ctx::build(visitor(&self.clock), principal).with_delivery(Delivery {
            message,
            domain: domain.to_owned(),
            subscriber: subscriber.to_owned(),
        })
    }
}

pub(crate) fn visitor(clock: &Clock) -> Visitor {
    Visitor {
        client_address: None,
        user_agent: None,
        request_id: uuid::Uuid::new_v4().simple().to_string(),
        trace: Trace { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned() },
        deadline: Instant::now() + Duration::from_secs(30),
        clock: clock.clone(),
    }
}
