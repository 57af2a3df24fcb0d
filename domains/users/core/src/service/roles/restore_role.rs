//! Brings a deleted role back, as it was when it went.

use crate::app::App;
use crate::domain::RoleId;
use crate::domain::role::granted;
use crate::error::Error;
use crate::permissions::ROLES_WRITE;
use crate::service::roles::authority;
use crate::service::roles::create_role::{audited, or_taken};
use crate::store::role::{self, Role};
use data::AuditEntry;
use kernel::Ctx;
use serde_json::json;

pub async fn restore_role(app: &App, ctx: &Ctx, id: RoleId) -> Result<Role, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let acting = authority::hold(app, ctx, &unit, &ROLES_WRITE).await?;
    let Some(role) = role::restore(&unit, id).await.map_err(or_taken)? else {
        let known = role::find(&unit, id).await?.is_some();
        return Err(if known { Error::RoleNotDeleted } else { Error::RoleNotFound });
    };
    acting.require_covered(&granted(&role.fields.permissions, &app.permissions))?;
    unit.audit(AuditEntry {
        action: "users.role.restore",
        resource: "role",
        resource_id: id.uuid(),
        before: Some(json!({ "deleted": true })),
        after: Some(audited(&role.fields)),
    })?;
    Ok(unit.commit(role).await?)
}
