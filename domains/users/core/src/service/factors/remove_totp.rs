//! A person gives their authenticator up, with a code of it, a recovery code or a passkey of a moment ago. All recovery codes end with it, but those of
//! who signs in by passkeys alone.

use crate::app::App;
use crate::error::Error;
use crate::service::factors::passkey::Proofs;
use crate::service::factors::second_factor::{self, Proof};
use crate::service::sessions::still_open;
use crate::service::sso::enforcement;
use crate::store::{passkey, recovery_code, totp_factor, user};
use data::AuditEntry;
use kernel::{Actor, Ctx};
use serde_json::json;

/// What was done, for the stored answer.
pub struct Removed;

pub async fn remove_totp(app: &App, ctx: &Ctx, proofs: Proofs) -> Result<Removed, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    let proof = second_factor::prove(app, ctx, id, proofs).await?;
    let only_way_back = enforcement::only_way_back(app, id).await?;
    let unit = app.databases.write(ctx).await?;
    still_open::require(ctx, &unit).await?;
    let factor = totp_factor::of_user_to_change(&unit, id).await?;
    let factor = factor.filter(|factor| factor.confirmed_at.is_some()).ok_or(Error::NoTotp)?;
    if let Some(error) = only_way_back
        && passkey::all_of(&unit, id).await?.is_empty()
    {
        return Err(error);
    }
    let left = recovery_code::count_unused(&unit, id).await?;
    let mut unit = second_factor::spend_in(app, ctx, unit, id, proof).await?;
    totp_factor::delete(&unit, ctx, factor.public_id).await?;
    let person = user::by_id(&unit, id).await?;
    if person.is_none_or(|person| person.passkey_only_at.is_none()) {
        recovery_code::delete_all_of(&unit, ctx, id).await?;
    }
    let kept = recovery_code::count_unused(&unit, id).await?;
    unit.audit(AuditEntry {
        action: "users.totp.remove",
        resource: "user",
        resource_id: id.uuid(),
        before: Some(json!({ "totp": "confirmed", "recovery_codes": left })),
        after: Some(
            json!({ "totp": "none", "recovery_codes": kept, "by": proof.map_or("passkey", Proof::name) }),
        ),
    })?;
    let removed = unit.commit(Removed).await?;
    second_factor::forget(app, ctx.visitor(), id, proof).await?;
    Ok(removed)
}
