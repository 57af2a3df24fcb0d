//! Every kind of bad input gets its own clear problem+json and changes nothing.

use crate::client::{Call, call, client};
use serde_json::{Value, json};

const UNKNOWN_ID: &str = "01890000-0000-7000-8000-000000000000";

async fn check(call: Call, status: u16, code: &str, pointers: &[&str]) {
    let client = client().await;
    let reply = client.send(call.header("x-request-id", "check-1")).await;
    let problem = reply.json();
    assert_eq!((reply.status, problem["code"].as_str().unwrap()), (status, code), "{problem}");
    assert_eq!(reply.header("content-type"), "application/problem+json", "{problem}");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["type"], format!("/problems/{code}"));
    assert_eq!(problem["request_id"], "check-1");
    assert_eq!(problem["instance"], "urn:request:check-1");
    assert!(
        !problem["title"].as_str().unwrap().is_empty() && !problem["detail"].as_str().unwrap().is_empty()
    );
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let named: Vec<&str> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(named, pointers, "{problem}");
    assert_eq!(client.shop.count(), 0, "{problem}");
}

fn post(body: &str) -> Call {
    call("POST /items").by("owner").json(body)
}

#[actix_web::test]
async fn bodies() {
    check(post(""), 400, "malformed", &[]).await;
    check(post("{"), 400, "malformed", &[]).await;
    check(post("{\"name\": \"a\"} more"), 400, "malformed", &[]).await;
    check(post("{\"name\": \"\u{0}\"}"), 400, "malformed", &[]).await;
    check(post("[]"), 400, "malformed", &[""]).await;
    check(post("null"), 400, "malformed", &[""]).await;
    check(post("{}"), 400, "malformed", &["/name"]).await;
    let listed = r#"{"name": "a", "lines": [["2.5"]]}"#;
    check(post(listed), 400, "malformed", &["/lines/0"]).await;
    check(post("{\"name\": 7}"), 400, "malformed", &["/name"]).await;
    check(post("{\"name\": \"a\", \"nmae\": 1}"), 400, "malformed", &["/nmae"]).await;
    check(post("{\"name\": \"a\", \"name\": \"b\"}"), 400, "malformed", &["/name"]).await;
    check(post("{\"name\": \"a\", \"stock\": -1}"), 400, "malformed", &["/stock"]).await;
    check(post("{\"name\": \"a\", \"lines\": [{}]}"), 400, "malformed", &["/lines/0/quantity"]).await;
    let second = r#"{"name": "a", "lines": [{"quantity": "2.5"}, {"quantity": "much"}]}"#;
    check(post(second), 400, "malformed", &["/lines/1/quantity"]).await;
    let twice = r#"{"name": "a", "lines": [{"quantity": "1", "quantity": "2"}]}"#;
    check(post(twice), 400, "malformed", &["/lines/0/quantity"]).await;
    let many =
        r#"{"nmae": "a", "name": 7, "stock": -1, "lines": [{}, {"quantity": "1"}, {"quantity": "much"}]}"#;
    let pointers = ["/nmae", "/lines/0/quantity", "/lines/2/quantity", "/name", "/stock"];
    check(post(many), 400, "malformed", &pointers).await;
    let typos: Vec<String> = (10..40).map(|n| format!("\"t{n}\": 1")).collect();
    let pointers: Vec<String> = (10..30).map(|n| format!("/t{n}")).collect();
    let pointers: Vec<&str> = pointers.iter().map(String::as_str).collect();
    check(post(&format!("{{\"name\": \"a\", {}}}", typos.join(", "))), 400, "malformed", &pointers).await;
    let slash = r#"{"name": "a", "a/b~c": 1}"#;
    check(post(slash), 400, "malformed", &["/a~1b~0c"]).await;
    let deep = format!("{{\"name\": {}1{}}}", "[".repeat(5), "]".repeat(5));
    check(post(&deep), 400, "malformed", &[]).await;
    check(post(&format!("{{\"name\": \"{}\"}}", "x".repeat(1_000))), 413, "too_large", &[]).await;
    check(post("{\"name\": \" \", \"stock\": 2000}"), 422, "invalid", &["/name", "/stock"]).await;
    check(post("{\"name\": \"[[[[[[[[\\\"[[[[[[[\", \"stock\": 1001}"), 422, "invalid", &["/stock"]).await;
}

#[actix_web::test]
async fn faults_say_where_they_are() {
    let reply = client().await.send(post("{\"name\": \"a\",\n  \"stock\": \"many\"}")).await;
    let expected: Value = json!([{
        "pointer": "/stock",
        "code": "wrong_type",
        "detail": "invalid type: the string \"many\", expected a whole number",
    }]);
    assert_eq!(reply.json()["errors"], expected);
    let detail = reply.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("line 2"), "{detail}");
    for (body, said) in [
        (&b"null"[..], "The body: invalid type: null, expected an object (line 1, column 4)"),
        (b"[]", "The body: invalid type: a list, expected an object"),
        (b"{\"name\": \"\xff\"}", "The body is not JSON: it is not UTF-8."),
        (b"{\"name\": \"\\ud800\"}", "The body is not JSON: "),
    ] {
        let call = call("POST /items").by("owner").header("content-type", "application/json").body(body);
        let detail = client().await.send(call).await.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with(said), "{detail}");
    }
}

