//! Asks the owner of an account, at the address they have, whether they want the other one that was asked for.

use crate::App;
use crate::domain::letter::{Letter, moment};
use crate::domain::words::greeting_name;
use crate::error::Error;
use crate::service::link::token_link;
use crate::service::queue_email::queue_email;
use kernel::Ctx;
use users_contract::{EMAIL_APPROVAL_SEAL, EMAIL_CHANGE_PATH, EmailChangeApprovalRequested};

pub async fn ask_to_approve_address(
    app: &App,
    ctx: &Ctx,
    event: EmailChangeApprovalRequested,
) -> Result<(), Error> {
    let letter = Letter::EmailChangeApproval {
        name: greeting_name(&event.display_name),
        new_email: event.new_email,
        link: token_link(app, EMAIL_APPROVAL_SEAL, EMAIL_CHANGE_PATH, event.sealed_token)?,
        expires_at: moment(event.expires_at),
    };
    queue_email(app, ctx, &event.email, &letter).await
}
