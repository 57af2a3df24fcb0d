//! Somebody proves who they are to let a client in, as at any sign-in. No session comes of it: what was proved is good for what
//! the client has asked, for a few minutes.

use crate::app::App;
use crate::domain::MembershipId;
use crate::error::Error;
use crate::service::oauth::authorization::Asked;
use crate::service::sessions::sign_in::{self, ProvedSignIn, SignIn};
use crate::service::sso::enforcement::Entry;
use crate::service::tenants::policy;
use chrono::{DateTime, Utc};
use data::AuditEntry;
use kernel::ctx::Strength;
use kernel::{UserId, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Who is asked, and by what they have proved it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedIn {
    pub user: UserId,
    pub membership: MembershipId,
    pub email: String,
    pub strength: Strength,
    pub authenticated_at: DateTime<Utc>,
}

pub struct SignInToAuthorize {
    pub email: String,
    pub password: String,
    pub code: Option<String>,
}

pub async fn sign_in_to_authorize(
    app: &App,
    visitor: &Visitor,
    asked: &Asked,
    command: SignInToAuthorize,
) -> Result<SignedIn, Error> {
    let SignInToAuthorize { email, password, code } = command;
    let command = SignIn { email, password, code, tenant: Some(asked.client.tenant) };
    let proved = sign_in::prove(app, visitor, command).await?;
    let entered = enter(app, visitor, asked, &proved).await;
    sign_in::settle(app, visitor, &proved, entered).await?;
    Ok(SignedIn {
        user: proved.person.public_id,
        membership: proved.membership,
        strength: proved.strength(),
        authenticated_at: visitor.now(),
        email: proved.person.email,
    })
}

async fn enter(app: &App, visitor: &Visitor, asked: &Asked, proved: &ProvedSignIn) -> Result<(), Error> {
    let ctx = visitor.enter(proved.tenant, "users");
    let mut unit = app.databases.write(&ctx).await?;
    // Whoever has yet to set up what the tenant asks for does that first, and lets nobody in.
    if policy::own(&unit).await?.policy.restriction(proved.strength()).is_some() {
        return Err(Error::MethodNotAllowed);
    }
    let entry = sign_in::let_in(&mut unit, &ctx, &proved.opening(visitor), proved.renewed()).await?;
    let is_past = entry == Entry::BreakGlass;
    unit.audit(AuditEntry {
        action: "users.oauth_client.sign_in",
        resource: "oauth_client",
        resource_id: asked.client.id.uuid(),
        before: None,
        after: Some(json!({
            "user": proved.person.public_id, "strength": proved.strength(), "second_factor": proved.second_factor(),
            "break_glass": is_past,
        })),
    })?;
    if is_past {
        let (tenant, user) = (proved.tenant, proved.person.public_id);
        tracing::warn!(%tenant, %user, "an owner lets a client in past the provider that the tenant enforces");
    }
    Ok(unit.commit(()).await?)
}
