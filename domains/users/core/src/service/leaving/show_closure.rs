//! How a tenant was closed and what was erased of it, for operators; also when the tenant is gone. That they looked is in
//! their log.

use crate::app::App;
use crate::domain::TenantClosureId;
use crate::domain::leaving::{ClosureState, Counts};
use crate::error::Error;
use crate::service::platform::audit_look::{Look, LookedAt, audit_look};
use crate::store::tenant_closure;
use chrono::{DateTime, Utc};
use kernel::{Ctx, TenantId, UserId};

#[derive(Clone, Debug)]
pub struct Closure {
    pub id: TenantClosureId,
    pub tenant: TenantId,
    pub requested_by: UserId,
    pub state: ClosureState,
    pub erases_at: DateTime<Utc>,
    pub erased_at: Option<DateTime<Utc>>,
    /// What there was when erasing began.
    pub counts: Counts,
    pub certificate: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Closure {
    pub fn of(row: tenant_closure::Model) -> Result<Self, Error> {
        Ok(Self {
            state: row.state()?,
            counts: row.counts()?,
            id: row.public_id,
            tenant: row.of_tenant,
            requested_by: row.requested_by,
            erases_at: row.erases_at,
            erased_at: row.erased_at,
            certificate: row.certificate,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The newest.
pub async fn one(app: &App, ctx: &Ctx, tenant: TenantId) -> Result<Closure, Error> {
    let read = app.databases.read(ctx).await?;
    let found = tenant_closure::newest_of(&read, tenant).await?.ok_or(Error::ClosureNotFound)?;
    drop(read);
    let look = Look { action: "users.tenant_closure.read", at: LookedAt::Tenant(tenant), asked: None };
    audit_look(app, ctx, look).await?;
    Closure::of(found)
}
