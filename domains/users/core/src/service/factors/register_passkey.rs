//! A device has answered: its passkey is registered, and lets its owner in from now on. The owner is told by mail.

use crate::app::App;
use crate::domain::CeremonyId;
use crate::domain::passkey::MAX_PASSKEYS;
use crate::error::Error;
use crate::service::factors::ceremony;
use crate::service::factors::passkey::{self as view, Passkey};
use crate::service::factors::relying_party::{self, NewCredential, Refusal};
use crate::service::sessions::still_open;
use crate::store::passkey::NewPasskey;
use crate::store::{passkey, passkey_ceremony, user};
use crate::switches::PASSKEYS;
use data::AuditEntry;
use kernel::{Actor, Ctx, Faults, UserId};
use serde_json::Value;
use users_contract::PasskeyRegistered;

const MAX_NAME: usize = 100;

pub struct RegisterPasskey {
    pub ceremony: CeremonyId,
    pub name: String,
    /// As the browser has made it.
    pub credential: Value,
}

pub async fn register_passkey(app: &App, ctx: &Ctx, command: RegisterPasskey) -> Result<Passkey, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    if !ctx.is_on(&PASSKEYS) {
        return Err(Error::PasskeysOff);
    }
    let party = relying_party::of(app)?;
    let mut faults = Faults::new();
    let name = faults.text("/name", &command.name, MAX_NAME);
    let name = faults.finish(name).map_err(Error::invalid)?;
    let read = app.databases.read(ctx).await?;
    let begun = passkey_ceremony::of_user(&read, command.ceremony, id, ctx.now()).await?;
    drop(read);
    let begun = begun.ok_or_else(no_such_ceremony)?;
    let state = ceremony::opened(app, &begun)?;
    let made = party.finish_registration(command.credential, &state).map_err(no_answer)?;
    match keep(app, ctx, id, begun.public_id, &name, made).await {
        Err(Error::Data(error)) if passkey::is_there(&error) => Err(Error::PasskeyExists),
        outcome => outcome,
    }
}

async fn keep(
    app: &App,
    ctx: &Ctx,
    user: UserId,
    ceremony: CeremonyId,
    name: &str,
    made: NewCredential,
) -> Result<Passkey, Error> {
    let mut unit = app.databases.write(ctx).await?;
    // Held, so that of two who register at once one is the last.
    let person = user::by_id_to_change(&unit, user).await?.ok_or(Error::NotAMember)?;
    still_open::require(ctx, &unit).await?;
    if passkey::all_of(&unit, user).await?.len() >= MAX_PASSKEYS {
        return Err(Error::TooManyPasskeys);
    }
    if !passkey_ceremony::spend(&unit, ctx, ceremony).await? {
        return Err(no_such_ceremony());
    }
    let new = NewPasskey { user, name, credential_id: made.id, credential: made.record };
    let row = passkey::insert(&unit, ctx, new).await?;
    unit.publish(&PasskeyRegistered {
        email: person.email,
        display_name: person.display_name,
        happened_at: ctx.now(),
    })?;
    unit.audit(AuditEntry {
        action: "users.passkey.create",
        resource: "passkey",
        resource_id: row.public_id.uuid(),
        before: None,
        after: Some(view::audited(&row)),
    })?;
    Ok(unit.commit(view::of(row)).await?)
}

/// Another's is as one that nobody has begun.
fn no_such_ceremony() -> Error {
    let mut faults = Faults::new();
    faults.add("/ceremony_id", "unknown_ceremony", "is unknown, was answered or has expired: begin another");
    Error::invalid(faults.into_errors())
}

fn no_answer(refusal: Refusal) -> Error {
    tracing::debug!(%refusal, "a passkey was not registered");
    let mut faults = Faults::new();
    faults.add("/credential", "no_answer", "does not answer this ceremony: begin another");
    Error::invalid(faults.into_errors())
}
