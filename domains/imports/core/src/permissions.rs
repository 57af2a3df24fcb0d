//! What one may be permitted to do in imports. Writing into a target, a file of what it has, and the rows and files
//! that were imported into it need that target's own permission as well.

use kernel::Permission;
use kernel::permission::BuiltinRole;

pub const RUNS_READ: Permission = Permission {
    name: "imports.runs.read",
    summary: "See uploaded files, imports and what became of their rows, and exports",
    least_role: Some(BuiltinRole::Member),
};
pub const RUNS_WRITE: Permission = Permission {
    name: "imports.runs.write",
    summary: "Upload files, import them, keep mappings, cancel and undo imports, export",
    least_role: Some(BuiltinRole::Member),
};

pub const MAPPINGS_RESTORE: Permission = Permission {
    name: "imports.mappings.restore",
    summary: "See deleted mappings of imports and bring them back",
    least_role: Some(BuiltinRole::Admin),
};

pub const PERMISSIONS: &[Permission] = &[RUNS_READ, RUNS_WRITE, MAPPINGS_RESTORE];
