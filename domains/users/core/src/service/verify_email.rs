//! Somebody follows the link of a mail: the address is theirs, and what that sign-up said of them holds.

use crate::app::App;
use crate::domain::link::{LinkVerdict, judge};
use crate::error::Error;
use crate::store::{email_token, tenant, user};
use data::{AuditEntry, Unit};
use kernel::{Ctx, Visitor};
use secrets::hash_token;
use serde_json::json;

pub async fn verify_email(app: &App, visitor: &Visitor, token: &str) -> Result<(), Error> {
    let system = app.databases.system_read("verification: who holds the token of a link").await?;
    let found = email_token::by_hash(&system, hash_token(token)).await?;
    drop(system);
    let link = found.ok_or(Error::LinkInvalid)?;
    match judge(link.used_at, link.expires_at, visitor.now()) {
        LinkVerdict::Good => {}
        LinkVerdict::Used => return Err(Error::LinkInvalid),
        LinkVerdict::Expired => return Err(Error::LinkExpired),
    }
    apply(app, &visitor.enter(link.tenant_id, "users"), link).await
}

async fn apply(app: &App, ctx: &Ctx, link: email_token::Model) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    if !email_token::spend(&unit, ctx, link.public_id).await?
        || !user::verify(&unit, ctx, link.user_id, &link.display_name, &link.password_hash).await?
    {
        return Err(Error::LinkInvalid);
    }
    email_token::spend_all_of(&unit, ctx, link.user_id).await?;
    name_tenant(&unit, ctx, &link.organization_name).await?;
    unit.audit(AuditEntry {
        action: "users.user.verify_email",
        resource: "user",
        resource_id: link.user_id.uuid(),
        before: None,
        after: Some(json!({ "organization_name": link.organization_name })),
    })?;
    Ok(unit.commit(()).await?)
}

/// Nobody could act in the tenant until now, so its name is still that of the first sign-up.
async fn name_tenant(unit: &Unit, ctx: &Ctx, name: &str) -> Result<(), Error> {
    let Some(own) = tenant::own(unit).await? else { return Err(Error::LinkInvalid) };
    if own.name != name {
        tenant::rename(unit, ctx, own.version, name).await?;
    }
    Ok(())
}
