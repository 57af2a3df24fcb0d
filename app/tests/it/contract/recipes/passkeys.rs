//! The recipes of passkeys. The owner's are listed, so they are registered for the owner, who has ten at most.

use super::{Recipes, missing, of, with};
use crate::client::Client;
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use crate::passkeys::{answer, device, registered, sign_in};
use crate::tenant::{PASSWORD, id, invited};
use reqwest::Method;
use serde_json::json;
use testkit::Authenticator;

const COLLECTION: &str = "/users/me/passkeys";
/// More than a walk through the list adds to it.
const MOST: usize = 8;

impl Recipes {
    pub(super) async fn passkeys(&self, tenant: &Furnished, operation: &Operation) -> Call {
        match operation.id.as_str() {
            "users_begin_passkey_sign_in" => Call::to(&operation.path),
            "users_register_passkey" => {
                make_room(tenant).await;
                with(operation, answer(&self.by_passkey(tenant).await, json!({}), &mut device()).await)
            }
            "users_remove_passkey" => {
                make_room(tenant).await;
                of(operation, &registered(&self.by_passkey(tenant).await, json!({}), &mut device()).await)
            }
            "users_begin_passkey_registration" => {
                let grace = invited(&tenant.client, &self.mail, json!({ "role": "viewer" }), PASSWORD).await;
                let call = with(operation, json!({ "current_password": PASSWORD }));
                Call { token: Some(grace.access()), ..call }
            }
            "users_sign_in_with_passkey" => {
                let device = self.device_of_another(tenant).await;
                with(operation, sign_in(&self.guest, &device).await)
            }
            "users_remove_password" => {
                let device = self.device_of_another(tenant).await;
                let answer = sign_in(&self.guest, &device).await;
                let tokens = self.guest.post("/users/passkeys/sign-in", answer).await.expect(200);
                let token = tokens["access_token"].as_str().unwrap().to_owned();
                Call { token: Some(token), ..Call::to(&operation.path) }
            }
            _ => missing(operation),
        }
    }

    /// The owner in a session of their passkey: it takes one to register another.
    async fn by_passkey(&self, tenant: &Furnished) -> Client {
        let answer = sign_in(&self.guest, &tenant.device).await;
        let tokens = self.guest.post("/users/passkeys/sign-in", answer).await.expect(200);
        self.guest.with_token(tokens["access_token"].as_str().unwrap())
    }

    /// With a passkey of another member's.
    async fn device_of_another(&self, tenant: &Furnished) -> Authenticator {
        let grace = invited(&tenant.client, &self.mail, json!({ "role": "viewer" }), PASSWORD).await;
        let mut device = device();
        let proof = json!({ "current_password": PASSWORD });
        registered(&self.guest.with_token(&grace.access()), proof, &mut device).await;
        device
    }
}

/// The one that the tenant was furnished with stays.
async fn make_room(tenant: &Furnished) {
    let listed = tenant.client.get(&format!("{COLLECTION}?sort=created_at&limit=100")).await.expect(200);
    let rows = listed["data"].as_array().unwrap();
    let spare = rows.iter().map(id).filter(|passkey| *passkey != tenant.ids[COLLECTION]);
    for passkey in spare.take(rows.len().saturating_sub(MOST)) {
        let delete = tenant.client.request(Method::DELETE, &format!("{COLLECTION}/{passkey}"));
        tenant.client.try_send(delete).await.unwrap().expect(204);
    }
}
