//! A tenant made through the public API alone, as everybody's is.

use crate::client::Client;
use crate::house::{Ground, Process, mail_to};
use serde_json::{Value, json};
use testkit::eventually;

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
    let mail = ground.mail();
    let text = eventually("a verification mail", async || mail_to(&mail, email, "verify-email?token=")).await;
    link_token(&text)
}

/// The token of the link in this mail.
pub fn link_token(mail: &str) -> String {
    // Quoted-printable breaks long lines with "=" and writes "=" as "=3D".
    let text = mail.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
    let (_, rest) = text.split_once("verify-email?token=").unwrap();
    rest.split(|character: char| character.is_whitespace()).next().unwrap().to_owned()
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
