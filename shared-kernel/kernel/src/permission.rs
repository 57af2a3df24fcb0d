//! Permissions as each domain declares them, and the sets a caller has.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// One thing a caller may do, declared by the domain that guards it: `billing.invoices.write`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Permission {
    pub name: &'static str,
    pub summary: &'static str,
    /// The least built-in role that has it; `None`: no role of a tenant has it, since it is the operators'.
    pub least_role: Option<BuiltinRole>,
}

impl Permission {
    pub fn is_of(&self, role: BuiltinRole) -> bool {
        self.least_role.is_some_and(|least| least <= role)
    }
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

    /// Whether it holds all of the other.
    pub fn covers(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.is_superset(&other.0)
    }

    pub fn union(&self, other: &Self) -> Self {
        if self.covers(other) { self.clone() } else { Self(Arc::new(&*self.0 | &*other.0)) }
    }

    pub fn intersection(&self, other: &Self) -> Self {
        if other.covers(self) { self.clone() } else { Self(Arc::new(&*self.0 & &*other.0)) }
    }
}

impl<S: Into<String>> FromIterator<S> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        Self(Arc::new(names.into_iter().map(Into::into).collect()))
    }
}

/// All permissions of all domains that roles of tenants can have. The app fills it once the modules are made, before anything is served.
#[derive(Clone, Debug, Default)]
pub struct PermissionRegistry(Arc<OnceLock<Declared>>);

#[derive(Debug)]
struct Declared {
    all: Vec<Permission>,
    /// In the order of `BuiltinRole::ALL`. Made once, so that two callers of a role share one set.
    of_roles: [PermissionSet; 4],
}

impl PermissionRegistry {
    /// The first call counts; the app makes it.
    pub fn fill(&self, permissions: Vec<Permission>) {
        let of_roles = BuiltinRole::ALL.map(|role| {
            let granted = permissions.iter().filter(|permission| permission.is_of(role));
            granted.map(|permission| permission.name).collect()
        });
        let all = permissions.into_iter().filter(|permission| permission.least_role.is_some()).collect();
        let _ = self.0.set(Declared { all, of_roles });
    }

    pub fn all(&self) -> &[Permission] {
        self.0.get().map(|declared| &*declared.all).unwrap_or_default()
    }

    pub fn of_role(&self, role: BuiltinRole) -> PermissionSet {
        self.0.get().map(|declared| declared.of_roles[role as usize].clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &str) -> PermissionSet {
        names.split(' ').filter(|name| !name.is_empty()).collect()
    }

    #[test]
    fn sets() {
        assert!(set("a b").covers(&set("b")) && set("a").covers(&set("")) && !set("a").covers(&set("a b")));
        assert_eq!(set("a b").union(&set("b c")), set("a b c"));
        assert_eq!(set("a b").intersection(&set("b c")), set("b"));
        assert_eq!(set("a").union(&set("")), set("a"));
        assert_eq!(set("").intersection(&set("a")), set(""));
    }

    #[test]
    fn each_role_has_what_the_lesser_have() {
        let registry = PermissionRegistry::default();
        assert_eq!(registry.of_role(BuiltinRole::Owner), set(""));
        let permission = |name, least_role| Permission { name, summary: "", least_role };
        registry.fill(vec![
            permission("read", Some(BuiltinRole::Viewer)),
            permission("own", Some(BuiltinRole::Owner)),
            permission("operate", None),
        ]);
        let of_all = BuiltinRole::ALL.map(|role| registry.of_role(role));
        assert_eq!(of_all, [set("read"), set("read"), set("read"), set("read own")]);
        assert_eq!(registry.all().len(), 2, "what operators may do is in no role");
    }
}
