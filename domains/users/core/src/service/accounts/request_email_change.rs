//! A person asks to move to another address, with their password, and a code where they have a second factor, or with a
//! passkey of a moment ago. Both addresses are asked by a link each, and nothing changes until both have confirmed. Whether
//! somebody has the new address is told to nobody but who reads its mail: all else is the same, down to the mail that its
//! tenant's administrators see.

use crate::app::App;
use crate::domain::Email;
use crate::error::Error;
use crate::service::accounts::email_change as view;
use crate::service::factors::passkey::{self, Proofs};
use crate::service::factors::second_factor;
use crate::service::sessions::tokens::sealed;
use crate::store::email_change::{self, NewEmailChange};
use crate::store::user;
use chrono::Duration;
use data::{AuditEntry, Unit};
use kernel::problem::TOO_MANY_REQUESTS;
use kernel::{Actor, Ctx, Faults, Problem, UserId};
use serde_json::json;
use users_contract::{
    EMAIL_APPROVAL_SEAL, EMAIL_CONFIRMATION_SEAL, EmailChangeApprovalRequested,
    EmailChangeConfirmationRequested,
};

const APPROVAL_PREFIX: &str = "ins_ea";
const CONFIRMATION_PREFIX: &str = "ins_ec";
/// Each sends a mail to an address that may be anybody's.
const MOST_A_DAY: u64 = 20;

pub struct RequestEmailChange {
    pub new_email: String,
    /// Of who has signed in with a passkey just now, none is needed.
    pub proofs: Proofs,
}

/// What was done, for the stored answer.
pub struct Requested;

pub async fn request_email_change(
    app: &App,
    ctx: &Ctx,
    command: RequestEmailChange,
) -> Result<Requested, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    let mut faults = Faults::new();
    let new_email = faults.parse::<Email>("/new_email", "invalid_email", &command.new_email);
    let Some(new_email) = new_email else { return Err(Error::invalid(faults.into_errors())) };
    let read = app.databases.read(ctx).await?;
    let person = user::by_id(&read, id).await?.ok_or(Error::NotAMember)?;
    drop(read);
    let proof = passkey::prove(app, ctx, &person, command.proofs).await?;
    let unit = app.databases.write(ctx).await?;
    let mut unit = second_factor::spend_in(app, ctx, unit, id, proof).await?;
    hold(&unit, &person).await?;
    refuse_too_many(&unit, ctx, id).await?;
    ask_both(app, ctx, &mut unit, &person, &new_email).await?;
    let requested = unit.commit(Requested).await?;
    second_factor::forget(app, ctx.visitor(), id, proof).await?;
    Ok(requested)
}

/// Both password and address may have been replaced since they were looked at; now they stay until the unit ends, and
/// whoever else asks for this person waits.
async fn hold(unit: &Unit, person: &user::Model) -> Result<(), Error> {
    let now = user::by_id_to_change(unit, person.public_id).await?;
    let same =
        |now: &user::Model| now.password_hash == person.password_hash && now.email_key == person.email_key;
    match now {
        Some(now) if same(&now) => Ok(()),
        _ => Err(Error::Refused(Problem::unavailable("the person has changed while they were proved"))),
    }
}

async fn refuse_too_many(unit: &Unit, ctx: &Ctx, user: UserId) -> Result<(), Error> {
    let Some(asked_at) = email_change::asked_at(unit, user, MOST_A_DAY - 1).await? else { return Ok(()) };
    let wait = (asked_at + Duration::days(1) - ctx.now()).to_std().unwrap_or_default();
    if wait.is_zero() {
        return Ok(());
    }
    let detail = format!("A change of address can be asked for {MOST_A_DAY} times a day. Try again later.");
    Err(Error::Refused(Problem::new(TOO_MANY_REQUESTS, detail).with_retry_after(wait)))
}

/// To an address that somebody has goes the same mail without a link.
async fn ask_both(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    person: &user::Model,
    new_email: &Email,
) -> Result<(), Error> {
    let id = person.public_id;
    let has_it = user::by_email_here(unit, new_email).await?;
    // Who never proved the address keeps nobody from it.
    let is_free = has_it.is_none_or(|known| known.public_id == id || known.email_verified_at.is_none());
    let former = email_change::open_of(unit, id).await?;
    email_change::end_all_of(unit, ctx, id).await?;
    let (approval, confirmation) = (secrets::token(APPROVAL_PREFIX), secrets::token(CONFIRMATION_PREFIX));
    let expires_at = ctx.now() + app.settings.email_change_lifetime();
    let (old_hash, new_hash) = (approval.hash, confirmation.hash);
    let new = NewEmailChange { user: id, new_email, old_hash, new_hash, expires_at };
    let change = email_change::insert(unit, ctx, new).await?;
    unit.publish(&EmailChangeApprovalRequested {
        email: person.email.clone(),
        new_email: change.new_email.clone(),
        display_name: person.display_name.clone(),
        sealed_token: sealed(app, EMAIL_APPROVAL_SEAL, &approval.plain)?,
        expires_at,
    })?;
    let sealed_token = sealed(app, EMAIL_CONFIRMATION_SEAL, &confirmation.plain)?;
    unit.publish(&EmailChangeConfirmationRequested {
        email: change.new_email.clone(),
        sealed_token: is_free.then_some(sealed_token),
        expires_at,
    })?;
    unit.audit(AuditEntry {
        action: "users.user.request_email_change",
        resource: "user",
        resource_id: id.uuid(),
        before: Some(json!({ "email": person.email, "pending": former.as_ref().map(view::audited) })),
        after: Some(json!({ "email": person.email, "pending": view::audited(&change) })),
    })?;
    Ok(())
}
