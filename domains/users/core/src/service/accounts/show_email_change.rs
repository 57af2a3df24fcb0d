//! The change of address that the caller has asked for and that waits for its links.

use crate::app::App;
use crate::error::Error;
use crate::service::accounts::email_change::{self as view, EmailChange};
use crate::service::sso::federated;
use crate::store::email_change;
use kernel::{Actor, Ctx};

pub async fn show_email_change(app: &App, ctx: &Ctx) -> Result<EmailChange, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    // Nobody who runs a provider need know of an address before it is theirs.
    federated::refuse(ctx)?;
    let read = app.databases.read(ctx).await?;
    let open = email_change::open_of(&read, id).await?;
    drop(read);
    open.filter(|change| change.is_pending(ctx.now())).map(view::of).ok_or(Error::EmailChangeNotFound)
}
