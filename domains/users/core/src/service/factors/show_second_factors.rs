//! What the caller proves who they are by.

use crate::app::App;
use crate::error::Error;
use crate::service::sso::federated;
use crate::store::{passkey, recovery_code, totp_factor, user};
use chrono::{DateTime, Utc};
use kernel::{Actor, Ctx};

#[derive(Clone, Copy, Debug)]
pub struct SecondFactors {
    /// Not where they sign in by passkeys alone.
    pub password: bool,
    pub passkeys: usize,
    pub totp_confirmed_at: Option<DateTime<Utc>>,
    pub recovery_codes_left: usize,
}

pub async fn show_second_factors(app: &App, ctx: &Ctx) -> Result<SecondFactors, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    federated::refuse(ctx)?;
    let read = app.databases.read(ctx).await?;
    let person = user::by_id(&read, id).await?.ok_or(Error::NotAMember)?;
    let totp = totp_factor::of_user(&read, id).await?;
    Ok(SecondFactors {
        password: person.passkey_only_at.is_none(),
        passkeys: passkey::all_of(&read, id).await?.len(),
        totp_confirmed_at: totp.and_then(|factor| factor.confirmed_at),
        recovery_codes_left: recovery_code::count_unused(&read, id).await?,
    })
}
