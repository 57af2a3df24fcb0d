//! The recipes of who leaves. What is closed is another tenant, of an owner who has no other.

use super::invitations::another_owner;
use super::{Recipes, missing, unique, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use serde_json::json;
use uuid::Uuid;

impl Recipes {
    pub(super) async fn leaving(&self, operation: &Operation) -> Call {
        match operation.id.as_str() {
            "users_create_tenant_export" | "users_create_own_export" => {
                with(operation, json!({ "id": Uuid::new_v4() }))
            }
            "users_close_tenant" => {
                let owner = another_owner(&self.guest, &self.mail).await;
                // No other is called so, whoever sends this.
                let name = json!({ "name": unique("Leaving") });
                owner.patch("/users/tenant", "*", name.clone()).await.expect(200);
                Call { token: owner.token().map(str::to_owned), ..with(operation, name) }
            }
            _ => missing(operation),
        }
    }
}
