//! A person gives a passkey up, for good. Sessions that it has opened go on. Who has no password keeps one, and so does who
//! belongs to a tenant that lets nobody get far without.

use crate::app::App;
use crate::domain::PasskeyId;
use crate::error::Error;
use crate::service::factors::passkey as view;
use crate::service::sessions::{fresh, still_open};
use crate::service::sso::{enforcement, federated};
use crate::store::{passkey, tenant_policy, totp_factor, user};
use data::AuditEntry;
use kernel::{Actor, Ctx, UserId};
use serde_json::json;

/// What was done, for the stored answer.
pub struct Removed;

pub async fn remove_passkey(app: &App, ctx: &Ctx, id: PasskeyId) -> Result<Removed, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    federated::refuse(ctx)?;
    fresh::require(app, ctx)?;
    let demanded = demanded(app, own).await?;
    let only_way_back = enforcement::only_way_back(app, own).await?;
    let mut unit = app.databases.write(ctx).await?;
    still_open::require(ctx, &unit).await?;
    let row = passkey::of_user(&unit, own, id).await?.ok_or(Error::PasskeyNotFound)?;
    if !passkey::delete(&unit, ctx, id).await? {
        return Err(Error::PasskeyNotFound);
    }
    // Held, so that of two who remove at once one sees what the other has left. After the passkey, as who signs in with it
    // takes them.
    let person = user::by_id_to_change(&unit, own).await?.ok_or(Error::NotAMember)?;
    let left = passkey::all_of(&unit, own).await?.len();
    if left == 0 && person.passkey_only_at.is_some() {
        return Err(Error::LastPasskey);
    }
    if left == 0
        && let Some(error) = demanded
    {
        return Err(error);
    }
    if left == 0
        && let Some(error) = only_way_back
        && totp_factor::of_user(&unit, own).await?.is_none_or(|factor| factor.confirmed_at.is_none())
    {
        return Err(error);
    }
    unit.audit(AuditEntry {
        action: "users.passkey.delete",
        resource: "passkey",
        resource_id: id.uuid(),
        before: Some(view::audited(&row)),
        after: Some(json!({ "passkeys": left })),
    })?;
    Ok(unit.commit(Removed).await?)
}

/// Why the last of them stays, whichever of their tenants this session is of.
async fn demanded(app: &App, own: UserId) -> Result<Option<Error>, Error> {
    let system = app.databases.system_read("passkeys: which of a person's tenants demands one").await?;
    let found = tenant_policy::demanding_passkeys(&system, own).await?;
    Ok(found.and_then(|(tenant, policy)| {
        Some(Error::PasskeyDemanded { tenant, rule: policy.demands_passkey()?.name() })
    }))
}
