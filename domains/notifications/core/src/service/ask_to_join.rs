//! Sends whoever is invited the link to accept with. The names of the tenant and of whoever invites are a
//! stranger's words.

use crate::App;
use crate::domain::letter::{Letter, moment};
use crate::domain::words::greeting_name;
use crate::error::Error;
use crate::service::link::token_link;
use crate::service::queue_email::queue_email;
use kernel::Ctx;
use users_contract::{INVITATION_PATH, INVITATION_SEAL, InvitationSent};

pub async fn ask_to_join(app: &App, ctx: &Ctx, event: InvitationSent) -> Result<(), Error> {
    let letter = Letter::Invitation {
        tenant: greeting_name(&event.tenant_name),
        inviter: greeting_name(&event.inviter_name),
        link: token_link(app, INVITATION_SEAL, INVITATION_PATH, event.sealed_token)?,
        expires_at: moment(event.expires_at),
    };
    queue_email(app, ctx, &event.email, &letter).await
}
