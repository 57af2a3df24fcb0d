//! Features that are on for some tenants and off for others, as each domain declares them.

use crate::TenantId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// One feature: `users.passkeys`. Operators turn it on or off by tenant, or for a share of the tenants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Switch {
    pub name: &'static str,
    pub summary: &'static str,
    /// Of how many tenants in a hundred it is on before an operator has said anything.
    pub share_percent: u8,
}

impl Switch {
    /// Whether this tenant is among so many in a hundred. A tenant that is stays so while the share grows, and who is among
    /// the first of one switch is not of another.
    pub fn includes(&self, tenant: TenantId, share_percent: u8) -> bool {
        let (_, spread) = Uuid::new_v5(&tenant.uuid(), self.name.as_bytes()).as_u64_pair();
        spread % 100 < u64::from(share_percent)
    }
}

/// Those that are on for the caller's tenant, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches(Arc<BTreeSet<String>>);

impl Switches {
    pub fn is_on(&self, switch: &Switch) -> bool {
        self.0.contains(switch.name)
    }
}

impl<S: Into<String>> FromIterator<S> for Switches {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        Self(Arc::new(names.into_iter().map(Into::into).collect()))
    }
}

/// All switches of all domains. The app fills it once the modules are made, before anything is served.
#[derive(Clone, Debug, Default)]
pub struct SwitchRegistry(Arc<OnceLock<Vec<Switch>>>);

impl SwitchRegistry {
    /// The first call counts; the app makes it.
    pub fn fill(&self, switches: Vec<Switch>) {
        let _ = self.0.set(switches);
    }

    pub fn all(&self) -> &[Switch] {
        self.0.get().map(Vec::as_slice).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Switch = Switch { name: "tests.one", summary: "", share_percent: 0 };
    const OTHER: Switch = Switch { name: "tests.other", summary: "", share_percent: 0 };

    fn among(switch: &Switch, share_percent: u8) -> BTreeSet<u128> {
        let tenants = 1..=2_000_u128;
        tenants
            .filter(|id| switch.includes(TenantId::from_uuid(Uuid::from_u128(*id)), share_percent))
            .collect()
    }

    #[test]
    fn a_share_is_a_share_of_the_tenants_and_only_grows() {
        assert_eq!((among(&ONE, 0).len(), among(&ONE, 100).len()), (0, 2_000));
        let few = among(&ONE, 20);
        assert!((300..500).contains(&few.len()), "{}", few.len());
        assert!(few.is_subset(&among(&ONE, 30)));
        assert_ne!(few, among(&OTHER, 20));
    }

    #[test]
    fn what_is_named_is_on() {
        let switches: Switches = ["tests.one"].into_iter().collect();
        assert!(switches.is_on(&ONE) && !switches.is_on(&OTHER) && !Switches::default().is_on(&ONE));
    }
}
