//! The change of address that the caller has asked for and that waits for its links.

use crate::app::App;
use crate::error::Error;
use crate::service::accounts::email_change::{self as view, EmailChange};
use crate::store::email_change;
use kernel::{Actor, Ctx};

pub async fn show_email_change(app: &App, ctx: &Ctx) -> Result<EmailChange, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    let read = app.databases.read(ctx).await?;
    let open = email_change::open_of(&read, id).await?;
    drop(read);
    open.filter(|change| change.is_pending(ctx.now())).map(view::of).ok_or(Error::EmailChangeNotFound)
}
