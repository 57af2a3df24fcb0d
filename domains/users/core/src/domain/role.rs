//! What gives a member their permissions: one of the roles every tenant has, or one of the tenant's own.

use crate::domain::RoleId;
use kernel::Faults;
use kernel::permission::{BuiltinRole, PermissionRegistry, PermissionSet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleRef {
    Builtin(BuiltinRole),
    Custom(RoleId),
}

impl RoleRef {
    /// Beside a role of the tenant's own stands the least there is, which is all that a node of a version before
    /// these roles would grant.
    pub fn columns(self) -> (BuiltinRole, Option<RoleId>) {
        match self {
            Self::Builtin(role) => (role, None),
            Self::Custom(id) => (BuiltinRole::Viewer, Some(id)),
        }
    }

    pub fn from_columns(role: BuiltinRole, custom: Option<RoleId>) -> Self {
        custom.map_or(Self::Builtin(role), Self::Custom)
    }

    /// What the log calls it; which one of the tenant's own, its id says.
    pub fn name(self) -> &'static str {
        match self {
            Self::Builtin(role) => role.name(),
            Self::Custom(_) => "custom",
        }
    }

    pub fn id(self) -> Option<RoleId> {
        self.columns().1
    }

    pub fn is_owner(self) -> bool {
        self == Self::Builtin(BuiltinRole::Owner)
    }
}

/// How many names a role of the tenant's own, or a key, may be made of.
pub const MAX_PERMISSIONS: usize = 200;

/// In order and each once, of those that a domain declares; faults stand below the pointer.
pub fn declared(
    names: Vec<String>,
    registry: &PermissionRegistry,
    pointer: &str,
    faults: &mut Faults,
) -> Vec<String> {
    faults.require(!names.is_empty(), pointer, "too_few", "must have at least one permission");
    if names.len() > MAX_PERMISSIONS {
        faults.add(pointer, "too_many", format!("must have at most {MAX_PERMISSIONS} permissions"));
        return Vec::new();
    }
    let known: BTreeSet<&str> = registry.all().iter().map(|permission| permission.name).collect();
    for (at, _) in names.iter().enumerate().filter(|(_, name)| !known.contains(name.as_str())) {
        faults.add(format!("{pointer}/{at}"), "unknown_permission", "is no permission that there is");
    }
    names.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}

/// The names a role of the tenant's own is made of; those that no domain declares any more grant nothing.
pub fn granted(names: &[String], registry: &PermissionRegistry) -> PermissionSet {
    let declared = registry.all().iter().map(|permission| permission.name);
    declared.filter(|declared| names.iter().any(|name| name == declared)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Id, Permission};

    #[test]
    fn a_role_survives_its_columns() {
        let custom = RoleRef::Custom(Id::new(chrono::DateTime::UNIX_EPOCH));
        for role in BuiltinRole::ALL.map(RoleRef::Builtin).into_iter().chain([custom]) {
            let (builtin, id) = role.columns();
            assert_eq!(RoleRef::from_columns(builtin, id), role);
            assert_eq!(role.is_owner(), builtin == BuiltinRole::Owner);
        }
        assert_eq!(custom.columns().0, BuiltinRole::Viewer);
    }

    #[test]
    fn what_nobody_declares_is_not_granted() {
        let registry = PermissionRegistry::default();
        let declared = ["a.read", "a.write"];
        registry.fill(
            declared
                .map(|name| Permission { name, summary: "", least_role: Some(BuiltinRole::Owner) })
                .to_vec(),
        );
        let names = ["a.write", "gone.read"].map(str::to_owned);
        assert_eq!(granted(&names, &registry), ["a.write"].into_iter().collect());
    }
}
