//! Rate limits, by credential, tenant and address, and what every answer says of them, save those that a cache may show to
//! others.

use crate::client::{call, client, client_with};
use crate::shop::{Shop, server, settings};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::get;
use actix_web::{App, HttpResponse};
use std::num::NonZeroU32;
use web::Guest;

const HEADERS: [&str; 5] =
    ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit", "ratelimit-policy"];

#[actix_web::test]
async fn public_operations_are_limited_by_address() {
    let client = client().await;
    let hello = |from: &str| call("GET /hello").header("x-forwarded-for", from);
    let nothing = client.send(call("GET /nowhere").header("x-forwarded-for", "198.51.100.7")).await;
    assert_eq!((nothing.status, nothing.header("x-ratelimit-remaining")), (404, "5"), "not counted");
    for left in (0..5).rev() {
        let reply = client.send(hello("198.51.100.7")).await;
        assert_eq!((reply.status, reply.header("x-ratelimit-remaining")), (200, left.to_string().as_str()));
    }
    let over = client.send(hello("198.51.100.7")).await;
    assert_eq!((over.status, over.code().as_str()), (429, "too_many_requests"));
    assert!((1..=61).contains(&over.header("retry-after").parse::<u32>().unwrap()));
    assert_eq!((over.header("x-ratelimit-limit"), over.header("x-ratelimit-remaining")), ("5", "0"));
    assert_eq!(over.header("ratelimit-policy"), "\"address\";q=5;w=60");
    assert!(over.header("ratelimit").starts_with("\"address\";r=0;t="));
    assert_eq!(client.send(hello("198.51.100.8")).await.status, 200);
    assert_eq!(client.send(hello("2001:db8::1")).await.header("x-ratelimit-remaining"), "4");
    assert_eq!(
        client.send(hello("2001:db8::2")).await.header("x-ratelimit-remaining"),
        "3",
        "one /64, one customer"
    );
}

/// Pages have no guard before them; their guest is counted all the same, once and with the operations.
#[actix_web::test]
async fn pages_are_limited_with_the_public_operations() {
    let server = server(&Shop::default(), settings());
    let configured = server.clone();
    let page = async |_: Guest| HttpResponse::Ok().content_type("text/html").body("a page");
    let app = App::new().route("/page", get().to(page)).configure(move |config| configured.configure(config));
    let app = init_service(app.wrap(server.edge())).await;
    let mut statuses = Vec::new();
    for path in ["/page", "/api/v1/shop/hello", "/page", "/page", "/api/v1/shop/hello", "/page"] {
        let request = TestRequest::get().uri(path).peer_addr("198.51.100.7:4000".parse().unwrap());
        statuses.push(call_service(&app, request.to_request()).await.status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429]);
}

#[actix_web::test]
async fn callers_are_limited_by_credential_and_tenant() {
    let two = NonZeroU32::new(2).unwrap();
    let three = NonZeroU32::new(3).unwrap();
    let client = client_with(web::Settings {
        credential_requests_per_minute: two,
        tenant_requests_per_minute: three,
        ..settings()
    })
    .await;
    let mut statuses = Vec::new();
    for who in ["owner", "owner", "owner", "reader", "reader", "neighbour"] {
        let reply = client.send(call("GET /items").by(who)).await;
        statuses.push((
            who,
            reply.status,
            reply.header("ratelimit-policy").split(';').next().unwrap().to_owned(),
        ));
    }
    let said = |who, status, policy: &str| (who, status, format!("\"{policy}\""));
    let expected = [
        said("owner", 200, "credential"),
        said("owner", 200, "credential"),
        said("owner", 429, "credential"),
        said("reader", 200, "tenant"),
        said("reader", 429, "tenant"),
        said("neighbour", 200, "credential"),
    ];
    assert_eq!(statuses, expected);
}

#[actix_web::test]
async fn trying_credentials_is_limited() {
    let refused = NonZeroU32::new(3).unwrap();
    let client = client_with(web::Settings { refused_credentials_per_minute: refused, ..settings() }).await;
    assert_eq!(client.send(call("GET /items").by("owner")).await.status, 200);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(client.send(call("GET /items").by("guess")).await.status);
    }
    assert_eq!(statuses, [401, 401, 401, 429]);
    // Whom nobody knows here is not even looked up, which would be a 503.
    let unknown = client.send(call("GET /items").by("down")).await;
    assert_eq!((unknown.status, unknown.header("ratelimit-policy")), (429, "\"refused\";q=3;w=60"));
    assert_eq!(client.send(call("GET /items").by("owner")).await.status, 200);
    let elsewhere = call("GET /items").by("down").header("x-forwarded-for", "198.51.100.9");
    assert_eq!(client.send(elsewhere).await.status, 503);
}

/// What is refused for the tenant's sake is not held against the credential.
#[actix_web::test]
async fn a_tenant_over_its_limit_uses_up_no_credential() {
    let (three, five) = (NonZeroU32::new(3).unwrap(), NonZeroU32::new(5).unwrap());
    let limits = web::Settings {
        credential_requests_per_minute: five,
        tenant_requests_per_minute: three,
        ..settings()
    };
    let client = client_with(limits).await;
    let mut told = Vec::new();
    for who in ["owner", "reader", "reader", "owner", "owner", "owner", "owner", "owner", "owner"] {
        let reply = client.send(call("GET /items").by(who)).await;
        told.push((reply.status, reply.header("ratelimit-policy").split(';').next().unwrap().to_owned()));
    }
    assert!(told[..3].iter().all(|(status, _)| *status == 200), "{told:?}");
    // Five times the credential would be used up, and would say so.
    assert!(told[3..].iter().all(|said| *said == (429, "\"tenant\"".to_owned())), "{told:?}");
}

#[actix_web::test]
async fn every_answer_says_where_the_caller_stands() {
    let client = client().await;
    for (call, status) in [
        (call("GET /items").by("owner"), 200),
        (call("GET /items"), 401),
        (call("GET /items").by("guess"), 401),
        (call("POST /items").by("reader").json("{}"), 403),
        (call("GET /items/7").by("owner"), 404),
        (call("POST /items").by("owner").json("{"), 400),
        (call("GET /broken/panic").by("owner"), 500),
        (call("GET /nowhere").by("owner"), 404),
        (call("DELETE /hello"), 405),
    ] {
        let reply = client.send(call).await;
        assert_eq!(reply.status, status);
        for name in HEADERS {
            assert!(!reply.header(name).is_empty(), "{status} {name}");
        }
    }
}

/// Otherwise whoever is answered by a cache would be told where somebody else stands.
#[actix_web::test]
async fn what_may_be_cached_publicly_says_nothing_of_who_asked() {
    let client = client().await;
    let document = client.send(call("GET //api/v1/openapi.json")).await;
    let again = call("GET //api/v1/openapi.json").header("if-none-match", document.header("etag"));
    for (call, status) in [
        (call("GET //api/v1/openapi.json").by("owner"), 200),
        (call("HEAD //api/v1/openapi.json"), 200),
        (again, 304),
        (call("GET //problems/internal").by("owner"), 200),
        (call("HEAD //problems/internal"), 200),
    ] {
        let reply = client.send(call).await;
        assert_eq!(reply.status, status);
        assert!(reply.header("cache-control").starts_with("public"), "{status} {:?}", reply.headers);
        for name in HEADERS {
            assert_eq!(reply.header(name), "", "{status} {name}");
        }
    }
    // What no page is, nobody caches.
    let nothing = client.send(call("GET //problems/nonsense")).await;
    assert_eq!((nothing.status, nothing.header("x-ratelimit-limit")), (404, "5"));
}
