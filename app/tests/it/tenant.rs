//! A tenant made through the public API alone, as everybody's is.

use crate::client::Client;
use crate::house::{Ground, Process, mail_to};
use serde_json::{Value, json};
use std::path::Path;
use testkit::eventually;
use uuid::Uuid;

pub const PASSWORD: &str = "correct horse battery staple";

/// Signs up, follows the link in the mail, signs in; the client speaks as the owner.
pub async fn sign_up(ground: &Ground, node: &Process, email: &str) -> Client {
    let guest = node.client();
    let body = json!({
        "email": email, "password": PASSWORD, "display_name": "Ada Lovelace", "organization_name": "Analytical Engines",
    });
    guest.post("/users/sign-up", body).await.expect(202);
    let token = verification_token(ground, email).await;
    guest.post("/users/verify-email", json!({ "token": token, "password": PASSWORD })).await.expect(200);
    guest.with_token(&sign_in(&guest, email).await)
}

pub async fn sign_in(guest: &Client, email: &str) -> String {
    let tokens =
        guest.post("/users/sign-in", json!({ "email": email, "password": PASSWORD })).await.expect(200);
    tokens["access_token"].as_str().unwrap().to_owned()
}

pub async fn verification_token(ground: &Ground, email: &str) -> String {
    mailed_token(&ground.mail(), email, "verify-email").await
}

/// The token of the link to this page in the newest mail that has one.
pub async fn mailed_token(mail: &Path, email: &str, page: &str) -> String {
    let link = format!("{page}?token=");
    let text = eventually("a mail with a link", async || mail_to(mail, email, &link)).await;
    // Quoted-printable breaks long lines with "=" and writes "=" as "=3D".
    let text = text.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
    let (_, rest) = text.split_once(&link).unwrap();
    rest.split(|character: char| character.is_whitespace()).next().unwrap().to_owned()
}

/// Invited by this member, come in with this password and signed in there: what signing in told, and who they are there.
pub async fn invited(owner: &Client, mail: &Path, role: Value, password: &str) -> Invited {
    let email = format!("{}@example.com", Uuid::new_v4().simple());
    let mut body = role;
    body["email"] = json!(email);
    owner.post("/users/invitations", body).await.expect(201);
    let token = mailed_token(mail, &email, "accept-invitation").await;
    let accept = json!({ "token": token, "password": password, "display_name": "Grace Hopper" });
    let accepted = owner.post("/users/invitations/accept", accept).await.expect(200);
    let sign_in = json!({ "email": email, "password": password, "tenant_id": accepted["tenant_id"] });
    let tokens = owner.post("/users/sign-in", sign_in).await.expect(200);
    Invited { email, member: accepted["member_id"].as_str().unwrap().to_owned(), tokens }
}

/// Somebody who is a member elsewhere already comes in with the password that they have.
pub async fn asked_in(owner: &Client, mail: &Path, email: &str, password: &str) {
    owner.post("/users/invitations", json!({ "email": email })).await.expect(201);
    // The mail of the first may still be the newest.
    eventually("the second invitation is accepted", async || {
        let token = mailed_token(mail, email, "accept-invitation").await;
        let accept = json!({ "token": token, "password": password });
        (owner.post("/users/invitations/accept", accept).await.status == 200).then_some(())
    })
    .await;
}

pub struct Invited {
    pub email: String,
    pub member: String,
    pub tokens: Value,
}

impl Invited {
    pub fn access(&self) -> String {
        self.tokens["access_token"].as_str().unwrap().to_owned()
    }
}

/// Asks until the resource says so.
pub async fn until(client: &Client, path: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
    eventually(what, async || {
        let found = client.get(path).await.expect(200);
        holds(&found).then_some(found)
    })
    .await
}

pub fn id(resource: &Value) -> String {
    resource["id"].as_str().unwrap_or_else(|| panic!("no id in {resource}")).to_owned()
}
