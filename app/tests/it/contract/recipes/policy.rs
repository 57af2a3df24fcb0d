//! The recipes of a tenant's policy, under which the walk itself goes on: it comes from these addresses, and stays for less
//! long than this. And of proving anew who one is.

use super::{Recipes, missing, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use crate::tenant::{PASSWORD, invited};
use serde_json::json;
use uuid::Uuid;

impl Recipes {
    pub(super) async fn policy(&self, tenant: &Furnished, operation: &Operation) -> Call {
        match operation.id.as_str() {
            "users_patch_policy" => {
                let [a, b, ..] = Uuid::new_v4().into_bytes();
                let body = json!({
                    "second_factor": "optional", "sign_in_methods": ["passkey", "password"],
                    "address_ranges": ["10.0.0.0/8", "127.0.0.0/8"],
                    "session_minutes": 400_000 + i64::from(u16::from_be_bytes([a, b])),
                });
                with(operation, body)
            }
            "users_dry_run_policy" => {
                let body = json!({
                    "second_factor": "passkey", "sign_in_methods": ["passkey"],
                    "address_ranges": ["203.0.113.0/24"], "session_minutes": 60,
                });
                with(operation, body)
            }
            "users_prove_session" => {
                let grace = invited(&tenant.client, &self.mail, json!({ "role": "viewer" }), PASSWORD).await;
                let call = with(operation, json!({ "current_password": PASSWORD }));
                Call { token: Some(grace.access()), ..call }
            }
            _ => missing(operation),
        }
    }
}
