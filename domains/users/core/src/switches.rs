//! Features of users that are not on for every tenant.

use kernel::Switch;

/// On from the first day on. Nodes of a version that has none know no session of a passkey: `runbooks/users.md` has how to keep
/// it off while they are replaced.
pub const PASSKEYS: Switch =
    Switch { name: "users.passkeys", summary: "Registering passkeys", share_percent: 100 };

pub const SWITCHES: &[Switch] = &[PASSKEYS];