#[actix_web::test]
async fn media_types() {
    let plain = |media: &str| call("POST /items").by("owner").header("content-type", media).body("{}");
    check(plain("text/plain"), 415, "unsupported_media_type", &[]).await;
    check(plain("application/x-www-form-urlencoded"), 415, "unsupported_media_type", &[]).await;
    check(call("POST /items").by("owner").body("{}"), 415, "unsupported_media_type", &[]).await;
    check(plain("application/json; charset=utf-8"), 400, "malformed", &["/name"]).await;
    check(plain("Application/Merge-Patch+JSON"), 400, "malformed", &["/name"]).await;
    check(plain("application/json; Charset=\"UTF8\""), 400, "malformed", &["/name"]).await;
    for media in ["application/json; charset=utf-16", "application/json-patch+json", "application/scim+json"]
    {
        check(plain(media), 415, "unsupported_media_type", &[]).await;
    }
    let encoded = |encoding: &str| post("{}").header("content-encoding", encoding);
    check(encoded("identity"), 400, "malformed", &["/name"]).await;
    check(encoded("gzip"), 415, "unsupported_media_type", &[]).await;
    check(encoded("identity, br"), 415, "unsupported_media_type", &[]).await;
    let picture = call(&format!("POST /items/{UNKNOWN_ID}/picture")).by("owner");
    let picture = picture.header("content-type", "image/png").header("content-encoding", "gzip").body("x");
    check(picture, 415, "unsupported_media_type", &[]).await;
}

#[actix_web::test]
async fn queries() {
    let get = |path: &str| call(&format!("GET {path}")).by("reader");
    check(get("/items?colour=red"), 400, "unknown_parameter", &["/colour"]).await;
    check(get("/items?colour=red&size=9&limit=5"), 400, "unknown_parameter", &["/colour", "/size"]).await;
    check(get(&format!("/items/{UNKNOWN_ID}?limit=5")), 400, "unknown_parameter", &["/limit"]).await;
    check(get("/items?min_stock=few"), 400, "invalid_parameter", &["/min_stock"]).await;
    check(get("/items?min_stock=1&min_stock=2"), 400, "invalid_parameter", &["/min_stock"]).await;
    check(get("/items?limit=0"), 400, "invalid_parameter", &["/limit"]).await;
    check(get("/items?limit=101"), 400, "invalid_parameter", &["/limit"]).await;
    check(get("/items?limit=ten"), 400, "invalid_parameter", &["/limit"]).await;
    check(get("/items?limit=1&limit=2"), 400, "invalid_parameter", &["/limit"]).await;
    check(
        get("/items?min_stock=few&limit=0&sort=x"),
        400,
        "invalid_parameter",
        &["/min_stock", "/limit", "/sort"],
    )
    .await;
    check(get("/items?cursor=MQ"), 400, "invalid_cursor", &[]).await;
    let few = client().await.send(get("/items?min_stock=few")).await;
    assert_eq!(few.json()["errors"][0]["detail"], "must be a whole number");
    check(
        call("POST /items?dry=1").by("owner").json("{\"name\": \"a\"}"),
        400,
        "unknown_parameter",
        &["/dry"],
    )
    .await;
}

/// Whoever reads them with a replacement for what cannot be read takes two names for one.
#[actix_web::test]
async fn targets_that_are_not_utf_8() {
    let get = |path: &str| call(&format!("GET {path}")).by("reader");
    for ill in ["%ff", "%zz", "%4", "%", "a%c3%28"] {
        check(get(&format!("/items/{ill}")), 400, "malformed", &[]).await;
        check(get(&format!("/items?min_stock={ill}")), 400, "malformed", &["/min_stock"]).await;
    }
    check(get("/items?min%ff=1"), 400, "malformed", &["/min\u{fffd}"]).await;
    check(get("/items?min_stock=%E2%82%AC"), 400, "invalid_parameter", &["/min_stock"]).await;
}

