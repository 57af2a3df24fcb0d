//! Tells the owner of an account that a passkey was registered for it, in case it was somebody else.

use crate::App;
use crate::domain::letter::{Letter, moment};
use crate::domain::words::greeting_name;
use crate::error::Error;
use crate::service::queue_email::queue_email;
use kernel::Ctx;
use users_contract::PasskeyRegistered;

pub async fn tell_passkey_registered(app: &App, ctx: &Ctx, event: PasskeyRegistered) -> Result<(), Error> {
    let letter = Letter::PasskeyRegistered {
        name: greeting_name(&event.display_name),
        happened_at: moment(event.happened_at),
        link: app.public_url.to_string(),
    };
    queue_email(app, ctx, &event.email, &letter).await
}
