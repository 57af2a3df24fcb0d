//! The tenant's mail, newest first.

use crate::App;
use crate::domain::email::{Email, EmailStatus};
use crate::error::Error;
use crate::store::emails;
use kernel::{Ctx, Page, PageRequest};

pub async fn list_emails(
    app: &App,
    ctx: &Ctx,
    status: Option<EmailStatus>,
    request: &PageRequest,
) -> Result<Page<Email>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(emails::page(&read, status, request).await?)
}
