//! Credentials, passwords and links that are no good, or no good any more.

use super::Door;
use crate::client::Client;
use crate::contract::answers::alike;
use crate::house::Ground;
use crate::tenant::{PASSWORD, id, verification_token};
use chrono::{DateTime, Duration, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::eventually;

impl Door {
    pub(super) async fn credentials(&self) {
        let letters = self.guest.with_token("é").request(Method::GET, "/inventory/items");
        self.refused("no token of ours", letters, 401, "unauthenticated").await;
        let basic = self.guest.request(Method::GET, "/inventory/items").basic_auth("ada", Some("x"));
        self.refused("basic", basic, 401, "unauthenticated").await;
    }

    /// Keys that are no good any more, on a tenant of their own.
    pub(super) async fn ended_keys(&self, owner: &Client) {
        let made = async |body: Value| owner.post("/users/api-keys", body).await.expect(201);
        let viewer = made(json!({ "name": "viewer", "role": "viewer" })).await;
        let viewer = owner.with_token(viewer["secret"].as_str().unwrap());
        let item = json!({ "sku": "A", "name": "A" });
        let write = viewer.request(Method::POST, "/inventory/items").json(&item);
        self.refused("a viewer writes", write, 403, "forbidden").await;

        let key = made(json!({ "name": "a key" })).await;
        let of_key =
            owner.with_token(key["secret"].as_str().unwrap()).request(Method::POST, "/users/api-keys");
        self.refused("a key's key", of_key.json(&json!({ "name": "B" })), 403, "users.session_required")
            .await;

        let revoked = made(json!({ "name": "revoked" })).await;
        let path = format!("/users/api-keys/{}", id(&revoked));
        self.guest.try_send(owner.request(Method::DELETE, &path)).await.unwrap().expect(204);
        let created: DateTime<Utc> = serde_json::from_value(revoked["created_at"].clone()).unwrap();
        let soon = created + Duration::milliseconds(1_500);
        let expiring = made(json!({ "name": "expiring", "expires_at": soon })).await;
        for (what, key) in [("revoked", &revoked), ("expired", &expiring)] {
            let ended = owner.with_token(key["secret"].as_str().unwrap());
            eventually(what, async || (ended.get("/users/me").await.status == 401).then_some(())).await;
            self.refused(what, ended.request(Method::GET, "/users/me"), 401, "unauthenticated").await;
        }
        let late = json!({ "name": "late", "expires_at": "2001-01-01T00:00:00Z" });
        let late = owner.request(Method::POST, "/users/api-keys").json(&late);
        self.refused("a key of the past", late, 422, "invalid").await;
    }

    pub(super) async fn sign_in_and_links(&self, ground: &Ground) {
        let ask = |path: &str, body: Value| self.guest.request(Method::POST, path).json(&body);
        let sign_in = |email: &str, password: &str| {
            ask("/users/sign-in", json!({ "email": email, "password": password }))
        };
        let mut answers = Vec::new();
        for (email, password) in [
            ("ada@example.com", "wrong horse battery staple"),
            ("nobody@example.com", PASSWORD),
            ("no address", PASSWORD),
            ("ada@example.com", ""),
        ] {
            let told = self.refused(email, sign_in(email, password), 401, "users.wrong_credentials").await;
            answers.push(alike(&told));
        }
        assert!(
            answers.windows(2).all(|pair| pair[0] == pair[1]),
            "an answer tells who has an account: {answers:#?}"
        );

        let person = json!({
            "email": "new@example.com", "password": PASSWORD, "display_name": "New", "organization_name": "New",
        });
        let mut faulty = person.clone();
        (faulty["email"], faulty["password"], faulty["display_name"]) =
            (json!("no address"), json!("short"), json!(" "));
        let told = self.refused("a faulty sign-up", ask("/users/sign-up", faulty), 422, "invalid").await;
        assert_eq!(told.json()["errors"].as_array().unwrap().len(), 3, "{told:?}");

        self.guest.post("/users/sign-up", person).await.expect(202);
        let early = sign_in("new@example.com", PASSWORD);
        self.refused("not verified yet", early, 401, "users.wrong_credentials").await;
        let token = verification_token(ground, "new@example.com").await;
        let verify_as = |token: &str, password: &str| {
            ask("/users/verify-email", json!({ "token": token, "password": password }))
        };
        let verify = |token: &str| verify_as(token, PASSWORD);
        let by_another = verify_as(&token, "wrong horse battery staple");
        self.refused("a link with another's password", by_another, 422, "users.link_invalid").await;
        let garbled = format!("{}x", &token[..token.len() - 1]);
        for link in ["", "nonsense", &garbled] {
            self.refused("a garbled link", verify(link), 422, "users.link_invalid").await;
        }
        self.guest.try_send(verify(&token)).await.unwrap().expect(200);
        self.refused("a used link", verify(&token), 422, "users.link_invalid").await;
        let refresh = ask("/users/refresh", json!({ "refresh_token": token }));
        self.refused("no refresh token", refresh, 401, "users.refresh_refused").await;
        let tokens = self.guest.try_send(sign_in("new@example.com", PASSWORD)).await.unwrap().expect(200);
        self.ended_keys(&self.guest.with_token(tokens["access_token"].as_str().unwrap())).await;
    }
}
