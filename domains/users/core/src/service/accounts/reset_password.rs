//! Whoever holds the link of a reset chooses a new password. All sessions end by it and none begins: what else a sign-in
//! asks for it goes on asking for.

use crate::app::App;
use crate::domain::link::{LinkVerdict, judge};
use crate::error::Error;
use crate::service::accounts::new_password;
use crate::service::sessions::throttle::{self, Tried};
use crate::store::{email_change, membership, password_reset, user};
use data::AuditEntry;
use kernel::{TenantId, Visitor};
use secrets::hash_token;
use serde_json::json;
use users_contract::PasswordChanged;

pub struct ResetPassword {
    pub token: String,
    pub password: String,
}

pub async fn reset_password(app: &App, visitor: &Visitor, command: ResetPassword) -> Result<(), Error> {
    let (link, person, tenant) = find(app, visitor, &command.token).await?;
    let email = person.email.parse().ok();
    let hash = new_password::hashed(app, "/password", &command.password, email.as_ref()).await?;
    let ctx = visitor.enter(tenant, "users");
    let mut unit = app.databases.write(&ctx).await?;
    // Held first, as by who changes the address.
    user::by_id_to_change(&unit, person.public_id).await?.ok_or(Error::ResetInvalid)?;
    if !password_reset::spend(&unit, &ctx, link).await? {
        return Err(Error::ResetInvalid);
    }
    password_reset::spend_all_of(&unit, &ctx, person.public_id).await?;
    if !user::change_password(&unit, &ctx, person.public_id, None, &hash).await? {
        return Err(Error::ResetInvalid);
    }
    let moves = email_change::end_all_of(&unit, &ctx, person.public_id).await?;
    let (user, address) = (person.public_id.uuid(), person.email.clone());
    unit.publish(&PasswordChanged {
        email: person.email,
        display_name: person.display_name,
        happened_at: ctx.now(),
    })?;
    unit.audit(AuditEntry {
        action: "users.user.reset_password",
        resource: "user",
        resource_id: user,
        before: Some(json!({ "sessions": "active" })),
        after: Some(json!({ "sessions": "ended", "email_changes_ended": moves })),
    })?;
    unit.commit(()).await?;
    // However many go on guessing elsewhere, whoever has reset it signs in from here.
    throttle::proved(app, Tried::new(app, visitor, &address), visitor.now()).await
}

/// A password is chosen for who is still there; of all else is told alike.
async fn find(
    app: &App,
    visitor: &Visitor,
    token: &str,
) -> Result<(crate::domain::PasswordResetId, user::Model, TenantId), Error> {
    let system = app.databases.system_read("password reset: who holds the token of a link").await?;
    let link = password_reset::by_hash(&system, hash_token(token)).await?.ok_or(Error::ResetInvalid)?;
    match judge(link.used_at, 0, link.expires_at, visitor.now()) {
        LinkVerdict::Good => {}
        LinkVerdict::Expired => return Err(Error::ResetExpired),
        LinkVerdict::Used => return Err(Error::ResetInvalid),
    }
    let person = user::of_id(&system, link.user_id).await?.ok_or(Error::ResetInvalid)?;
    let tenant = membership::tenant_of_mail(&system, person.public_id).await?.ok_or(Error::ResetInvalid)?;
    Ok((link.public_id, person, tenant))
}
