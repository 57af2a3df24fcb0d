//! What callers may be permitted to do here. Who may decide a task is asked of the task's approver on top.

use kernel::Permission;
use kernel::permission::BuiltinRole;

pub const PERMISSIONS: &[Permission] = &[DEFINITIONS_READ, DEFINITIONS_WRITE, TASKS_READ, TASKS_DECIDE];

pub const DEFINITIONS_READ: Permission = Permission {
    name: "workflow.definitions.read",
    summary: "See which approvals are asked for",
    least_role: Some(BuiltinRole::Viewer),
};
pub const DEFINITIONS_WRITE: Permission = Permission {
    name: "workflow.definitions.write",
    summary: "Draft, publish and retire approval definitions",
    least_role: Some(BuiltinRole::Admin),
};
pub const TASKS_READ: Permission = Permission {
    name: "workflow.tasks.read",
    summary: "See approval tasks",
    least_role: Some(BuiltinRole::Viewer),
};
pub const TASKS_DECIDE: Permission = Permission {
    name: "workflow.tasks.decide",
    summary: "Approve or reject the tasks one is an approver of",
    least_role: Some(BuiltinRole::Member),
};
