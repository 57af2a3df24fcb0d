//! Whose address a request is counted and recorded under.

use super::{node, run};
use crate::client::Client;
use crate::tenant::{sign_up, until};
use reqwest::Method;
use serde_json::json;

const XFF: &str = "x-forwarded-for";
const FORWARDED: &str = "forwarded";

/// Few enough that none comes back while a test runs.
const LIMIT: (&str, &str) = ("INSULA_LIMITS__PUBLIC_PER_MINUTE_PER_ADDRESS", "30");

/// What the audit log says of a change that was sent with this header.
async fn recorded(owner: &Client, header: (&str, &str)) -> String {
    let sku = uuid::Uuid::new_v4().to_string();
    let request = owner.request(Method::POST, "/inventory/items").header(header.0, header.1);
    let request = request.json(&json!({ "sku": sku, "name": "Chai" }));
    let told = owner.try_send(request.header("x-request-id", &sku)).await.unwrap();
    told.expect(201);
    let entry = |log: &serde_json::Value| {
        log["data"].as_array().unwrap().iter().find(|entry| entry["request_id"] == sku.as_str()).cloned()
    };
    let log =
        until(owner, "/users/audit-entries?limit=100", "the change is recorded", |log| entry(log).is_some());
    entry(&log.await).unwrap()["client_address"].as_str().unwrap().to_owned()
}

/// How often a guest may still call when each call names another address.
async fn left(guest: &Client, name: &str) -> Vec<u32> {
    let mut left = Vec::new();
    for number in 1..=3 {
        let value = format!("198.51.100.{number}");
        let value = if name == FORWARDED { format!("for={value}") } else { value };
        let request = guest.request(Method::POST, "/users/sign-in").header(name, value).json(&json!({}));
        let told = guest.try_send(request).await.unwrap();
        left.push(told.headers["x-ratelimit-remaining"].to_str().unwrap().parse().unwrap());
    }
    left
}

#[test]
fn a_forged_header_gains_nothing() {
    run(async {
        let (ground, node) = node(&[LIMIT]).await;
        let owner = sign_up(&ground, &node, "ada@example.com").await;
        for header in [(XFF, "198.51.100.7"), (FORWARDED, "for=198.51.100.7")] {
            assert_eq!(recorded(&owner, header).await, "127.0.0.1", "{header:?}");
            let left = left(&node.client(), header.0).await;
            assert!(left[0] > left[2], "one address is counted: {left:?}");
        }
        node.stop();
    });
}

#[test]
fn a_trusted_proxy_is_believed_in_its_header_alone() {
    run(async {
        for (trusted, told, other) in [
            ("x-forwarded-for", (XFF, "198.51.100.7"), (FORWARDED, "for=198.51.100.7")),
            ("forwarded", (FORWARDED, "For=\"[2001:db8::7]:4711\";proto=https"), (XFF, "198.51.100.7")),
        ] {
            let settings = [
                LIMIT,
                ("INSULA_HTTP__TRUSTED_PROXIES", "127.0.0.0/8"),
                ("INSULA_HTTP__TRUSTED_HEADER", trusted),
            ];
            let (ground, node) = node(&settings).await;
            let owner = sign_up(&ground, &node, "ada@example.com").await;
            let address = if trusted == "forwarded" { "2001:db8::7" } else { "198.51.100.7" };
            assert_eq!(recorded(&owner, told).await, address);
            assert_eq!(recorded(&owner, other).await, "127.0.0.1");
            let left = left(&node.client(), told.0).await;
            assert!(
                left[0] == left[1] && left[1] == left[2] && left[0] == 29,
                "each address has its own count: {left:?}"
            );
            node.stop();
        }
    });
}

#[test]
fn an_account_is_tried_a_few_times_a_minute_from_one_place() {
    run(async {
        let settings = [
            ("INSULA_HTTP__TRUSTED_PROXIES", "127.0.0.0/8"),
            ("INSULA_LIMITS__TRIES_PER_MINUTE_PER_ACCOUNT", "5"),
            ("INSULA_LIMITS__PUBLIC_PER_MINUTE_PER_ADDRESS", "60"),
        ];
        let (ground, node) = node(&settings).await;
        sign_up(&ground, &node, "ada@example.com").await;
        let guest = node.client();
        let try_it = async |email: &str, number: usize| {
            let request = guest.request(Method::POST, "/users/sign-in");
            let request = request.header(XFF, format!("198.51.100.{number}"));
            let request = request.json(&json!({ "email": email, "password": "wrong horse" }));
            let told = guest.try_send(request).await.unwrap();
            (told.status.as_u16(), told.headers["ratelimit-policy"].to_str().unwrap().to_owned())
        };
        let mut said = Vec::new();
        for number in 0..8 {
            let email = if number % 2 == 0 { "ada@example.com" } else { " Ada@Example.COM" };
            said.push(try_it(email, 7).await);
        }
        let told_of = |status: u16, policy: &str| {
            (status, format!("\"{policy}\";q={};w=60", if status == 429 { 5 } else { 60 }))
        };
        // How much is left of an account's tries is nobody's business.
        assert!(said[..3].iter().all(|said| *said == told_of(401, "address")), "{said:?}");
        assert!(said.contains(&told_of(429, "account")), "{said:?}");
        assert_eq!(try_it("nobody@example.com", 7).await.0, 401);
        // Elsewhere only the wait for an account that somebody guesses at is in the way.
        assert_eq!(try_it("ada@example.com", 8).await.1, "\"address\";q=60;w=60");
        // With the right password neither, which says nothing about the password. One may be admitted at the turn of
        // the minute.
        let body = json!({ "email": "ada@example.com", "password": crate::tenant::PASSWORD });
        let mut statuses = Vec::new();
        for _ in 0..3 {
            let request = guest.request(Method::POST, "/users/sign-in").header(XFF, "198.51.100.7");
            let told = guest.try_send(request.json(&body)).await.unwrap();
            statuses.push(told.status.as_u16());
            assert_eq!(
                told.text.contains("More than 5 tries a minute on this account."),
                told.status == 429,
                "{told:?}"
            );
        }
        assert!(statuses.contains(&429), "{statuses:?}");
        node.stop();
    });
}
