//! One mail, with what became of it.

use crate::App;
use crate::domain::email::Email;
use crate::error::Error;
use crate::store::emails;
use kernel::Ctx;
use notifications_contract::EmailId;

pub async fn get_email(app: &App, ctx: &Ctx, id: EmailId) -> Result<Email, Error> {
    let read = app.databases.read(ctx).await?;
    emails::find(&read, id).await?.ok_or(Error::EmailNotFound)
}
