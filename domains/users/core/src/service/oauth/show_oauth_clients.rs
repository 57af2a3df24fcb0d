//! The programs of others that the tenant has registered.

use crate::app::App;
use crate::domain::OauthClientId;
use crate::error::Error;
use crate::service::oauth::oauth_client::{OauthClient, from_rows, with_maker};
use crate::store::oauth_client;
use kernel::{Ctx, Page, PageRequest};

pub async fn list(app: &App, ctx: &Ctx, request: &PageRequest) -> Result<Page<OauthClient>, Error> {
    let read = app.databases.read(ctx).await?;
    let page = oauth_client::page(&read, request).await?;
    Ok(Page { data: from_rows(&read, page.data).await?, next_cursor: page.next_cursor })
}

pub async fn one(app: &App, ctx: &Ctx, id: OauthClientId) -> Result<OauthClient, Error> {
    let read = app.databases.read(ctx).await?;
    let row = oauth_client::by_id(&read, id).await?.ok_or(Error::OauthClientNotFound)?;
    with_maker(&read, row).await
}

pub async fn one_deleted_too(app: &App, ctx: &Ctx, id: OauthClientId) -> Result<OauthClient, Error> {
    let read = app.databases.read(ctx).await?;
    let row = oauth_client::by_id_deleted_too(&read, id).await?.ok_or(Error::OauthClientNotFound)?;
    with_maker(&read, row).await
}
