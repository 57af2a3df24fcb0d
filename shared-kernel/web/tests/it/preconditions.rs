//! `If-Match` and `If-None-Match`.

use crate::client::{call, client};

#[actix_web::test]
async fn a_change_needs_the_version_that_was_read() {
    let client = client().await;
    let id = client.item("owner", "Chai", 3).await;
    let patch = |body: &str| call(&format!("PATCH /items/{id}")).by("owner").json(body);
    for (if_match, status, code) in [
        (None, 428, "precondition_required"),
        (Some("\"9\""), 412, "version_mismatch"),
        (Some("W/\"1\""), 412, "version_mismatch"),
        (Some("\"one\""), 412, "version_mismatch"),
        (Some("1"), 400, "malformed"),
    ] {
        let call = patch(r#"{"name": "Chang"}"#);
        let call = if_match.into_iter().fold(call, |call, value| call.header("if-match", value));
        let reply = client.send(call).await;
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{if_match:?}");
    }
    let named = client.send(patch(r#"{"name": "Chang"}"#).header("if-match", "\"1\"")).await;
    assert_eq!((named.status, named.header("etag")), (200, "\"2\""));
    let noted = client.send(patch(r#"{"note": "hot"}"#).header("if-match", "*")).await;
    assert_eq!((noted.json()["note"].as_str(), noted.json()["name"].as_str()), (Some("hot"), Some("Chang")));
    let cleared = client.send(patch(r#"{"note": null}"#).header("if-match", "\"3\"")).await;
    assert_eq!((cleared.json()["note"].as_str(), cleared.header("etag")), (None, "\"4\""));
}

/// Done without it, it would not be what was asked for.
#[actix_web::test]
async fn a_condition_that_nobody_looks_at_is_refused() {
    let client = client().await;
    let id = client.item("owner", "Chai", 3).await;
    for (line, name, value) in [
        ("DELETE /items/{}", "if-match", "\"9\""),
        ("DELETE /items/{}", "if-none-match", "*"),
        ("POST /items/{}/take", "if-match", "\"1\""),
        ("PATCH /items/{}", "if-none-match", "*"),
    ] {
        let call = call(&line.replace("{}", &id)).by("owner").key("k").header(name, value);
        let reply = client.send(call).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "malformed"), "{line} {name}");
        assert!(reply.json()["detail"].as_str().unwrap().contains(name), "{reply:?}");
    }
    let left = client.send(call(&format!("GET /items/{id}")).by("owner").header("if-match", "\"9\"")).await;
    assert_eq!((left.status, left.json()["stock"].as_u64()), (200, Some(3)));
}

#[actix_web::test]
async fn what_the_client_has_is_not_sent_again() {
    let client = client().await;
    let id = client.item("owner", "Chai", 3).await;
    let get = |tag: &str| call(&format!("GET /items/{id}")).by("reader").header("if-none-match", tag);
    for tag in ["\"1\"", "W/\"1\"", "\"0\", \"1\"", "*"] {
        let reply = client.send(get(tag)).await;
        assert_eq!((reply.status, reply.bytes.len(), reply.header("etag")), (304, 0, "\"1\""), "{tag}");
        assert_eq!(reply.header("cache-control"), "private, no-cache");
        assert!(!reply.header("x-request-id").is_empty());
    }
    assert_eq!(client.send(get("\"2\"")).await.status, 200);
    let document = client.send(call("GET //api/v1/openapi.json")).await;
    let again = call("GET //api/v1/openapi.json").header("if-none-match", document.header("etag"));
    assert_eq!(client.send(again).await.status, 304);
}
