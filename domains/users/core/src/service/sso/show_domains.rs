//! The domains that the tenant says are its own.

use crate::app::App;
use crate::domain::VerifiedDomainId;
use crate::error::Error;
use crate::service::sso::domain::{self as view, Domain};
use crate::store::verified_domain;
use kernel::{Ctx, Page, PageRequest};

pub async fn list(app: &App, ctx: &Ctx, request: &PageRequest) -> Result<Page<Domain>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(verified_domain::page(&read, request).await?.map(view::of))
}

pub async fn one(app: &App, ctx: &Ctx, id: VerifiedDomainId) -> Result<Domain, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(view::of(verified_domain::by_id(&read, id).await?.ok_or(Error::DomainNotFound)?))
}
