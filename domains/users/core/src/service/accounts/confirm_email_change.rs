//! Somebody follows the link of a change of address, from the old address or from the new one. With the second of both the
//! address is another. Sessions stay, since who asked has proved who they are; what was sent to the old address to get in by
//! ends, since that may be somebody else's from now on.

use crate::app::App;
use crate::domain::Email;
use crate::domain::link::{LinkVerdict, judge};
use crate::error::Error;
use crate::service::accounts::email_change as view;
use crate::store::email_change::{self, Side};
use crate::store::{membership, password_reset, user};
use data::{AuditEntry, Unit};
use kernel::{Ctx, TenantId, Visitor};
use secrets::hash_token;
use serde_json::json;
use users_contract::EmailChanged;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// For the other address.
    Waiting,
    Changed,
}

pub async fn confirm_email_change(app: &App, visitor: &Visitor, token: &str) -> Result<Confirmed, Error> {
    let link = find(app, visitor, token).await?;
    let ctx = visitor.enter(link.tenant, "users");
    let outcome = match apply(app, &ctx, &link).await {
        // Somebody else was faster with the address: what they have made of it is looked at again.
        Err(Error::Data(error)) if user::is_taken(&error) => apply(app, &ctx, &link).await,
        outcome => outcome,
    };
    if let Err(Error::AddressTaken) = outcome {
        end(app, &ctx, &link.change).await?;
    }
    outcome
}

struct Link {
    change: email_change::Model,
    side: Side,
    tenant: TenantId,
}

/// Of a link that is unknown, was used or belongs to a change that has ended is told alike.
async fn find(app: &App, visitor: &Visitor, token: &str) -> Result<Link, Error> {
    let hash = hash_token(token);
    let system = app.databases.system_read("change of address: who holds the token of a link").await?;
    let change = email_change::by_hash(&system, hash).await?.ok_or(Error::EmailChangeInvalid)?;
    let side = change.side_of(hash);
    match judge(change.confirmed_at(side).or(change.ended_at), 0, change.expires_at, visitor.now()) {
        LinkVerdict::Good => {}
        LinkVerdict::Expired => return Err(Error::EmailChangeExpired),
        LinkVerdict::Used => return Err(Error::EmailChangeInvalid),
    }
    let tenant = membership::tenant_of_mail(&system, change.user_id).await?;
    Ok(Link { change, side, tenant: tenant.ok_or(Error::EmailChangeInvalid)? })
}

async fn apply(app: &App, ctx: &Ctx, link: &Link) -> Result<Confirmed, Error> {
    let id = link.change.public_id;
    let mut unit = app.databases.write(ctx).await?;
    // Held first, so that two who confirm at once follow each other.
    let person = user::by_id_to_change(&unit, link.change.user_id).await?.ok_or(Error::EmailChangeInvalid)?;
    let before = email_change::by_id(&unit, id).await?.ok_or(Error::EmailChangeInvalid)?;
    if !email_change::confirm(&unit, ctx, id, link.side).await? {
        return Err(Error::EmailChangeInvalid);
    }
    let after = email_change::by_id(&unit, id).await?.ok_or(Error::EmailChangeInvalid)?;
    unit.audit(AuditEntry {
        action: "users.user.confirm_email_change",
        resource: "user",
        resource_id: person.public_id.uuid(),
        before: Some(view::audited(&before)),
        after: Some(view::audited(&after)),
    })?;
    let both = after.old_confirmed_at.is_some() && after.new_confirmed_at.is_some();
    if both {
        change_address(ctx, &mut unit, &person, &after).await?;
    }
    Ok(unit.commit(if both { Confirmed::Changed } else { Confirmed::Waiting }).await?)
}

async fn change_address(
    ctx: &Ctx,
    unit: &mut Unit,
    person: &user::Model,
    change: &email_change::Model,
) -> Result<(), Error> {
    let stored = change.new_email.parse::<Email>();
    let new = stored.map_err(|_| data::Error::internal("a change of address to what is no address"))?;
    make_room(ctx, unit, person, &new).await?;
    if !user::change_email(unit, ctx, person, &new).await?
        || !email_change::end(unit, ctx, change.public_id).await?
    {
        return Err(Error::EmailChangeInvalid);
    }
    let resets = password_reset::spend_all_of(unit, ctx, person.public_id).await?;
    for told in [&person.email, &change.new_email] {
        unit.publish(&EmailChanged {
            email: told.clone(),
            new_email: change.new_email.clone(),
            display_name: person.display_name.clone(),
            happened_at: ctx.now(),
        })?;
    }
    unit.audit(AuditEntry {
        action: "users.user.change_email",
        resource: "user",
        resource_id: person.public_id.uuid(),
        before: Some(json!({ "email": person.email })),
        after: Some(json!({ "email": change.new_email, "password_resets_ended": resets })),
    })?;
    Ok(())
}

/// A sign-up that nobody has proved keeps nobody from the address.
async fn make_room(ctx: &Ctx, unit: &Unit, person: &user::Model, new: &Email) -> Result<(), Error> {
    let Some(other) = user::by_email_here(unit, new).await? else { return Ok(()) };
    if other.public_id == person.public_id || user::delete_unproved(unit, ctx, other.public_id).await? {
        return Ok(());
    }
    Err(Error::AddressTaken)
}

/// By itself: nothing else of what was begun stays.
async fn end(app: &App, ctx: &Ctx, change: &email_change::Model) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    if !email_change::end(&unit, ctx, change.public_id).await? {
        return Ok(());
    }
    unit.audit(AuditEntry {
        action: "users.user.end_email_change",
        resource: "user",
        resource_id: change.user_id.uuid(),
        before: Some(view::audited(change)),
        after: Some(json!({ "reason": "address_taken" })),
    })?;
    Ok(unit.commit(()).await?)
}
