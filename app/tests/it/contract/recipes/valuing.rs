//! What stock is worth, and what it costs to bring here.

use super::{Recipes, missing, unique, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use serde_json::json;

pub const OPERATIONS: [&str; 1] = ["inventory_create_landed_cost"];

impl Recipes {
    pub(super) async fn valuing(&self, tenant: &Furnished, operation: &Operation) -> Call {
        match operation.id.as_str() {
            "inventory_create_landed_cost" => {
                let line = json!({ "movement_id": tenant.ids["/inventory/movements"] });
                let cost = json!({
                    "amount": { "amount": 1000, "currency": "USD" }, "basis": "quantity", "lines": [line],
                    "reference": unique("freight"),
                });
                with(operation, cost)
            }
            _ => missing(operation),
        }
    }
}
