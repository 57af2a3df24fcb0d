//! The use cases, one a file: what HTTP, the subscribers and the jobs call. No contract is called while a
//! transaction is open.

mod apply_decision;
mod clear_tasks;
mod create_definition;
mod decide_task;
mod holders;
mod members;
mod open_approval;
mod publish_definition;
mod read_definitions;
mod read_tasks;
mod retire_definition;

pub use apply_decision::apply_decision;
pub use clear_tasks::clear_tasks;
pub use create_definition::{CreateDefinition, create_definition};
pub use decide_task::{DecideTask, decide_task};
pub use open_approval::open_approval;
pub use publish_definition::publish_definition;
pub use read_definitions::{get_definition, list_definitions};
pub use read_tasks::{ListTasks, get_task, list_tasks};
pub use retire_definition::retire_definition;

use billing_contract::Billing;
use data::Databases;
use inventory_contract::Inventory;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use users_contract::Users;

/// What the use cases work with.
#[derive(Clone)]
pub struct App {
    pub databases: Databases,
    pub users: Arc<dyn Users>,
    pub billing: Arc<dyn Billing>,
    pub inventory: Arc<dyn Inventory>,
}

/// For audit entries.
fn json(value: &impl Serialize) -> Option<Value> {
    serde_json::to_value(value).ok()
}
