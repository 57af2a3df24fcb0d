//! The tenant's invitations, those that are over too.

use crate::app::App;
use crate::domain::InvitationId;
use crate::error::Error;
use crate::service::members::invitation::{self as view, Invitation};
use crate::store::invitation::{self, InvitationState};
use kernel::{Ctx, Page, PageRequest};

pub async fn list(
    app: &App,
    ctx: &Ctx,
    state: Option<InvitationState>,
    request: &PageRequest,
) -> Result<Page<Invitation>, Error> {
    let read = app.databases.read(ctx).await?;
    invitation::page(&read, state, request).await?.try_map(|row| view::of(&row))
}

pub async fn one(app: &App, ctx: &Ctx, id: InvitationId) -> Result<Invitation, Error> {
    let read = app.databases.read(ctx).await?;
    view::of(&invitation::by_id(&read, id).await?.ok_or(Error::InvitationNotFound)?)
}
