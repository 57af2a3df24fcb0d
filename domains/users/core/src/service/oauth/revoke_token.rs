//! A client gives a token back (RFC 7009): the session that it is of ends, with both its tokens. What is none of that client's is
//! let be, and nothing tells so.

use crate::app::App;
use crate::error::Error;
use crate::service::sessions::tokens;
use crate::store::oauth_client::Client;
use crate::store::{refresh_token, session};
use data::AuditEntry;
use kernel::Visitor;
use kernel::id::CredentialId;
use secrets::hash_token;
use serde_json::json;

pub async fn revoke_token(app: &App, visitor: &Visitor, client: &Client, token: &str) -> Result<(), Error> {
    let Some(session) = session_of(app, client, token).await? else { return Ok(()) };
    let ctx = visitor.enter(client.tenant, "users");
    let mut unit = app.databases.write(&ctx).await?;
    let Some(ended) = session::revoke(&unit, &ctx, session).await? else { return Ok(()) };
    unit.audit(AuditEntry {
        action: "users.session.revoke",
        resource: "session",
        resource_id: session.uuid(),
        before: Some(json!({ "state": "active" })),
        after: Some(json!({ "state": "revoked", "reason": "by_its_client", "oauth_client": client.id })),
    })?;
    tokens::forget(app, &mut unit, &ended.access_hash);
    Ok(unit.commit(()).await?)
}

async fn session_of(app: &App, client: &Client, token: &str) -> Result<Option<CredentialId>, Error> {
    let system = app.databases.system_read("oauth: whose session a token is of").await?;
    let refresh = refresh_token::by_hash(&system, tokens::hash_client_token(token)).await?;
    if let Some(found) = refresh {
        let is_own = (found.tenant, found.client) == (client.tenant, Some(client.id));
        return Ok(Some(found.session).filter(|_| is_own));
    }
    // Of a member who is suspended too: it would be good again with them.
    let access = session::of_client_token(&system, hash_token(token)).await?;
    let own = access.filter(|found| (found.tenant_id, found.oauth_client_id) == (client.tenant, client.id));
    Ok(own.map(|found| found.public_id))
}
