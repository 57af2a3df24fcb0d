//! Clients that send too much, too slowly or too deep, or take nothing: each is told why as far as it listens, and none
//! is waited for.

use super::raw::{Kept, exchange, head, never_take};
use super::{node, run};
use crate::tenant::sign_up;
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

const SIGN_UP: &str = "POST /api/v1/users/sign-up";

fn check_problem(told: &str, status: u16, code: &str) {
    assert!(told.starts_with(&format!("HTTP/1.1 {status} ")), "{told}");
    let (head, body) = told.split_once("\r\n\r\n").unwrap();
    for part in ["content-type: application/problem+json", "x-request-id: ", "connection: close"] {
        assert!(head.to_lowercase().contains(part), "{part} is missing in {told}");
    }
    let problem: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {told}"));
    assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status)));
    let request_id = problem["request_id"].as_str().unwrap();
    assert!(!request_id.is_empty() && head.contains(request_id), "{told}");
    assert_eq!(problem["instance"], format!("urn:request:{request_id}"));
}

#[test]
fn what_is_too_large_is_told_so() {
    run(async {
        let limits = [("INSULA_HTTP__URL_LIMIT_BYTES", "300"), ("INSULA_HTTP__HEADER_LIMIT_BYTES", "4096")];
        let (_ground, node) = node(&limits).await;
        let get = |path: &str, fields: &str| head(&format!("GET {path}"), fields);
        let ping = "/api/v1/openapi.json";
        let long_url = |bytes: usize| format!("{ping}?{}", "x".repeat(bytes - ping.len() - 1));
        let fields = |bytes: usize| format!("connection: close\r\nx-a: {}\r\n", "x".repeat(bytes));

        let fits = exchange(&node.url, &get(&long_url(300), &fields(3_900))).await;
        assert!(fits.starts_with("HTTP/1.1 200"), "{fits}");
        check_problem(&exchange(&node.url, &get(&long_url(301), "")).await, 414, "uri_too_long");
        check_problem(&exchange(&node.url, &get(ping, &fields(4_096))).await, 431, "headers_too_large");
        // Pages and unknown paths have the same bounds.
        check_problem(&exchange(&node.url, &get("/nowhere", &fields(4_096))).await, 431, "headers_too_large");
        // The server reads no more than 96 fields, and no head that fills its buffer: there is no request to tell.
        for many in ["a: b\r\n".repeat(97), format!("a: {}\r\n", "x".repeat(140_000))] {
            let told = exchange(&node.url, &get(ping, &many)).await;
            assert!(told.starts_with("HTTP/1.1 431 ") && told.ends_with("\r\n\r\n"), "{told}");
        }
        for code in ["uri_too_long", "headers_too_large", "request_timeout"] {
            let page = node.client().request(reqwest::Method::GET, "/api").build().unwrap();
            let page = reqwest::get(page.url().join(&format!("/problems/{code}")).unwrap()).await.unwrap();
            assert_eq!(page.status(), 200, "{code} has no page");
        }
        node.stop();
    });
}

#[test]
fn a_slow_client_is_cut_off() {
    run(async {
        let limits = [("INSULA_HTTP__HEADER_TIMEOUT_MS", "1000"), ("INSULA_HTTP__BODY_TIMEOUT_MS", "300")];
        let (ground, node) = node(&limits).await;
        let owner = sign_up(&ground, &node, "ada@example.com").await;
        // Of a head that never ends there is no request, so there is nothing to say about it but the status.
        let told = exchange(&node.url, "GET /api/v1/openapi.json HTTP/1.1\r\nhost: insula.test\r\n").await;
        assert!(told.starts_with("HTTP/1.1 408 "), "{told}");

        let json = "content-type: application/json\r\ncontent-length: 100\r\n";
        let slow = |line: &str, fields: &str| format!("{}{{", head(line, fields));
        check_problem(&exchange(&node.url, &slow(SIGN_UP, json)).await, 408, "request_timeout");
        let token = crate::tenant::sign_in(&node.client(), "ada@example.com").await;
        let caller = format!("authorization: Bearer {token}\r\n");
        let keyed = format!("{json}{caller}idempotency-key: k\r\n");
        for line in ["POST /api/v1/inventory/items", "POST /api/v1/billing/subscriptions"] {
            let told = exchange(&node.url, &slow(line, &keyed)).await;
            check_problem(&told, 408, "request_timeout");
        }
        let csv = format!("content-type: text/csv\r\ncontent-length: 100\r\n{caller}");
        let told = exchange(&node.url, &slow("POST /api/v1/imports/uploads", &csv)).await;
        check_problem(&told, 408, "request_timeout");
        // A page reads its form with actix-web's own means; it is not waited for either.
        let form = "content-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n";
        let told = exchange(&node.url, &slow("POST /verify-email", form)).await;
        assert!(told.starts_with("HTTP/1.1 4"), "{told}");
        owner.get("/inventory/items").await.expect(200);
        node.stop();
    });
}

