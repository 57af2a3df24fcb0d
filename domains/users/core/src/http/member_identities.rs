//! What members are called by the tenant's providers, over HTTP.

use crate::app::App;
use crate::domain::{MembershipId, MembershipKind, OidcConnectionId, OidcIdentityId};
use crate::service;
use crate::service::sso::show_identities::Identity;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Caller, PathId, PathParams, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
pub struct MemberIdentitiesDto {
    /// At most one at each connection
    #[schema(max_items = 20)]
    data: Vec<MemberIdentityDto>,
    /// Always `null`: they are all on one page
    #[schema(required)]
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9c",
    "connection_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "connection_name": "Keycloak",
    "issuer": "https://login.example.com/realms/engines", "subject": "f:5d9c1a:ada",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct MemberIdentityDto {
    id: OidcIdentityId,
    connection_id: OidcConnectionId,
    connection_name: String,
    issuer: String,
    /// What the provider calls them; no address and no name counts beside it
    subject: String,
    /// Since when the connection knows them so
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Identity> for MemberIdentityDto {
    fn from(identity: Identity) -> Self {
        Self {
            id: identity.id,
            connection_id: identity.connection,
            connection_name: identity.connection_name,
            issuer: identity.issuer,
            subject: identity.subject,
            created_at: identity.created_at,
            updated_at: identity.updated_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct MemberIdentityPath {
    /// The id of the membership
    id: MembershipId,
    /// The id of the connection
    connection_id: OidcConnectionId,
}

/// Shows what a member is called by the tenant's providers
///
/// Whom no provider has signed in has no identity.
#[utoipa::path(
    get,
    path = "/members/{id}/identities",
    responses((status = 200, body = MemberIdentitiesDto))
)]
pub async fn show_member_identities(app: State<App>, caller: Caller, id: PathId<MembershipKind>) -> Answer {
    let found = service::sso::show_identities::show_identities(&app, &caller, id.id()).await?;
    let data = found.into_iter().map(Into::into).collect();
    Ok(Rendered::ok(&MemberIdentitiesDto { data, next_cursor: None }).etag_of_body())
}

/// Unlinks a member from who they are at a provider
///
/// For whoever was linked wrongly, or is somebody else there by now. All sessions that the tenant's providers have opened for
/// them end within a second; API keys stay. Whom the provider says next has their proved address is linked anew, so mend it
/// there first. Where the provider is enforced and their address is in no verified domain, it is asked of them no more until
/// they are linked anew: whoever must not come in at all is suspended. It takes a proof of who you are from the last quarter
/// of an hour.
#[utoipa::path(
    post,
    path = "/members/{id}/identities/{connection_id}/unlink",
    responses((status = 204, description = "The connection knows them no more"))
)]
pub async fn unlink_member_identity(
    app: State<App>,
    caller: Caller,
    path: PathParams<MemberIdentityPath>,
) -> Answer {
    let (member, connection) = (path.id, path.connection_id);
    respond(
        &caller,
        async |ctx| service::sso::unlink_identity::unlink_identity(&app, ctx, member, connection).await,
        |_: &()| Rendered::no_content(),
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::oidc::MAX_CONNECTIONS;
    use utoipa::PartialSchema;

    #[test]
    fn there_are_as_many_as_connections_at_most() {
        let schema = serde_json::to_value(MemberIdentitiesDto::schema()).unwrap();
        assert_eq!(schema["properties"]["data"]["maxItems"], MAX_CONNECTIONS, "{schema}");
    }
}
