//! The tenant makes a role of its own. Nobody puts into one what they lack.

use crate::app::App;
use crate::domain::RoleId;
use crate::domain::role::{declared, granted};
use crate::error::Error;
use crate::permissions::ROLES_WRITE;
use crate::service::roles::authority;
use crate::store::role::{self, Role, RoleFields};
use data::AuditEntry;
use kernel::permission::BuiltinRole;
use kernel::{Ctx, Faults};
use serde_json::{Value, json};

const MAX_NAME: usize = 100;
const MAX_DESCRIPTION: usize = 500;

pub async fn create_role(
    app: &App,
    ctx: &Ctx,
    id: Option<RoleId>,
    fields: RoleFields,
) -> Result<Role, Error> {
    let mut faults = Faults::new();
    let mut fields = worded(fields, &mut faults);
    fields.permissions = declared(fields.permissions, &app.permissions, "/permissions", &mut faults);
    let fields = faults.finish(fields).map_err(Error::invalid)?;
    let id = id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    let acting = authority::hold(app, ctx, &unit, &ROLES_WRITE).await?;
    acting.require_covered(&granted(&fields.permissions, &app.permissions))?;
    let role = role::insert(&unit, id, &fields).await.map_err(or_taken)?;
    unit.audit(AuditEntry {
        action: "users.role.create",
        resource: "role",
        resource_id: id.uuid(),
        before: None,
        after: Some(audited(&fields)),
    })?;
    Ok(unit.commit(role).await?)
}

/// With its texts trimmed and checked.
pub(super) fn worded(fields: RoleFields, faults: &mut Faults) -> RoleFields {
    let name = faults.text("/name", &fields.name, MAX_NAME);
    let is_builtin = BuiltinRole::ALL.iter().any(|role| role.name().eq_ignore_ascii_case(&name));
    faults.require(!is_builtin, "/name", "reserved", "is the name of a role that every tenant has");
    let description = fields.description.map(|text| faults.prose("/description", &text, MAX_DESCRIPTION));
    RoleFields { name, description, ..fields }
}

pub(super) fn or_taken(error: data::Error) -> Error {
    match error {
        error if role::is_name_taken(&error) => Error::RoleNameTaken,
        error if role::is_id_taken(&error) => Error::RoleExists,
        error => error.into(),
    }
}

/// What an audit entry says of one.
pub(super) fn audited(fields: &RoleFields) -> Value {
    let RoleFields { name, description, permissions } = fields;
    json!({ "name": name, "description": description, "permissions": permissions })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::role::MAX_PERMISSIONS;
    use kernel::Permission;
    use kernel::permission::PermissionRegistry;

    fn check(name: &str, permissions: &[&str], expected: &[&str]) {
        let registry = PermissionRegistry::default();
        let all = ["a.read", "a.write"];
        let permission = |name| Permission { name, summary: "", least_role: Some(BuiltinRole::Owner) };
        registry.fill(all.map(permission).to_vec());
        let mut faults = Faults::new();
        let permissions = permissions.iter().map(|name| (*name).to_owned()).collect();
        let fields = RoleFields { name: name.to_owned(), description: None, permissions };
        let fields = worded(fields, &mut faults);
        declared(fields.permissions, &registry, "/permissions", &mut faults);
        let found = faults.into_errors();
        let found: Vec<_> = found.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
        assert_eq!(found, expected, "{name}");
    }

    #[test]
    fn all_faults_are_named_at_once() {
        check("Support", &["a.write", "a.read", "a.write"], &[]);
        check("OWNER", &["a.read"], &["/name reserved"]);
        check(" ", &[], &["/name blank", "/permissions too_few"]);
        let unknown = ["/permissions/0 unknown_permission", "/permissions/2 unknown_permission"];
        check("Support", &["b", "a.read", "c"], &unknown);
        check("Support", &["a.read"; MAX_PERMISSIONS], &[]);
        check("Support", &["a.read"; MAX_PERMISSIONS + 1], &["/permissions too_many"]);
    }

    #[test]
    fn permissions_are_in_order_and_each_once() {
        let registry = PermissionRegistry::default();
        let names = ["b", "a", "b"].map(str::to_owned).to_vec();
        assert_eq!(declared(names, &registry, "/permissions", &mut Faults::new()), ["a", "b"]);
    }
}
