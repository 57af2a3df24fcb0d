//! The recipes of a change of address. Who asks for one has it at one place, so it is asked for anew before it is shown or
//! given up.

use super::{Recipes, missing, person, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use crate::tenant::{PASSWORD, invited, mailed_token};
use serde_json::{Value, json};

const PATH: &str = "/users/me/email-change";

impl Recipes {
    pub(super) async fn email_change(&self, tenant: &Furnished, operation: &Operation) -> Call {
        if operation.id == "users_cancel_email_change" {
            asked(tenant).await;
            return Call::to(&operation.path);
        }
        // Somebody else's, of whom no other test counts on the address. The owner has the same password.
        let grace = invited(&tenant.client, &self.mail, json!({ "role": "viewer" }), PASSWORD).await;
        let body = body();
        match operation.id.as_str() {
            "users_request_email_change" => Call { token: Some(grace.access()), ..with(operation, body) },
            "users_confirm_email_change" => {
                let new_email = body["new_email"].as_str().unwrap().to_owned();
                self.guest.with_token(&grace.access()).post(PATH, body).await.expect(202);
                let token = mailed_token(&self.mail, &new_email, "confirm-address").await;
                with(operation, json!({ "token": token }))
            }
            _ => missing(operation),
        }
    }
}

/// The owner waits for both addresses to confirm.
pub(super) async fn asked(tenant: &Furnished) {
    tenant.client.post(PATH, body()).await.expect(202);
}

fn body() -> Value {
    json!({ "new_email": person()["email"], "current_password": PASSWORD })
}
