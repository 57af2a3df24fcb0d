//! Where else a person is signed in than in the tenant that they ask from. Only which tenants these are, and what they are
//! called, comes by the system door; what is seen or ended there is so in each tenant by itself, as one of its own.

use crate::app::App;
use crate::error::Error;
use crate::service::sso::federated;
use crate::store::membership::{self, Place};
use kernel::id::CredentialId;
use kernel::{Ctx, UserId};

/// At most so many at once.
pub const MOST: u8 = 100;

/// Those with a session that has not been revoked. An operator who acts as the person learns of none, nor does a session that
/// the tenant's provider has opened.
pub async fn elsewhere(app: &App, ctx: &Ctx, own: UserId) -> Result<Vec<Place>, Error> {
    if ctx.principal().impersonator.is_some() || federated::is_federated(ctx) {
        return Ok(Vec::new());
    }
    let system = app.databases.system_read("a person's sessions: where they are signed in").await?;
    Ok(membership::signed_in_but(&system, own, ctx.tenant(), MOST.into()).await?)
}

/// That of a session of theirs, ended or not.
pub async fn place_of(
    app: &App,
    ctx: &Ctx,
    own: UserId,
    session: CredentialId,
) -> Result<Option<Place>, Error> {
    if ctx.principal().impersonator.is_some() {
        return Ok(None);
    }
    let system = app.databases.system_read("a person's sessions: in which tenant this one is").await?;
    let place = membership::of_session(&system, own, session).await?;
    Ok(place.filter(|place| place.tenant_id == ctx.tenant() || !federated::is_federated(ctx)))
}
