//! The directory does not speak of a person any more: a member is taken out of the tenant, and who is waited for is not.

use crate::app::App;
use crate::domain::ScimUserId;
use crate::domain::membership::Move;
use crate::error::Error;
use crate::permissions::DIRECTORY_PROVISION;
use crate::service::members::move_member::move_within;
use crate::service::roles::authority;
use crate::service::scim::person::{self, audited};
use crate::service::scim::version::Seen;
use crate::service::scim::{ask_in, base};
use crate::store::{scim_group_member, scim_user, tenant};
use data::AuditEntry;
use kernel::Ctx;

pub async fn remove_person(app: &App, ctx: &Ctx, id: ScimUserId, seen: Seen) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    authority::hold(app, ctx, &unit, &DIRECTORY_PROVISION).await?;
    let person = person::find(&unit, id).await?;
    seen.require(&person.document(&base(app))?)?;
    match &person.member {
        // What the directory said of them goes with the membership.
        Some(member) => {
            move_within(app, ctx, &mut unit, &DIRECTORY_PROVISION, &member.row, Move::Remove).await?;
        }
        None => {
            if let Some(address) = person.row.as_ref().and_then(|row| row.email_key.as_deref()) {
                ask_in::withdraw(&mut unit, address).await?;
            }
            scim_group_member::delete_all_of(&unit, id).await?;
            scim_user::release_reports_of(&unit, id).await?;
            scim_user::delete(&unit, id).await?;
        }
    }
    unit.audit(AuditEntry {
        action: "users.scim_user.delete",
        resource: "scim_user",
        resource_id: id.uuid(),
        before: person.row.as_ref().map(audited),
        after: None,
    })?;
    Ok(unit.commit(()).await?)
}
