//! Passkeys as their owner sees them, and what proves that it is the owner who registers another.

use crate::app::App;
use crate::domain::PasskeyId;
use crate::domain::passkey;
use crate::error::Error;
use crate::service::accounts::change_password;
use crate::service::factors::second_factor::{self, Proof};
use crate::store::passkey::Model;
use crate::store::user;
use chrono::{DateTime, Utc};
use kernel::{Ctx, Faults};
use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub struct Passkey {
    pub id: PasskeyId,
    pub name: String,
    pub last_used_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub fn of(row: Model) -> Passkey {
    Passkey {
        id: row.public_id,
        name: row.name,
        last_used_at: row.last_used_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// What an audit entry says of one.
pub fn audited(row: &Model) -> Value {
    json!({ "name": row.name, "user": row.user_id, "last_used_at": row.last_used_at })
}

pub struct Proofs {
    pub password: Option<String>,
    /// Of an authenticator, or a recovery code.
    pub code: Option<String>,
}

/// Whether a passkey has opened this session just now.
pub fn is_fresh(ctx: &Ctx) -> bool {
    passkey::is_fresh(&ctx.principal().credential, ctx.now())
}

/// Who has a passkey makes another way in by that alone: the password, or a password and a code, would get round a tenant
/// that asks for passkeys, by a session of another that does not.
pub fn refuse_less(ctx: &Ctx, has_passkeys: bool) -> Result<(), Error> {
    if has_passkeys && !is_fresh(ctx) { Err(Error::PasskeySessionRequired) } else { Ok(()) }
}

/// A passkey of a moment ago proves all. Else it takes what a sign-in with the password does, or an open session and the
/// password would make a way in that asks for no code.
pub async fn prove(
    app: &App,
    ctx: &Ctx,
    person: &user::Model,
    proofs: Proofs,
) -> Result<Option<Proof>, Error> {
    if is_fresh(ctx) {
        return Ok(None);
    }
    let password = proofs.password.ok_or_else(|| without_password(person))?;
    change_password::prove(app, ctx, person, password).await?;
    let code = proofs.code.as_deref();
    let looked_at = second_factor::look_at(app, ctx.visitor(), person.public_id, code).await;
    looked_at.map_err(second_factor::at_code)
}

/// Who has a password is asked for it.
pub fn without_password(person: &user::Model) -> Error {
    if person.passkey_only_at.is_some() {
        return Error::PasskeySessionRequired;
    }
    let mut faults = Faults::new();
    let detail = "must be sent, unless a passkey has opened the session within the last quarter of an hour";
    faults.add("/current_password", "password_required", detail);
    Error::invalid(faults.into_errors())
}
