//! Somebody follows the link of a mail and gives the password of the sign-up it was sent for: the address is theirs, and
//! what that sign-up said of them holds. Either alone does nothing, so neither a stranger who signs up with another's
//! address nor an owner who presses that stranger's link makes an account of it.

use crate::app::App;
use crate::domain::link::{LinkVerdict, judge};
use crate::error::Error;
use crate::store::{email_token, tenant, user};
use data::{AuditEntry, Unit};
use kernel::{Ctx, Visitor};
use secrets::hash_token;
use serde_json::{Value, json};

pub struct VerifyEmail {
    pub token: String,
    pub password: String,
}

/// A password is hashed whatever the token is. What came of it is told only to who could have the try counted, so many
/// at once learn no more than one after the other.
pub async fn verify_email(app: &App, visitor: &Visitor, command: VerifyEmail) -> Result<(), Error> {
    let system = app.databases.system_read("verification: who holds the token of a link").await?;
    let found = email_token::by_hash(&system, hash_token(&command.token)).await?;
    drop(system);
    let verdict = found.as_ref().map(|link| judge(link.used_at, link.tries, link.expires_at, visitor.now()));
    let link = match (found, verdict) {
        (Some(link), Some(LinkVerdict::Good)) => link,
        (_, verdict) => {
            app.passwords.verify_absent().await?;
            return Err(match verdict {
                Some(LinkVerdict::Expired) => Error::LinkExpired,
                _ => Error::LinkInvalid,
            });
        }
    };
    let matches = app.passwords.verify(command.password, &link.password_hash).await?.matches;
    let ctx = visitor.enter(link.tenant_id, "users");
    let mut unit = app.databases.write(&ctx).await?;
    if !email_token::count_try(&unit, link.public_id).await? {
        return Err(Error::LinkInvalid);
    }
    if !matches {
        unit.audit(entry(
            "users.user.refuse_verification",
            &link,
            None,
            json!({ "reason": "wrong_password" }),
        ))?;
        unit.commit(()).await?;
        return Err(Error::LinkInvalid);
    }
    apply(&ctx, unit, link).await
}

async fn apply(ctx: &Ctx, mut unit: Unit, link: email_token::Model) -> Result<(), Error> {
    if !email_token::spend(&unit, ctx, link.public_id).await?
        || !user::verify(&unit, ctx, link.user_id, &link.display_name, &link.password_hash).await?
    {
        return Err(Error::LinkInvalid);
    }
    email_token::spend_all_of(&unit, ctx, link.user_id).await?;
    let former = settle_tenant(&unit, ctx, &link).await?;
    let mode = link.mode.as_deref().unwrap_or(&former.mode);
    let before = json!({ "email_verified": false, "organization_name": former.name, "mode": former.mode });
    let after = json!({ "email_verified": true, "organization_name": link.organization_name, "mode": mode });
    unit.audit(entry("users.user.verify_email", &link, Some(before), after))?;
    Ok(unit.commit(()).await?)
}

fn entry(action: &'static str, link: &email_token::Model, before: Option<Value>, after: Value) -> AuditEntry {
    AuditEntry { action, resource: "user", resource_id: link.user_id.uuid(), before, after: Some(after) }
}

/// Nobody could act in the tenant until now, so its name and its mode are still those of the first sign-up, whoever it was
/// of. This answers what it was.
async fn settle_tenant(unit: &Unit, ctx: &Ctx, link: &email_token::Model) -> Result<tenant::Model, Error> {
    let Some(own) = tenant::own_to_change(unit).await? else { return Err(Error::LinkInvalid) };
    if !own.is_active() {
        return Err(Error::TenantSuspended);
    }
    let mode = link.mode.as_deref().unwrap_or(&own.mode);
    if (own.name.as_str(), own.mode.as_str()) != (link.organization_name.as_str(), mode) {
        tenant::settle(unit, ctx, &own, &link.organization_name, mode).await?;
    }
    Ok(own)
}
