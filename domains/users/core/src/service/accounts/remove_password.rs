//! A person goes without a password from now on: passkeys let them in, and recovery codes who has lost them all and has
//! chosen a password by mail since. All their other sessions end: a password may have opened them. Done again, it gives other
//! recovery codes.

use crate::app::App;
use crate::error::Error;
use crate::service::factors::passkey as view;
use crate::service::factors::renew_recovery_codes::{RecoveryCodes, replace};
use crate::service::sessions::tokens;
use crate::store::{passkey, recovery_code, session, totp_factor, user};
use data::AuditEntry;
use kernel::ctx::Strength;
use kernel::{Actor, Ctx};
use serde_json::json;
use users_contract::PasswordChanged;

/// Of a password that nobody knows, so that signing in with any takes as long, and is told the same, as with a wrong one.
const VOID: &str = "void";

pub async fn remove_password(app: &App, ctx: &Ctx) -> Result<RecoveryCodes, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    let own = ctx.principal().credential.id.ok_or(Error::NoSession)?;
    if !view::is_fresh(ctx) {
        return Err(Error::PasskeySessionRequired);
    }
    let void = app.passwords.hash(secrets::token(VOID).plain).await?;
    let mut unit = app.databases.write(ctx).await?;
    let left = recovery_code::count_unused(&unit, id).await?;
    // The codes before the person, as who signs in with one takes them; and again in `replace`, where another has made some
    // while this waited for the person.
    totp_factor::of_user_to_change(&unit, id).await?;
    recovery_code::delete_all_of(&unit, ctx, id).await?;
    let person = user::by_id_to_change(&unit, id).await?.ok_or(Error::NotAMember)?;
    let passkeys = passkey::all_of(&unit, id).await?.len();
    if passkeys == 0 {
        return Err(Error::NoPasskey);
    }
    let codes = replace(app, &unit, ctx, id).await?;
    user::begin_passkey_only(&unit, ctx, id, &void).await?;
    let proved = session::prove(&unit, ctx, own, Strength::Passkey, person.sessions_ended_at).await?;
    tokens::forget(app, &mut unit, &proved.ok_or(Error::SessionEnded)?.access_hash);
    let was = person.passkey_only_at.is_some();
    unit.publish(&PasswordChanged {
        email: person.email,
        display_name: person.display_name,
        happened_at: ctx.now(),
    })?;
    unit.audit(AuditEntry {
        action: "users.user.remove_password",
        resource: "user",
        resource_id: id.uuid(),
        before: Some(json!({ "sessions": "active", "passkey_only": was, "recovery_codes": left })),
        after: Some(json!({
            "sessions": "ended", "but": own, "passkey_only": true, "recovery_codes": codes.0.len(), "passkeys": passkeys,
        })),
    })?;
    Ok(unit.commit(codes).await?)
}
