//! Safe to retry: the first answer again, in the order of the contract.

use crate::client::{Call, Reply, call, client};

fn create(body: &str) -> Call {
    call("POST /items").by("owner").json(body)
}

fn same(first: &Reply, again: &Reply) {
    assert_eq!((first.status, &first.bytes), (again.status, &again.bytes));
    for name in ["content-type", "location", "etag", "cache-control"] {
        assert_eq!(first.header(name), again.header(name), "{name}");
    }
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
}

#[actix_web::test]
async fn the_same_request_gets_the_same_answer() {
    let client = client().await;
    let body = r#"{"name": "Chai", "stock": 9}"#;
    let first = client.send(create(body).key("k-1")).await;
    assert_eq!((first.status, first.header("etag")), (201, "\"1\""));
    for key in ["k-1", "\"k-1\""] {
        same(&first, &client.send(create(body).key(key)).await);
    }
    assert_eq!(client.shop.count(), 1);
    let take = || call(&format!("POST /items/{}/take", first.id())).by("owner").key("k-2");
    let taken = client.send(take()).await;
    same(&taken, &client.send(take()).await);
    assert_eq!(taken.json()["stock"], 8);
    let stale =
        || call(&format!("PATCH /items/{}", first.id())).by("owner").key("k-3").header("if-match", "\"1\"");
    let patched = client.send(stale().json(r#"{"note": "hot"}"#)).await;
    assert_eq!(patched.status, 200, "{patched:?}");
    same(&patched, &client.send(stale().json(r#"{"note": "hot"}"#)).await);
    let remove = || call(&format!("DELETE /items/{}", first.id())).by("owner").key("k-4");
    let removed = client.send(remove()).await;
    assert_eq!((removed.status, removed.bytes.len()), (204, 0));
    same(&removed, &client.send(remove()).await);
}

#[actix_web::test]
async fn another_request_with_the_key_is_refused() {
    let client = client().await;
    let body = r#"{"name": "Chai"}"#;
    let id = client.send(create(body).key("k")).await.id();
    for other in [
        create(r#"{"name": "Chang"}"#),
        create(r#"{"name":"Chai"}"#),
        call(&format!("POST /items/{id}/take")).by("owner"),
        call(&format!("DELETE /items/{id}")).by("owner"),
        call("POST /items?x=1").by("owner").json(body),
    ] {
        let reply = client.send(other.key("k")).await;
        assert_eq!((reply.status, reply.code().as_str()), (422, "idempotency_key_reused"));
    }
    let neighbour = client.send(call("POST /items").by("neighbour").json(body).key("k")).await;
    assert_eq!((neighbour.status, neighbour.header("idempotency-replayed")), (201, ""));
    assert_eq!(client.shop.count(), 2);
}

#[actix_web::test]
async fn what_was_refused_may_be_sent_again() {
    let client = client().await;
    let id = client.item("owner", "Chai", 0).await;
    let take = || call(&format!("POST /items/{id}/take")).by("owner").key("k");
    for _ in 0..2 {
        let reply = client.send(take()).await;
        assert_eq!((reply.code().as_str(), reply.header("idempotency-replayed")), ("shop.out_of_stock", ""));
        assert_eq!(client.shop.unended(), 0, "the key is given back before the answer");
    }
    let invalid = client.send(create(r#"{"name": ""}"#).key("k")).await;
    assert_eq!(invalid.status, 422);
    assert_eq!(client.send(create(r#"{"name": "Chai"}"#).key("k")).await.status, 201);
}

#[actix_web::test]
async fn who_may_comes_before_what_was_done() {
    let client = client().await;
    client.send(create(r#"{"name": "Chai"}"#).key("k")).await;
    let reply = client.send(call("POST /items").by("reader").json("{}").key("k")).await;
    assert_eq!(reply.code(), "forbidden");
}

#[actix_web::test]
async fn keys_are_checked() {
    let client = client().await;
    let id = client.item("owner", "Chai", 3).await;
    let take = || call(&format!("POST /items/{id}/take")).by("owner");
    assert_eq!(client.send(take()).await.code(), "idempotency_key_required");
    for malformed in ["", "\"\"", "a b", "a\"b", "\"a", &"x".repeat(256)] {
        let reply = client.send(take().key(malformed)).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "idempotency_key_malformed"),
            "{malformed:?}"
        );
    }
    assert_eq!(client.send(take().key("a").key("b")).await.code(), "idempotency_key_malformed");
    assert_eq!(client.send(take().key(&"x".repeat(255))).await.status, 200);
    assert_eq!(client.send(call("GET /hello").key("a b")).await.status, 200, "public operations ignore it");
}

#[actix_web::test]
async fn a_secret_is_told_again_and_cached_nowhere() {
    let client = client().await;
    let first = client.send(call("POST /keys").by("owner").key("k")).await;
    assert_eq!((first.status, first.header("cache-control")), (201, "no-store"));
    same(&first, &client.send(call("POST /keys").by("owner").key("k")).await);
}

#[actix_web::test]
async fn a_large_body_is_refused_with_a_key_too() {
    let client = client().await;
    let reply = client.send(create(&"x".repeat(1_001)).key("k")).await;
    assert_eq!(reply.code(), "too_large");
}

/// Two sends of one key: the second looks before the first has committed, and runs after it.
#[actix_web::test]
async fn a_racer_gets_the_firsts_answer_and_not_its_own_refusal() {
    let client = client().await;
    let id = client.item("owner", "Chai", 1).await;
    let take = |key: &str| call(&format!("POST /items/{id}/take")).by("owner").key(key);
    let first = client.send(take("k")).await;
    assert_eq!(first.status, 200);
    same(&first, &client.send(take("k")).await);
    // A refusal of its own stays one.
    assert_eq!(client.send(take("other")).await.code(), "shop.out_of_stock");
}

#[actix_web::test]
async fn a_body_that_nobody_reads_is_refused() {
    let client = client().await;
    let id = client.item("owner", "Chai", 2).await;
    for (body, expected) in [(r#"{"nonsense": 1"#, 400), (r#"{"quantity": 2}"#, 400), ("{}", 200), (" ", 200)]
    {
        let take =
            call(&format!("POST /items/{id}/take")).by("owner").json(body).key(&format!("{}", body.len()));
        assert_eq!(client.send(take).await.status, expected, "{body}");
    }
}
