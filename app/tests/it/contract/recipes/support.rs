//! The recipes of support access, as far as the tenant has a part in it. What operators do by it is in `platform.rs`.

use super::{Recipes, made, missing, of, unique, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use serde_json::json;

impl Recipes {
    pub(super) async fn support(&self, tenant: &Furnished, operation: &Operation) -> Call {
        let grant = json!({ "role": "viewer", "reason": unique("A wrong total"), "minutes": 240 });
        match operation.id.as_str() {
            "users_create_support_grant" => with(operation, grant),
            "users_revoke_support_grant" => {
                of(operation, &made(tenant, "/users/support-grants", grant).await)
            }
            _ => missing(operation),
        }
    }
}
