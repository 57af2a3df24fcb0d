//! Sends the owner of an account the link to choose a new password with.

use crate::App;
use crate::domain::letter::{Letter, moment};
use crate::domain::words::greeting_name;
use crate::error::Error;
use crate::service::link::token_link;
use crate::service::queue_email::queue_email;
use kernel::Ctx;
use users_contract::{PASSWORD_RESET_PATH, PASSWORD_RESET_SEAL, PasswordResetRequested};

pub async fn ask_to_choose_password(
    app: &App,
    ctx: &Ctx,
    event: PasswordResetRequested,
) -> Result<(), Error> {
    let letter = Letter::PasswordReset {
        name: greeting_name(&event.display_name),
        link: token_link(app, PASSWORD_RESET_SEAL, PASSWORD_RESET_PATH, event.sealed_token)?,
        expires_at: moment(event.expires_at),
    };
    queue_email(app, ctx, &event.email, &letter).await
}
