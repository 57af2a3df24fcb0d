//! New recovery codes, shown once, in the place of those there were.

use crate::app::App;
use crate::domain::recovery_code::{COUNT, RecoveryCode};
use crate::error::Error;
use crate::service::factors::passkey::Proofs;
use crate::service::factors::second_factor::{self, Proof};
use crate::service::sessions::still_open;
use crate::store::{recovery_code, totp_factor};
use data::{AuditEntry, Unit};
use kernel::{Actor, Ctx, UserId};
use serde_json::json;

/// As their owner sees them, once.
pub struct RecoveryCodes(pub Vec<String>);

pub async fn renew_recovery_codes(app: &App, ctx: &Ctx, proofs: Proofs) -> Result<RecoveryCodes, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    let proof = second_factor::prove(app, ctx, id, proofs).await?;
    let unit = app.databases.write(ctx).await?;
    still_open::require(ctx, &unit).await?;
    // Held, so that of two who renew at once one is the last.
    totp_factor::of_user_to_change(&unit, id).await?.ok_or(Error::NoTotp)?;
    let left = recovery_code::count_unused(&unit, id).await?;
    let mut unit = second_factor::spend_in(app, ctx, unit, id, proof).await?;
    let codes = replace(app, &unit, ctx, id).await?;
    unit.audit(AuditEntry {
        action: "users.recovery_codes.renew",
        resource: "user",
        resource_id: id.uuid(),
        before: Some(json!({ "recovery_codes": left })),
        after: Some(json!({ "recovery_codes": codes.0.len(), "by": proof.map_or("passkey", Proof::name) })),
    })?;
    let codes = unit.commit(codes).await?;
    second_factor::forget(app, ctx.visitor(), id, proof).await?;
    Ok(codes)
}

/// The authenticator must be held, and the person where they sign in by passkeys alone.
pub async fn replace(app: &App, unit: &Unit, ctx: &Ctx, user: UserId) -> Result<RecoveryCodes, Error> {
    recovery_code::delete_all_of(unit, ctx, user).await?;
    let mut shown = Vec::with_capacity(COUNT);
    for _ in 0..COUNT {
        let code = RecoveryCode::of(secrets::salt());
        recovery_code::insert(unit, ctx, user, second_factor::hashed(app, user, &code)).await?;
        shown.push(code.shown());
    }
    Ok(RecoveryCodes(shown))
}
