//! What a member is called by the tenant's providers.

use crate::app::App;
use crate::domain::{MembershipId, OidcConnectionId, OidcIdentityId};
use crate::error::Error;
use crate::store::{membership, oidc_connection, oidc_identity};
use chrono::{DateTime, Utc};
use kernel::Ctx;

#[derive(Clone, Debug)]
pub struct Identity {
    pub id: OidcIdentityId,
    pub connection: OidcConnectionId,
    pub connection_name: String,
    pub issuer: String,
    pub subject: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// One at each of the tenant's connections at most, so all of them.
pub async fn show_identities(app: &App, ctx: &Ctx, id: MembershipId) -> Result<Vec<Identity>, Error> {
    let read = app.databases.read(ctx).await?;
    let member = membership::by_id(&read, id).await?.ok_or(Error::MemberNotFound)?;
    let known = oidc_identity::all_of(&read, member.user_id).await?;
    let connections = oidc_connection::all(&read).await?;
    let shown = known.into_iter().filter_map(|identity| {
        let by = connections.iter().find(|connection| connection.public_id == identity.connection_id)?;
        Some(Identity {
            id: identity.public_id,
            connection: by.public_id,
            connection_name: by.name.clone(),
            issuer: by.issuer.clone(),
            subject: identity.subject,
            created_at: identity.created_at,
            updated_at: identity.updated_at,
        })
    });
    Ok(shown.collect())
}