#[test]
fn a_later_head_is_not_waited_for_either() {
    run(async {
        let limits = [("INSULA_HTTP__HEADER_TIMEOUT_MS", "1000"), ("INSULA_HTTP__KEEP_ALIVE_MS", "1000")];
        let (_ground, node) = node(&limits).await;
        let mut at_work = Kept::open(&node.url).await;
        let json = "content-type: application/json\r\ncontent-length: 2\r\n";
        at_work.send(&format!("{}{{", head(SIGN_UP, json))).await;

        // The document is long enough to be under way until it is taken.
        for (path, status) in [("/api/v1/openapi.json", 200), ("/nowhere", 404)] {
            let mut dripping = Kept::open(&node.url).await;
            for _ in 0..2 {
                dripping.send(&head(&format!("GET {path}"), "")).await;
                let told = dripping.answer().await;
                assert!(told.starts_with(&format!("HTTP/1.1 {status} ")), "{told}");
            }
            dripping.send("GET /nowhere HTTP/1.1\r\nhost: insula.test\r\nx-a: ").await;
            dripping.drip().await;
        }
        // It was silent as long, but with a request under way.
        at_work.send("}").await;
        let told = at_work.answer().await;
        assert!(told.starts_with("HTTP/1.1 4") && !told.starts_with("HTTP/1.1 408"), "{told}");
        node.stop();
    });
}

#[test]
fn whoever_takes_no_long_answer_is_cut_off() {
    run(async {
        let limits = [
            ("INSULA_HTTP__HEADER_TIMEOUT_MS", "1000"),
            ("INSULA_HTTP__KEEP_ALIVE_MS", "1000"),
            ("INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_CREDENTIAL", "1000000"),
            ("INSULA_LIMITS__REQUESTS_PER_MINUTE_PER_TENANT", "1000000"),
        ];
        let (ground, node) = node(&limits).await;
        let owner = sign_up(&ground, &node, "ada@example.com").await;
        for number in 0..8 {
            let hardly_shorter: String =
                (0..100).map(|_| uuid::Uuid::new_v4().simple().to_string()).collect();
            let item =
                json!({ "sku": format!("SKU-{number}"), "name": "Chai", "description": hardly_shorter });
            owner.post("/inventory/items", item).await.expect(201);
        }
        // Compressed, an answer is one of unknown length, in parts so small that none is given much time of its own.
        let list = owner.request(Method::GET, "/inventory/items").header("accept-encoding", "gzip");
        let told = owner.try_send(list).await.unwrap();
        assert_eq!(told.headers["content-encoding"], "gzip");

        let token = owner.token().unwrap();
        let fields = format!("authorization: Bearer {token}\r\naccept-encoding: gzip\r\n");
        let list = head("GET /api/v1/inventory/items", &fields);
        join_all((0..3).map(|_| never_take(&node.url, &list))).await;
        owner.get("/inventory/items").await.expect(200);
        node.stop();
    });
}

#[test]
fn the_depth_of_json_is_a_setting() {
    run(async {
        let (_ground, node) = node(&[("INSULA_HTTP__JSON_DEPTH_LIMIT", "4")]).await;
        let guest = node.client();
        let mut deep = json!(1);
        for depth in 1..=5 {
            deep = json!([deep]);
            let told = guest.post("/users/sign-up", json!({ "x": deep })).await;
            let tells_the_depth = told.text.contains("nested deeper than 4 levels");
            assert_eq!(tells_the_depth, depth > 3, "{depth}: {}", told.text);
            assert_eq!(told.problem(400), "malformed");
        }
        node.stop();
    });
}
