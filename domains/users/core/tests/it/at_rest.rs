//! What whoever gets hold of the files of the databases reads there: nothing that lets anybody in.

use crate::house::{House, PASSWORD};
use crate::second_factors::enrolled;
use actix_web::http::Method;
use serde_json::json;
use std::path::Path;
use testkit::{Backend, totp};
use users_contract::PASSWORD_RESET_SEAL;

const ADA: &str = "ada@example.com";

/// All files of this folder and of those below it, one after the other.
fn bytes_below(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.extend(if path.is_dir() { bytes_below(&path) } else { std::fs::read(&path).unwrap() });
    }
    all
}

/// The signature, without which the rest of a token is worth nothing.
fn signature(token: &str) -> String {
    let (_, signature) = token.rsplit_once('.').unwrap();
    signature.to_owned()
}

#[test]
fn no_secret_can_be_read_from_the_files() {
    // The tables of PostgreSQL are the same.
    testkit::run(Backend::Sqlite, async |stage| {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let authenticator = enrolled(&house, &ada).await;
        // Its answer is kept, to be told again.
        let (once, body) = ([("idempotency-key", "once")], json!({ "name": "k" }));
        let key = house.call(Method::POST, "/api-keys", Some(&ada.access), &once, Some(body)).await.is(201);
        house.post("/invitations", Some(&ada.access), json!({ "email": "bob@example.com" })).await.is(201);
        house.post("/password-resets", None, json!({ "email": ADA })).await.is(202);
        let renewed = house.post("/refresh", None, json!({ "refresh_token": ada.refresh })).await.is(200);
        let operator = house.operator().await;
        house.deliver_audit().await.into_iter().for_each(|outcome| outcome.unwrap());

        let mut secrets = vec![
            PASSWORD.to_owned(),
            signature(&ada.access),
            signature(&renewed.at("/access_token")),
            renewed.at("/refresh_token"),
            key.at("/secret"),
            operator,
            authenticator.secret.clone(),
        ];
        secrets.push(ada.refresh);
        secrets.extend(authenticator.recovery_codes);
        secrets.extend(house.links().await);
        secrets.extend(house.invitations().await);
        secrets.extend(house.tokens_of("tests.reset", PASSWORD_RESET_SEAL).await);
        let kept = bytes_below(house.stage.folder.path());
        let text = String::from_utf8_lossy(&kept);
        for there in [ADA.to_owned(), key.at("/prefix")] {
            assert!(text.contains(&there), "the search finds what is there: {there}");
        }
        for secret in secrets {
            assert!(!text.contains(&secret), "{secret}");
        }
        let shared = totp::base32(&authenticator.secret);
        assert!(!kept.windows(shared.len()).any(|window| window == shared), "what an authenticator shares");
    });
}
