//! Tells the owner of an account that its password was changed, in case it was somebody else.

use crate::App;
use crate::domain::letter::{Letter, moment};
use crate::domain::words::greeting_name;
use crate::error::Error;
use crate::service::queue_email::queue_email;
use kernel::Ctx;
use users_contract::PasswordChanged;

pub async fn tell_password_changed(app: &App, ctx: &Ctx, event: PasswordChanged) -> Result<(), Error> {
    let letter = Letter::PasswordChanged {
        name: greeting_name(&event.display_name),
        happened_at: moment(event.happened_at),
        link: app.public_url.to_string(),
    };
    queue_email(app, ctx, &event.email, &letter).await
}
