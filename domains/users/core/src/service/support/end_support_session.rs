//! An operator ends a visit before its time. It ends before the operators' log says so, where asking again says it as well:
//! whatever is cut off between the two leaves no session that a log calls ended. Ending it again changes nothing.

use crate::app::App;
use crate::error::Error;
use crate::service::sessions::tokens;
use crate::store::{session, tenant};
use data::AuditEntry;
use kernel::id::{CredentialId, OperatorId};
use kernel::{Actor, Ctx, TenantId};
use serde_json::json;

/// What was done, for the stored answer.
pub struct Ended;

pub async fn end_support_session(
    app: &App,
    ctx: &Ctx,
    tenant: TenantId,
    id: CredentialId,
) -> Result<Ended, Error> {
    let &Actor::Operator { id: operator } = ctx.actor() else { return Err(Error::OperatorNotFound) };
    let read = app.databases.read(ctx).await?;
    tenant::by_id(&read, tenant).await?.ok_or(Error::NoSuchTenant)?;
    drop(read);
    let there = ctx.visitor().enter(tenant, "users");
    let before = if end_there(app, &there, id, operator).await? { "active" } else { "ended" };
    let mut unit = app.databases.write(ctx).await?;
    unit.audit(AuditEntry {
        action: "users.support_session.end",
        resource: "tenant",
        resource_id: tenant.uuid(),
        before: Some(json!({ "session": id, "state": before })),
        after: Some(json!({ "session": id, "state": "ended" })),
    })?;
    Ok(unit.commit(Ended).await?)
}

/// `false` when it had ended before.
async fn end_there(app: &App, there: &Ctx, id: CredentialId, by: OperatorId) -> Result<bool, Error> {
    let mut unit = app.databases.write(there).await?;
    let found = session::of_operator(&unit, id).await?.ok_or(Error::SessionNotFound)?;
    let ended = session::revoke(&unit, there, id).await?.is_some();
    if ended {
        unit.audit(AuditEntry {
            action: "users.support_session.end",
            resource: "session",
            resource_id: id.uuid(),
            before: Some(json!({ "state": "active" })),
            after: Some(json!({ "state": "ended", "operator": by })),
        })?;
    }
    tokens::forget(app, &mut unit, &found.access_hash);
    Ok(unit.commit(ended).await?)
}
