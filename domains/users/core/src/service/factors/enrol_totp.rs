//! A person sets up an authenticator. Nothing is asked of it until a code has shown that it has the secret; until then
//! another can be set up in its place.

use crate::app::App;
use crate::domain::totp::TotpSecret;
use crate::error::Error;
use crate::service::factors::passkey::{self, Proofs};
use crate::service::factors::second_factor;
use crate::store::{self, totp_factor, user};
use data::AuditEntry;
use kernel::{Actor, Ctx};
use serde_json::json;

/// What the authenticator is told, once.
pub struct Enrolled {
    pub secret: String,
    pub otpauth_url: String,
}

/// The password proves it, or a passkey of a moment ago. Who has a passkey does it by that alone.
pub async fn enrol_totp(app: &App, ctx: &Ctx, password: Option<String>) -> Result<Enrolled, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    let read = app.databases.read(ctx).await?;
    let person = user::by_id(&read, id).await?.ok_or(Error::NotAMember)?;
    let has_passkeys = !store::passkey::all_of(&read, id).await?.is_empty();
    let factor = totp_factor::of_user(&read, id).await?;
    drop(read);
    passkey::refuse_less(ctx, has_passkeys)?;
    if factor.is_some_and(|factor| factor.confirmed_at.is_some()) {
        return Err(Error::TotpExists);
    }
    passkey::prove(app, ctx, &person, Proofs { password, code: None }).await?;
    match enrol(app, ctx, &person).await {
        // Two at once: the slower finds the faster's.
        Err(Error::Data(error)) if totp_factor::is_there(&error) => enrol(app, ctx, &person).await,
        outcome => outcome,
    }
}

async fn enrol(app: &App, ctx: &Ctx, person: &user::Model) -> Result<Enrolled, Error> {
    let secret = TotpSecret::of(secrets::salt());
    let user = person.public_id;
    let mut unit = app.databases.write(ctx).await?;
    let former = totp_factor::of_user_to_change(&unit, user).await?;
    if let Some(former) = &former {
        if former.confirmed_at.is_some() {
            return Err(Error::TotpExists);
        }
        totp_factor::delete(&unit, ctx, former.public_id).await?;
    }
    totp_factor::insert(&unit, ctx, user, second_factor::sealed(app, user, &secret)).await?;
    let before = if former.is_some() { "unconfirmed" } else { "none" };
    unit.audit(AuditEntry {
        action: "users.totp.enrol",
        resource: "user",
        resource_id: user.uuid(),
        before: Some(json!({ "totp": before })),
        after: Some(json!({ "totp": "unconfirmed" })),
    })?;
    let enrolled = Enrolled { secret: secret.base32(), otpauth_url: secret.otpauth_url(&person.email) };
    Ok(unit.commit(enrolled).await?)
}
