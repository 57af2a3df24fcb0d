//! A person chooses another password, with the present one. All their other sessions end.

use crate::app::App;
use crate::domain::Password;
use crate::error::Error;
use crate::service::{breaches, throttle};
use crate::store::{session, user};
use data::AuditEntry;
use kernel::{Actor, Ctx, Faults};
use serde_json::json;
use users_contract::PasswordChanged;

pub struct ChangePassword {
    pub current: String,
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
    prove(app, ctx, &person, command.current).await?;
    let mut faults = Faults::new();
    let email = person.email.parse().ok();
    let password = Password::choose(&mut faults, "/new_password", &command.new, email.as_ref());
    let Some(password) = password else { return Err(Error::invalid(faults.into_errors())) };
    breaches::refuse(app, "/new_password", &password).await?;
    let hash = app.passwords.hash(password.into_inner()).await?;
    let mut unit = app.databases.write(ctx).await?;
    if !user::change_password(&unit, ctx, id, Some(&person.password_hash), &hash).await? {
        return Err(wrong());
    }
    if !session::prove(&unit, ctx, own).await? {
        return Err(Error::NoSession);
    }
    unit.publish(&PasswordChanged {
        email: person.email,
        display_name: person.display_name,
        happened_at: ctx.now(),
    })?;
    unit.audit(AuditEntry {
        action: "users.user.change_password",
        resource: "user",
        resource_id: id.uuid(),
        before: Some(json!({ "sessions": "active" })),
        after: Some(json!({ "sessions": "ended", "but": own })),
    })?;
    Ok(unit.commit(Changed).await?)
}

/// Guessed at as slowly as at a sign-in: whoever found an open session does not know the password yet.
pub async fn prove(app: &App, ctx: &Ctx, person: &user::Model, password: String) -> Result<(), Error> {
    let tried = throttle::Tried::new(app, ctx.visitor(), &person.email);
    let system = app.databases.system_read("a password is proved: whether it may be tried").await?;
    throttle::refuse_early(&system, tried, ctx.now()).await?;
    drop(system);
    let matches = app.passwords.verify(password, &person.password_hash).await?.matches;
    if matches {
        throttle::refuse_late(app, tried, ctx.now()).await?;
        return throttle::forget(app, &person.email, ctx.now()).await;
    }
    throttle::count(app, tried, ctx.now()).await?;
    Err(wrong())
}

fn wrong() -> Error {
    let mut faults = Faults::new();
    faults.add("/current_password", "wrong_password", "is not your password");
    Error::invalid(faults.into_errors())
}
