//! What one may be allowed to do with reports. Each report asks for a permission of its own domain besides.

use kernel::Permission;
use kernel::permission::BuiltinRole::{Member, Viewer};

pub const RUNS_READ: Permission =
    Permission { name: "reports.runs.read", summary: "See reports and their runs", least_role: Some(Viewer) };
pub const RUNS_WRITE: Permission =
    Permission { name: "reports.runs.write", summary: "Run and cancel reports", least_role: Some(Member) };

pub const PERMISSIONS: &[Permission] = &[RUNS_READ, RUNS_WRITE];
