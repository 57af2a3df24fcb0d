//! Sends whoever signed up the link that proves the address is theirs.

use crate::App;
use crate::domain::letter::{Letter, moment};
use crate::domain::words::greeting_name;
use crate::error::Error;
use crate::service::link::token_link;
use crate::service::queue_email::queue_email;
use kernel::Ctx;
use users_contract::{EmailVerificationRequested, VERIFICATION_PATH, VERIFICATION_SEAL};

pub async fn ask_to_verify(app: &App, ctx: &Ctx, event: EmailVerificationRequested) -> Result<(), Error> {
    let letter = Letter::Verification {
        name: greeting_name(&event.display_name),
        link: token_link(app, VERIFICATION_SEAL, VERIFICATION_PATH, event.sealed_token)?,
        expires_at: moment(event.expires_at),
    };
    queue_email(app, ctx, &event.email, &letter).await
}
