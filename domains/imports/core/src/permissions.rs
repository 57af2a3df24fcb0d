//! What one may be permitted to do in imports. Writing into a target needs that target's own permission as well.

use kernel::Permission;
use kernel::permission::BuiltinRole;

pub const RUNS_READ: Permission = Permission {
    name: "imports.runs.read",
    summary: "See uploaded files, imports and what became of their rows",
    least_role: Some(BuiltinRole::Member),
};
pub const RUNS_WRITE: Permission = Permission {
    name: "imports.runs.write",
    summary: "Upload files, import them and cancel imports",
    least_role: Some(BuiltinRole::Member),
};

pub const PERMISSIONS: &[Permission] = &[RUNS_READ, RUNS_WRITE];
