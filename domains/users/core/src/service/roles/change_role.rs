//! Changes a role of the tenant's own, for all who have it. Whoever changes it has all that it grants, before
//! and after.

use crate::app::App;
use crate::domain::RoleId;
use crate::domain::role::{declared, granted};
use crate::error::Error;
use crate::permissions::ROLES_WRITE;
use crate::service::roles::authority;
use crate::service::roles::create_role::{audited, or_taken, worded};
use crate::service::sessions::fresh;
use crate::store::role::{self, Role, RoleFields};
use data::AuditEntry;
use kernel::{Ctx, Faults};

pub struct ChangeRole {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected_version: Option<i64>,
    /// `None` leaves it as it is.
    pub name: Option<String>,
    pub description: Option<Option<String>>,
    pub permissions: Option<Vec<String>>,
}

pub async fn change_role(app: &App, ctx: &Ctx, id: RoleId, command: ChangeRole) -> Result<Role, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let acting = authority::hold(app, ctx, &unit, &ROLES_WRITE).await?;
    let before = role::find_to_change(&unit, id).await?.ok_or(Error::RoleNotFound)?;
    if command.expected_version.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    let fields = changed(app, &before.fields, command)?;
    acting.require_covered(&granted(&before.fields.permissions, &app.permissions))?;
    let given = granted(&fields.permissions, &app.permissions);
    acting.require_covered(&given)?;
    if fields == before.fields {
        return Ok(unit.commit(before).await?);
    }
    if fields.permissions != before.fields.permissions {
        fresh::require_to_grant(app, ctx, &given)?;
    }
    let after = role::update(&unit, &before, &fields).await.map_err(or_taken)?.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "users.role.update",
        resource: "role",
        resource_id: id.uuid(),
        before: Some(audited(&before.fields)),
        after: Some(audited(&fields)),
    })?;
    authority::forget_role(app, &mut unit, id).await?;
    Ok(unit.commit(after).await?)
}

/// What it grants is looked at only where it is told anew: no domain may declare all of its names any more.
fn changed(app: &App, before: &RoleFields, command: ChangeRole) -> Result<RoleFields, Error> {
    let RoleFields { name, description, permissions } = before.clone();
    let fields = RoleFields {
        name: command.name.unwrap_or(name),
        description: command.description.unwrap_or(description),
        permissions,
    };
    let mut faults = Faults::new();
    let mut fields = worded(fields, &mut faults);
    if let Some(names) = command.permissions {
        fields.permissions = declared(names, &app.permissions, "/permissions", &mut faults);
    }
    faults.finish(fields).map_err(Error::invalid)
}