/// PostgreSQL keeps U+0000 in no text.
#[actix_web::test]
async fn nul_characters() {
    check(post(r#"{"name": "a\u0000b"}"#), 400, "malformed", &["/name"]).await;
    check(
        post(r#"{"name": "a", "lines": [{"quantity": "\u0000"}]}"#),
        400,
        "malformed",
        &["/lines/0/quantity"],
    )
    .await;
    check(post(r#"{"name": "a", "\u0000": 1}"#), 400, "malformed", &["/\0"]).await;
    check(post(r#"{"name": "a\u0000b"}"#).key("k"), 400, "malformed", &["/name"]).await;
    check(post(r#"{"name": "", "stock": 2000} \u0000"#), 400, "malformed", &[]).await;
    let get = |path: &str| call(&format!("GET {path}")).by("reader");
    check(get("/items?cursor=%00"), 400, "malformed", &["/cursor"]).await;
    check(get("/items?min_stock=a%00"), 400, "malformed", &["/min_stock"]).await;
    check(get("/items?min%00stock=1"), 400, "malformed", &["/min\0stock"]).await;
    check(get(&format!("/items/{UNKNOWN_ID}?file_name=%00.png")), 400, "malformed", &["/file_name"]).await;
    check(get("/items/a%00"), 400, "malformed", &["/id"]).await;
    let named = call(&format!("POST /items/{UNKNOWN_ID}/picture?file_name=a%00.png")).by("owner");
    check(named.header("content-type", "image/png").body("x"), 400, "malformed", &["/file_name"]).await;
    let client = client().await;
    let escaped = client.send(post(r#"{"name": "a\\u0000"}"#)).await;
    assert_eq!((escaped.status, &escaped.json()["name"]), (201, &json!("a\\u0000")));
}

#[actix_web::test]
async fn unknown_things() {
    check(call("GET /items/7").by("reader"), 404, "not_found", &[]).await;
    check(call(&format!("GET /items/{UNKNOWN_ID}")).by("reader"), 404, "shop.item_not_found", &[]).await;
    check(call("GET /nothing").by("reader"), 404, "not_found", &[]).await;
    check(call("GET //api/v1/shopping"), 404, "not_found", &[]).await;
    check(call("GET //"), 404, "not_found", &[]).await;
    check(call("GET //problems/no.such"), 404, "not_found", &[]).await;
}

#[actix_web::test]
async fn credentials() {
    let path = "GET /items";
    check(call(path), 401, "unauthenticated", &[]).await;
    check(call(path).by("stranger"), 401, "unauthenticated", &[]).await;
    check(call(path).header("authorization", "Basic b3duZXI6"), 401, "unauthenticated", &[]).await;
    check(call(path).header("authorization", "Bearer"), 401, "unauthenticated", &[]).await;
    check(call(path).header("authorization", "Bearer  "), 401, "unauthenticated", &[]).await;
    check(call(path).by("down"), 503, "unavailable", &[]).await;
    check(call("POST /items").by("reader").json("{"), 403, "forbidden", &[]).await;
    let client = client().await;
    let any_case = client.send(call(path).header("authorization", "bearer reader")).await;
    assert_eq!(any_case.status, 200);
}

#[actix_web::test]
async fn challenges() {
    let client = client().await;
    let bare = client.send(call("GET /items")).await;
    assert_eq!(bare.header("www-authenticate"), "Bearer realm=\"insula\"");
    let wrong = client.send(call("GET /items").by("stranger")).await;
    assert_eq!(wrong.header("www-authenticate"), "Bearer realm=\"insula\", error=\"invalid_token\"");
}

#[actix_web::test]
async fn methods() {
    for (line, allow) in [
        ("PUT /items", "GET, POST, HEAD"),
        ("OPTIONS /items/7", "DELETE, GET, PATCH, HEAD"),
        ("GET /items/7/take", "POST"),
        ("DELETE //api/v1/openapi.json", "GET, HEAD"),
        ("POST //problems/internal", "GET, HEAD"),
    ] {
        let reply = client().await.send(call(line)).await;
        let mut allowed: Vec<_> = reply.header("allow").split(", ").collect();
        let mut expected: Vec<_> = allow.split(", ").collect();
        allowed.sort();
        expected.sort();
        assert_eq!((reply.status, reply.code().as_str()), (405, "method_not_allowed"), "{line}");
        assert_eq!(allowed, expected, "{line}");
    }
}

#[actix_web::test]
async fn what_breaks_inside_says_only_its_request_id() {
    for (how, status, code) in [
        ("panic", 500, "internal"),
        ("error", 500, "internal"),
        ("slow", 503, "deadline_exceeded"),
        ("down", 503, "unavailable"),
    ] {
        let reply = client().await.send(call(&format!("GET /broken/{how}")).by("owner")).await;
        let text = String::from_utf8_lossy(&reply.bytes).into_owned();
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{text}");
        assert!(!["purpose", "secret", "10.0.0.1"].iter().any(|inner| text.contains(inner)), "{text}");
        assert_eq!(reply.json()["request_id"], reply.header("x-request-id"));
        assert_eq!(reply.header("retry-after").is_empty(), status == 500, "{text}");
    }
}

#[actix_web::test]
async fn a_neighbours_thing_looks_like_none() {
    let client = client().await;
    let id = client.item("neighbour", "Chai", 3).await;
    for line in ["GET /items/{}", "POST /items/{}/take", "DELETE /items/{}"] {
        let mut replies = Vec::new();
        for id in [id.as_str(), UNKNOWN_ID] {
            let call = call(&line.replace("{}", id)).by("owner").key(id).header("x-request-id", "same");
            let mut reply = client.send(call).await;
            assert_eq!(reply.code(), "shop.item_not_found");
            for changing in ["traceparent", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit"] {
                reply.headers.remove(changing);
            }
            let mut headers: Vec<_> = reply.headers.iter().map(|(n, v)| format!("{n}: {v:?}")).collect();
            headers.sort();
            replies.push((reply.status, reply.bytes, headers));
        }
        assert_eq!(replies[0], replies[1], "{line}");
    }
}
