//! What browsers are told: whose pages may call the API, and what a page of ours may load.

use super::{node, run};
use crate::client::Told;
use crate::house::Process;
use reqwest::Method;

const ITEMS: &str = "/api/v1/inventory/items";
const FRIEND: &str = "https://app.example.com";

async fn send(node: &Process, method: Method, path: &str, headers: &[(&str, &str)]) -> Told {
    let client = node.client();
    let request = client.request(method, path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    client.try_send(request).await.unwrap()
}

async fn preflight(node: &Process, path: &str, origin: &str, method: &str, headers: &str) -> Told {
    let asked = [
        ("origin", origin),
        ("access-control-request-method", method),
        ("access-control-request-headers", headers),
    ];
    send(node, Method::OPTIONS, path, &asked).await
}

fn header<'a>(told: &'a Told, name: &str) -> &'a str {
    told.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

fn allowed(told: &Told) -> &str {
    header(told, "access-control-allow-origin")
}

#[test]
fn named_origins_may_call() {
    run(async {
        let (_ground, node) = node(&[("INSULA_HTTP__CORS_ORIGINS", FRIEND)]).await;
        let path = format!("{ITEMS}/{}", uuid::Uuid::nil());
        let headers = "authorization,content-type,idempotency-key,if-match,traceparent";
        let told = preflight(&node, &path, FRIEND, "PATCH", headers).await;
        assert_eq!((told.status.as_u16(), allowed(&told), told.text.as_str()), (200, FRIEND, ""), "{told:?}");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            assert!(header(&told, "access-control-allow-methods").contains(method), "{told:?}");
        }
        for name in headers.split(',') {
            assert!(header(&told, "access-control-allow-headers").to_lowercase().contains(name), "{told:?}");
        }
        assert_eq!(header(&told, "access-control-max-age"), "3600");
        assert!(!header(&told, "x-request-id").is_empty() && header(&told, "vary").contains("Origin"));

        // What a page may read of an answer, and of a refusal as well.
        for (path, status) in [(ITEMS, 401), ("/api/v1/nowhere", 404), ("/api/v1/openapi.json", 200)] {
            let told = send(&node, Method::GET, path, &[("origin", FRIEND)]).await;
            assert_eq!((told.status.as_u16(), allowed(&told)), (status, FRIEND), "{told:?}");
            let exposed = header(&told, "access-control-expose-headers").to_lowercase();
            for name in [
                "etag",
                "location",
                "x-request-id",
                "x-ratelimit-limit",
                "x-ratelimit-remaining",
                "x-ratelimit-reset",
                "ratelimit",
                "ratelimit-policy",
                "retry-after",
                "idempotency-replayed",
                "deprecation",
                "sunset",
                "traceparent",
            ] {
                assert!(
                    exposed.split(", ").flat_map(|part| part.split(',')).any(|n| n == name),
                    "{name}: {exposed}"
                );
            }
            assert_eq!(header(&told, "access-control-allow-credentials"), "");
        }
        let etag = send(&node, Method::GET, "/api/v1/openapi.json", &[]).await.headers["etag"].clone();
        let known = [("origin", FRIEND), ("if-none-match", etag.to_str().unwrap())];
        let unchanged = send(&node, Method::GET, "/api/v1/openapi.json", &known).await;
        assert_eq!((unchanged.status.as_u16(), allowed(&unchanged)), (304, FRIEND));

        for stranger in ["https://evil.example.com", "http://app.example.com", "null"] {
            let told = preflight(&node, ITEMS, stranger, "GET", "authorization").await;
            assert_eq!(allowed(&told), "");
            assert_eq!(told.problem(400), "malformed");
            let told = send(&node, Method::GET, "/api/v1/openapi.json", &[("origin", stranger)]).await;
            assert_eq!((told.status.as_u16(), allowed(&told)), (200, ""), "a browser keeps it from the page");
        }
        // No preflight, so a method that nothing has; and what is beside the API is nobody else's.
        assert_eq!(send(&node, Method::OPTIONS, ITEMS, &[]).await.problem(405), "method_not_allowed");
        let live = send(&node, Method::GET, "/health/live", &[("origin", FRIEND)]).await;
        assert_eq!((live.status.as_u16(), allowed(&live)), (200, ""));
        node.stop();
    });
}

#[test]
fn any_origin_or_none_may_call() {
    run(async {
        let (_ground, open) = node(&[("INSULA_HTTP__CORS_ORIGINS", "*")]).await;
        let told = preflight(&open, ITEMS, FRIEND, "GET", "authorization").await;
        assert_eq!((told.status.as_u16(), allowed(&told)), (200, "*"), "{told:?}");
        assert_eq!(header(&told, "access-control-allow-credentials"), "");
        assert_eq!(allowed(&send(&open, Method::GET, ITEMS, &[("origin", FRIEND)]).await), "*");
        open.stop();

        let (_ground, closed) = node(&[]).await;
        let told = preflight(&closed, ITEMS, FRIEND, "GET", "authorization").await;
        assert_eq!(allowed(&told), "");
        assert_eq!(told.problem(405), "method_not_allowed");
        assert_eq!(allowed(&send(&closed, Method::GET, ITEMS, &[("origin", FRIEND)]).await), "");
        closed.stop();
    });
}

#[test]
fn nothing_loads_what_it_does_not_need() {
    run(async {
        let (_ground, node) = node(&[]).await;
        let nothing = "default-src 'none'; frame-ancestors 'none'";
        for (path, policy) in [
            ("/api/v1/openapi.json", nothing),
            (ITEMS, nothing),
            ("/health/live", nothing),
            ("/docs/", "script-src 'self'; style-src 'self' 'unsafe-inline'"),
            ("/docs/swagger-ui-bundle.js", "connect-src 'self'"),
            ("/docs", nothing),
        ] {
            let told = send(&node, Method::GET, path, &[]).await;
            // The client follows `/docs` to the page.
            let policy = if path == "/docs" { "script-src 'self'" } else { policy };
            assert!(header(&told, "content-security-policy").contains(policy), "{path}: {told:?}");
            assert_eq!(header(&told, "cross-origin-resource-policy"), "same-origin", "{path}");
            assert_eq!(header(&told, "x-content-type-options"), "nosniff", "{path}");
            assert_eq!(header(&told, "strict-transport-security"), "", "{path}: this is no TLS");
        }
        // The page has no script of its own in it, which the policy would keep from running.
        let page = send(&node, Method::GET, "/docs/", &[]).await.text;
        for script in page.split("<script").skip(1) {
            let (tag, rest) = script.split_once('>').unwrap();
            assert!(tag.contains("src=\"./") && rest.trim_start().starts_with("</script>"), "{page}");
        }
        node.stop();
        let (_ground, behind) = super::node(&[("INSULA_HTTP__PUBLIC_URL", "https://insula.test")]).await;
        let told = send(&behind, Method::GET, ITEMS, &[]).await;
        assert_eq!(header(&told, "strict-transport-security"), "max-age=31536000");
        behind.stop();
    });
}
