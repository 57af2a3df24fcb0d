//! Asks whether an address belongs to who wants it for their account, or tells its owner that somebody tried. Both are one
//! letter, so that the list of mail shows nobody which of them it was; and nobody's name is in it, since the address may be
//! a stranger's.

use crate::App;
use crate::domain::letter::{Letter, moment};
use crate::error::Error;
use crate::service::link::token_link;
use crate::service::queue_email::queue_email;
use kernel::Ctx;
use users_contract::{EMAIL_CHANGE_PATH, EMAIL_CONFIRMATION_SEAL, EmailChangeConfirmationRequested};

pub async fn ask_to_confirm_address(
    app: &App,
    ctx: &Ctx,
    event: EmailChangeConfirmationRequested,
) -> Result<(), Error> {
    let known = event.sealed_token.is_none();
    let link = match event.sealed_token {
        Some(token) => token_link(app, EMAIL_CONFIRMATION_SEAL, EMAIL_CHANGE_PATH, token)?,
        None => app.public_url.to_string(),
    };
    let letter = Letter::EmailChangeConfirmation { known, link, expires_at: moment(event.expires_at) };
    queue_email(app, ctx, &event.email, &letter).await
}
