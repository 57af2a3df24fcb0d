//! The caller's passkeys, newest first.

use crate::app::App;
use crate::domain::PasskeyId;
use crate::error::Error;
use crate::service::factors::passkey::{self as view, Passkey};
use crate::service::sso::federated;
use crate::store::passkey;
use kernel::{Actor, Ctx, Page, PageRequest};

pub async fn list(app: &App, ctx: &Ctx, request: &PageRequest) -> Result<Page<Passkey>, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    federated::refuse(ctx)?;
    let read = app.databases.read(ctx).await?;
    Ok(passkey::page_of(&read, own, request).await?.map(view::of))
}

pub async fn one(app: &App, ctx: &Ctx, id: PasskeyId) -> Result<Passkey, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    federated::refuse(ctx)?;
    let read = app.databases.read(ctx).await?;
    let found = passkey::of_user(&read, own, id).await?;
    Ok(view::of(found.ok_or(Error::PasskeyNotFound)?))
}
