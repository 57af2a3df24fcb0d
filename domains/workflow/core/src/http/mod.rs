//! The HTTP surface: `/api/v1/workflow`.

mod definitions;
mod dto;
mod tasks;

use crate::error::Error;
use crate::permissions::{DEFINITIONS_READ, DEFINITIONS_WRITE, TASKS_DECIDE, TASKS_READ};
use crate::service::App;
use kernel::problem::Problems;
use web::Api;

pub fn api(app: App) -> Api {
    Api::new("workflow", app.databases.clone(), &[Error::KINDS])
        .state(app)
        .tag("Approval definitions", "What needs an approval, and by whom")
        .operation(web::operation!(definitions::list_definitions).permission(&DEFINITIONS_READ))
        .operation(web::operation!(definitions::get_definition).permission(&DEFINITIONS_READ))
        .operation(web::operation!(definitions::create_definition).permission(&DEFINITIONS_WRITE))
        .operation(web::operation!(definitions::publish_definition).permission(&DEFINITIONS_WRITE))
        .operation(web::operation!(definitions::retire_definition).permission(&DEFINITIONS_WRITE))
        .tag("Approval tasks", "The approvals asked for, and their decisions")
        .operation(web::operation!(tasks::list_tasks).permission(&TASKS_READ))
        .operation(web::operation!(tasks::get_task).permission(&TASKS_READ))
        // Without a key: a second decision is refused, since the task is not open any more.
        .operation(web::operation!(tasks::approve_task).permission(&TASKS_DECIDE))
        .operation(web::operation!(tasks::reject_task).permission(&TASKS_DECIDE))
}
