//! A code shows that the authenticator has the secret. From now on signing in asks for one, and who loses the authenticator
//! has recovery codes. Wrong codes are not counted: who confirms has been shown the secret.

use crate::app::App;
use crate::error::Error;
use crate::service::factors::renew_recovery_codes::{RecoveryCodes, replace};
use crate::service::factors::second_factor;
use crate::service::sessions::{still_open, tokens};
use crate::store::{session, totp_factor};
use data::AuditEntry;
use kernel::{Actor, Ctx};
use serde_json::json;

pub async fn confirm_totp(app: &App, ctx: &Ctx, code: &str) -> Result<RecoveryCodes, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    let mut unit = app.databases.write(ctx).await?;
    still_open::require(ctx, &unit).await?;
    let factor = totp_factor::of_user_to_change(&unit, id).await?;
    let factor = factor.filter(|factor| factor.confirmed_at.is_none()).ok_or(Error::NoTotp)?;
    let step = second_factor::opened(app, &factor)?.step_of(code, ctx.now(), factor.last_step);
    let step = step.ok_or_else(|| second_factor::at_code(Error::WrongCode))?;
    if !totp_factor::confirm(&unit, ctx, factor.public_id, step).await? {
        return Err(Error::NoTotp);
    }
    let codes = replace(app, &unit, ctx, id).await?;
    // It has been proved in this session, so whoever was let in no further for lack of it goes on.
    if let Some(own) = ctx.principal().credential.id
        && let Some(raised) = session::raise(&unit, own).await?
    {
        tokens::forget(app, &mut unit, &raised.access_hash);
    }
    unit.audit(AuditEntry {
        action: "users.totp.confirm",
        resource: "user",
        resource_id: id.uuid(),
        before: Some(json!({ "totp": "unconfirmed", "recovery_codes": 0 })),
        after: Some(json!({ "totp": "confirmed", "recovery_codes": codes.0.len() })),
    })?;
    Ok(unit.commit(codes).await?)
}
