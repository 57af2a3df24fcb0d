//! Passkeys registered and used through the public API, by a device of the tests.

use crate::client::Client;
use crate::tenant::id;
use serde_json::{Value, json};
use testkit::Authenticator;

/// Every house here is reached by this URL.
const ORIGIN: &str = "http://insula.test";

pub fn device() -> Authenticator {
    Authenticator::new(ORIGIN)
}

/// What a device answers to a registration that this client begins.
pub async fn answer(client: &Client, proof: Value, device: &mut Authenticator) -> Value {
    let begun = client.post("/users/me/passkeys/registrations", proof).await.expect(200);
    let credential = device.create(&begun["public_key"]);
    json!({ "ceremony_id": begun["ceremony_id"], "name": "Phone", "credential": credential })
}

/// The id of the passkey.
pub async fn registered(client: &Client, proof: Value, device: &mut Authenticator) -> String {
    let answer = answer(client, proof, device).await;
    id(&client.post("/users/me/passkeys", answer).await.expect(201))
}

/// What a device answers to a sign-in that begins now.
pub async fn sign_in(guest: &Client, device: &Authenticator) -> Value {
    let begun = guest.post("/users/passkeys/sign-in/begin", json!({})).await.expect(200);
    json!({ "ceremony_id": begun["ceremony_id"], "credential": device.get(&begun["public_key"]) })
}
