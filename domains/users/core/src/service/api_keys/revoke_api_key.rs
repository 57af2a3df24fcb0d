//! Ends an API key, at once on this node and within a second on all. Revoking it again changes nothing.

use crate::app::App;
use crate::error::Error;
use crate::service::api_keys::api_key::{self as view, audited};
use crate::store::api_key;
use data::AuditEntry;
use kernel::Ctx;
use kernel::id::CredentialId;

/// What was done, for the stored answer.
pub struct Revoked;

pub async fn revoke_api_key(app: &App, ctx: &Ctx, id: CredentialId) -> Result<Revoked, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = api_key::by_id_to_change(&unit, id).await?.ok_or(Error::ApiKeyNotFound)?;
    if api_key::revoke(&unit, ctx, id).await? {
        let after = api_key::Model { revoked_at: Some(ctx.now()), ..before.clone() };
        unit.audit(AuditEntry {
            action: "users.api_key.revoke",
            resource: "api_key",
            resource_id: id.uuid(),
            before: Some(audited(&before)?),
            after: Some(audited(&after)?),
        })?;
    }
    view::forget(app, &mut unit, &before);
    Ok(unit.commit(Revoked).await?)
}
