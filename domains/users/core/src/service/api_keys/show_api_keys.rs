//! The tenant's API keys, revoked ones too.

use crate::app::App;
use crate::error::Error;
use crate::service::api_keys::api_key::{ApiKey, from_rows, with_maker};
use crate::store::api_key;
use kernel::id::CredentialId;
use kernel::{Ctx, Page, PageRequest};

pub async fn list(app: &App, ctx: &Ctx, request: &PageRequest) -> Result<Page<ApiKey>, Error> {
    let read = app.databases.read(ctx).await?;
    let page = api_key::page(&read, request).await?;
    Ok(Page { data: from_rows(&read, page.data).await?, next_cursor: page.next_cursor })
}

pub async fn one(app: &App, ctx: &Ctx, id: CredentialId) -> Result<ApiKey, Error> {
    let read = app.databases.read(ctx).await?;
    let row = api_key::by_id(&read, id).await?.ok_or(Error::ApiKeyNotFound)?;
    with_maker(&read, row).await
}
