//! The recipe of an invitation that somebody accepts who is signed in elsewhere: the owner's tenant is where they are, and
//! another asks them in.

use super::{Recipes, missing, person, with};
use crate::client::Client;
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use crate::tenant::{PASSWORD, invited, mailed_token, sign_in};
use serde_json::json;
use std::path::Path;
use testkit::eventually;

const PAGE: &str = "accept-invitation";

impl Recipes {
    pub(super) async fn invitations(&self, tenant: &Furnished, operation: &Operation) -> Call {
        if operation.id != "users_accept_own_invitation" {
            return missing(operation);
        }
        let grace = invited(&tenant.client, &self.mail, json!({ "role": "viewer" }), PASSWORD).await;
        let first = mailed_token(&self.mail, &grace.email, PAGE).await;
        let elsewhere = another_owner(&self.guest, &self.mail).await;
        elsewhere.post("/users/invitations", json!({ "email": grace.email })).await.expect(201);
        let token = eventually("the mail of the second invitation", async || {
            let newest = mailed_token(&self.mail, &grace.email, PAGE).await;
            (newest != first).then_some(newest)
        })
        .await;
        Call { token: Some(grace.access()), ..with(operation, json!({ "token": token })) }
    }
}

/// Of a tenant of their own.
pub(super) async fn another_owner(guest: &Client, mail: &Path) -> Client {
    let other = person();
    let email = other["email"].as_str().unwrap().to_owned();
    guest.post("/users/sign-up", other).await.expect(202);
    let token = mailed_token(mail, &email, "verify-email").await;
    guest.post("/users/verify-email", json!({ "token": token, "password": PASSWORD })).await.expect(200);
    guest.with_token(&sign_in(guest, &email).await)
}
