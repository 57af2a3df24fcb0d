//! The tenant's connections.

use crate::app::App;
use crate::domain::OidcConnectionId;
use crate::error::Error;
use crate::service::sso::connection::{self as view, Connection};
use crate::store::oidc_connection;
use kernel::{Ctx, Page, PageRequest};

pub async fn list(app: &App, ctx: &Ctx, request: &PageRequest) -> Result<Page<Connection>, Error> {
    let read = app.databases.read(ctx).await?;
    oidc_connection::page(&read, request).await?.try_map(view::of)
}

pub async fn one(app: &App, ctx: &Ctx, id: OidcConnectionId) -> Result<Connection, Error> {
    let read = app.databases.read(ctx).await?;
    view::of(oidc_connection::by_id(&read, id).await?.ok_or(Error::OidcConnectionNotFound)?)
}
