//! What an operator looks at is in the operators' log before they see it: who, when, at what, and what they asked for. Not what
//! they were shown, which is kept where it belongs.

use crate::app::App;
use crate::domain::UserErasureId;
use crate::error::Error;
use crate::store::installation;
use data::AuditEntry;
use kernel::{Ctx, TenantId};
use serde_json::Value;

pub struct Look {
    pub action: &'static str,
    pub at: LookedAt,
    /// Which of it, where it is not all: a name, a filter, a page.
    pub asked: Option<Value>,
}

#[derive(Clone, Copy)]
pub enum LookedAt {
    Tenant(TenantId),
    /// Not whose: what names who is erased is waited for while they are.
    UserErasure(UserErasureId),
    /// What is of all tenants, or of none.
    Installation,
}

/// Where a change has what came of it, a look has what was asked for.
pub async fn audit_look(app: &App, ctx: &Ctx, look: Look) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let (resource, resource_id) = match look.at {
        LookedAt::Tenant(id) => ("tenant", id.uuid()),
        LookedAt::UserErasure(id) => ("user_erasure", id.uuid()),
        LookedAt::Installation => ("installation", installation::row(&unit).await?.public_id.uuid()),
    };
    unit.audit(AuditEntry { action: look.action, resource, resource_id, before: None, after: look.asked })?;
    Ok(unit.commit(()).await?)
}
