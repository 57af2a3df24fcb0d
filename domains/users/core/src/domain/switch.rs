//! Whether a feature is on for a tenant.

use kernel::{Switch, TenantId};

/// What an operator said of the tenant goes before the share, and what one said of that before what is declared.
pub fn is_on(switch: &Switch, tenant: TenantId, share_percent: Option<u8>, own: Option<bool>) -> bool {
    own.unwrap_or_else(|| switch.includes(tenant, share_percent.unwrap_or(switch.share_percent)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    #[test]
    fn who_is_nearer_is_heard() {
        let tenant = Id::new(chrono::DateTime::UNIX_EPOCH);
        let check = |declared: u8, share: Option<u8>, own: Option<bool>, expected: bool| {
            let switch = Switch { name: "tests.one", summary: "", share_percent: declared };
            assert_eq!(is_on(&switch, tenant, share, own), expected, "{declared} {share:?} {own:?}");
        };
        check(0, None, None, false);
        check(100, None, None, true);
        check(0, Some(100), None, true);
        check(100, Some(0), None, false);
        check(0, Some(0), Some(true), true);
        check(100, Some(100), Some(false), false);
    }
}
