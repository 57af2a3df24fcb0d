//! A person chooses another password, with what a sign-in takes or with a passkey of a moment ago, and has proved themselves
//! by it. All their other sessions end.
//! Who had no password has one again, if a passkey proves it: a reset alone does not take the recovery code away.

use crate::app::App;
use crate::error::Error;
use crate::service::accounts::new_password;
use crate::service::factors::passkey::{self, Proofs};
use crate::service::factors::second_factor::{self, Proof};
use crate::service::sessions::{throttle, tokens};
use crate::service::sso::federated;
use crate::store::{email_change, recovery_code, session, totp_factor, user};
use data::{AuditEntry, Unit};
use kernel::ctx::Strength;
use kernel::{Actor, Ctx, Faults};
use serde_json::json;
use users_contract::PasswordChanged;

pub struct ChangePassword {
    /// Of who has signed in with a passkey just now, it is not needed.
    pub current: Proofs,
    pub new: String,
}

/// What was done, for the stored answer.
pub struct Changed;

pub async fn change_password(app: &App, ctx: &Ctx, command: ChangePassword) -> Result<Changed, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    let own = ctx.principal().credential.id.ok_or(Error::NoSession)?;
    let read = app.databases.read(ctx).await?;
    let person = user::by_id(&read, id).await?.ok_or(Error::NotAMember)?;
    drop(read);
    let proof = proved(app, ctx, &person, command.current).await?;
    let email = person.email.parse().ok();
    let hash = new_password::hashed(app, "/new_password", &command.new, email.as_ref()).await?;
    let unit = app.databases.write(ctx).await?;
    let mut unit = second_factor::spend_in(app, ctx, unit, id, proof).await?;
    let mut passkey_only = person.passkey_only_at.is_some();
    if passkey_only && passkey::is_fresh(ctx) {
        end_passkey_only(&unit, ctx, &person).await?;
        passkey_only = false;
    }
    // Held: a session that has ended with all of the person's is believed for a moment, and is not to go on by this.
    let held = user::by_id_to_change(&unit, id).await?.ok_or(Error::NotAMember)?;
    if !user::change_password(&unit, ctx, id, Some(&person.password_hash), &hash).await? {
        return Err(wrong());
    }
    let proved = session::prove(&unit, ctx, own, strength(ctx, proof), held.sessions_ended_at).await?;
    tokens::forget(app, &mut unit, &proved.ok_or(Error::SessionEnded)?.access_hash);
    // Whoever is told of one that they have not asked for stops it so.
    let moves = email_change::end_all_of(&unit, ctx, id).await?;
    unit.publish(&PasswordChanged {
        email: person.email,
        display_name: person.display_name,
        happened_at: ctx.now(),
    })?;
    unit.audit(AuditEntry {
        action: "users.user.change_password",
        resource: "user",
        resource_id: id.uuid(),
        before: Some(json!({ "sessions": "active", "passkey_only": person.passkey_only_at.is_some() })),
        after: Some(json!({
            "sessions": "ended", "but": own, "email_changes_ended": moves, "passkey_only": passkey_only,
        })),
    })?;
    let changed = unit.commit(Changed).await?;
    second_factor::forget(app, ctx.visitor(), id, proof).await?;
    Ok(changed)
}

/// The session is proved by it too, so it takes as much as that: one of a passkey takes a passkey.
async fn proved(app: &App, ctx: &Ctx, person: &user::Model, proofs: Proofs) -> Result<Option<Proof>, Error> {
    let by_passkey = ctx.principal().credential.strength == Strength::Passkey;
    passkey::refuse_less(ctx, by_passkey)?;
    passkey::prove(app, ctx, person, proofs).await
}

fn strength(ctx: &Ctx, proof: Option<Proof>) -> Strength {
    match proof {
        _ if passkey::is_fresh(ctx) => Strength::Passkey,
        Some(_) => Strength::SecondFactor,
        None => Strength::Password,
    }
}

/// The codes before the person, as who signs in with one takes them. They stay where there is an authenticator.
async fn end_passkey_only(unit: &Unit, ctx: &Ctx, person: &user::Model) -> Result<(), Error> {
    let id = person.public_id;
    let factor = totp_factor::of_user(unit, id).await?;
    if factor.is_none_or(|factor| factor.confirmed_at.is_none()) {
        recovery_code::delete_all_of(unit, ctx, id).await?;
    }
    user::end_passkey_only(unit, ctx, id).await?;
    Ok(())
}

/// Guessed at as slowly as at a sign-in: whoever found an open session does not know the password yet.
pub async fn prove(app: &App, ctx: &Ctx, person: &user::Model, password: String) -> Result<(), Error> {
    federated::refuse(ctx)?;
    let tried = throttle::Tried::new(app, ctx.visitor(), &person.email);
    let system = app.databases.system_read("a password is proved: whether it may be tried").await?;
    throttle::refuse_early(&system, tried, ctx.now()).await?;
    drop(system);
    let matches = app.passwords.verify(password, &person.password_hash).await?.matches;
    if matches {
        throttle::refuse_late(app, tried, ctx.now()).await?;
        return throttle::proved(app, tried, ctx.now()).await;
    }
    throttle::count(app, tried, ctx.now()).await?;
    Err(wrong())
}

fn wrong() -> Error {
    let mut faults = Faults::new();
    faults.add("/current_password", "wrong_password", "is not your password");
    Error::invalid(faults.into_errors())
}
