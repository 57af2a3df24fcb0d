//! Takes a role of the tenant's own out of use. Only one that nobody has, so that nobody is left without one.

use crate::app::App;
use crate::domain::RoleId;
use crate::domain::role::granted;
use crate::error::Error;
use crate::permissions::ROLES_WRITE;
use crate::service::roles::authority;
use crate::service::roles::create_role::audited;
use crate::store::{invitation, membership, role, team};
use data::AuditEntry;
use kernel::Ctx;

pub async fn delete_role(app: &App, ctx: &Ctx, id: RoleId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let acting = authority::hold(app, ctx, &unit, &ROLES_WRITE).await?;
    let before = role::find_to_change(&unit, id).await?.ok_or(Error::RoleNotFound)?;
    acting.require_covered(&granted(&before.fields.permissions, &app.permissions))?;
    if membership::any_of_role(&unit, id).await?
        || team::any_of_role(&unit, id).await?
        || invitation::any_open_of_role(&unit, id).await?
    {
        return Err(Error::RoleInUse);
    }
    if !role::delete(&unit, id).await? {
        return Err(Error::RoleNotFound);
    }
    unit.audit(AuditEntry {
        action: "users.role.delete",
        resource: "role",
        resource_id: id.uuid(),
        before: Some(audited(&before.fields)),
        after: None,
    })?;
    Ok(unit.commit(()).await?)
}
