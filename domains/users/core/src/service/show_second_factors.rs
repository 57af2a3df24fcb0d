//! What the caller proves who they are by, beside their password.

use crate::app::App;
use crate::error::Error;
use crate::store::{recovery_code, totp_factor};
use chrono::{DateTime, Utc};
use kernel::{Actor, Ctx};

#[derive(Clone, Copy, Debug)]
pub struct SecondFactors {
    pub totp_confirmed_at: Option<DateTime<Utc>>,
    pub recovery_codes_left: usize,
}

pub async fn show_second_factors(app: &App, ctx: &Ctx) -> Result<SecondFactors, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    let read = app.databases.read(ctx).await?;
    let totp = totp_factor::of_user(&read, id).await?;
    let recovery_codes_left = recovery_code::count_unused(&read, id).await?;
    Ok(SecondFactors { totp_confirmed_at: totp.and_then(|factor| factor.confirmed_at), recovery_codes_left })
}
