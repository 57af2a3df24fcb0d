//! The recipes of the audit log: nothing but an export is asked of it.

use super::{Recipes, missing, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use serde_json::json;

impl Recipes {
    pub(super) async fn audit_log(&self, _: &Furnished, operation: &Operation) -> Call {
        match operation.id.as_str() {
            "users_create_audit_export" => with(operation, json!({})),
            _ => missing(operation),
        }
    }
}
