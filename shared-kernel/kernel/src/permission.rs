//! Permissions as each domain declares them, and the sets a caller has.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// One thing a caller may do, declared by the domain that guards it: `billing.invoices.write`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Permission {
    pub name: &'static str,
    pub summary: &'static str,
    /// The least built-in role that has it.
    pub least_role: BuiltinRole,
}

/// The roles every tenant has, least first; each has all that the ones before it have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuiltinRole {
    Viewer,
    Member,
    Admin,
    Owner,
}

impl BuiltinRole {
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Member, Self::Admin, Self::Owner];

    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == text)
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PermissionSet(Arc<BTreeSet<String>>);

impl PermissionSet {
    pub fn has(&self, permission: &Permission) -> bool {
        self.0.contains(permission.name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl<S: Into<String>> FromIterator<S> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        Self(Arc::new(names.into_iter().map(Into::into).collect()))
    }
}

/// All permissions of all domains. The app fills it once the modules are made, before anything is served.
#[derive(Clone, Debug, Default)]
pub struct PermissionRegistry(Arc<OnceLock<Vec<Permission>>>);

impl PermissionRegistry {
    /// The first call counts; the app makes it.
    pub fn fill(&self, permissions: Vec<Permission>) {
        let _ = self.0.set(permissions);
    }

    pub fn all(&self) -> &[Permission] {
        self.0.get().map(Vec::as_slice).unwrap_or_default()
    }

    pub fn of_role(&self, role: BuiltinRole) -> PermissionSet {
        let granted = self.all().iter().filter(|permission| permission.least_role <= role);
        granted.map(|permission| permission.name).collect()
    }
}
