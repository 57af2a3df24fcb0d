//! Ends an API key, at once on this node and within a second on all. Revoking it again changes nothing.

use crate::app::App;
use crate::error::Error;
use crate::service::tokens::cache_key;
use crate::store::api_key;
use data::AuditEntry;
use kernel::Ctx;
use kernel::id::CredentialId;
use serde_json::json;

/// What was done, for the stored answer.
pub struct Revoked;

pub async fn revoke_api_key(app: &App, ctx: &Ctx, id: CredentialId) -> Result<Revoked, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let key = api_key::by_id(&unit, id).await?.ok_or(Error::ApiKeyNotFound)?;
    if api_key::revoke(&unit, ctx, id).await? {
        unit.audit(AuditEntry {
            action: "users.api_key.revoke",
            resource: "api_key",
            resource_id: id.uuid(),
            before: Some(json!({ "name": key.name, "role": key.role })),
            after: None,
        })?;
    }
    let done = unit.commit(Revoked).await?;
    app.identities.invalidate(None, &cache_key(&key.hash)).await;
    Ok(done)
}
