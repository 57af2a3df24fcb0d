//! What every answer has, whoever gave it.

use crate::client::{call, client};
use crate::shop::TENANT;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex};

#[actix_web::test]
async fn every_answer_has_the_common_headers() {
    let client = client().await;
    for (call, status) in [
        (call("GET /items").by("owner"), 200),
        (call("GET /items"), 401),
        (call("GET //nowhere"), 404),
        (call("PUT /items"), 405),
        (call("GET /hello"), 200),
        (call("GET /broken/panic").by("owner"), 500),
        (call("GET //problems/internal"), 200),
        (call("GET //api/v1/openapi.json"), 200),
    ] {
        let reply = client.send(call).await;
        assert_eq!(reply.status, status);
        for name in ["x-request-id", "traceparent", "cache-control"] {
            assert!(!reply.header(name).is_empty(), "{status} {name}");
        }
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert_eq!(reply.header("x-frame-options"), "DENY");
    }
}

#[actix_web::test]
async fn a_well_formed_request_id_is_kept() {
    let client = client().await;
    let long = "x".repeat(65);
    for (given, kept) in
        [("abc_DEF-123", true), ("", false), ("a b", false), ("<script>", false), (&*long, false)]
    {
        let reply = client.send(call("GET //nowhere").header("x-request-id", given)).await;
        assert_eq!(reply.header("x-request-id") == given, kept, "{given}");
        assert_eq!(reply.json()["request_id"], reply.header("x-request-id"));
    }
}

#[actix_web::test]
async fn what_is_refused_by_its_head_names_its_request_too() {
    let client = client().await;
    let long_url = call(&format!("GET /hello?{}", "x".repeat(9_000)));
    let long_header = call("GET /hello").header("x-long", &"x".repeat(17_000));
    for (call, status, code) in [(long_url, 414, "uri_too_long"), (long_header, 431, "headers_too_large")] {
        let reply = client.send(call.header("x-request-id", "under-this")).await;
        let problem = reply.json();
        assert_eq!((reply.status, reply.code().as_str()), (status, code));
        assert_eq!(
            (reply.header("x-request-id"), &problem["request_id"]),
            ("under-this", &json!("under-this"))
        );
        assert_eq!(problem["instance"], "urn:request:under-this");
    }
}

#[actix_web::test]
async fn a_trace_goes_on_with_a_span_of_ours() {
    let client = client().await;
    let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let reply = client.send(call("GET //nowhere").header("traceparent", given)).await;
    let answered = reply.header("traceparent");
    assert!(
        answered.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && answered.ends_with("-01"),
        "{answered}"
    );
    assert_ne!(answered, given);
}

#[actix_web::test]
async fn caching_is_explicit() {
    let client = client().await;
    let id = client.item("owner", "Chai", 1).await;
    for (line, expected) in [
        (format!("GET /items/{id}"), "private, no-cache"),
        ("GET /items".to_owned(), "private, no-cache"),
        ("GET //api/v1/openapi.json".to_owned(), "public, max-age=60, stale-while-revalidate=600"),
        ("GET //problems/internal".to_owned(), "public, max-age=3600, stale-while-revalidate=86400"),
        ("GET //nowhere".to_owned(), "no-store"),
    ] {
        assert_eq!(client.send(call(&line).by("owner")).await.header("cache-control"), expected, "{line}");
    }
}

#[actix_web::test]
async fn what_has_a_strong_tag_or_is_small_is_not_compressed() {
    let client = client().await;
    let id = client.item("owner", "Chai", 1).await;
    for (line, encoding) in [
        (format!("GET /items/{id}"), ""),
        ("GET //api/v1/openapi.json".to_owned(), ""),
        ("GET /hello".to_owned(), ""),
        ("GET /text".to_owned(), "gzip"),
    ] {
        let reply = client.send(call(&line).by("owner").header("accept-encoding", "gzip")).await;
        assert_eq!((reply.status, reply.header("content-encoding")), (200, encoding), "{line}");
    }
}

#[actix_web::test]
async fn a_get_answers_head() {
    let client = client().await;
    let id = client.item("owner", "Chai", 1).await;
    let reply = client.send(call(&format!("HEAD /items/{id}")).by("owner")).await;
    assert_eq!((reply.status, reply.header("etag")), (200, "\"1\""));
    for page in ["//api/v1/openapi.json", "//problems/internal"] {
        let get = client.send(call(&format!("GET {page}"))).await;
        let head = client.send(call(&format!("HEAD {page}"))).await;
        assert_eq!((head.status, head.header("etag")), (200, get.header("etag")), "{page}");
    }
}

#[actix_web::test]
async fn a_problems_type_leads_to_a_page() {
    let client = client().await;
    let problem = client.send(call("GET /items")).await.json();
    for code in ["shop.out_of_stock", "unauthenticated"] {
        assert_eq!(client.send(call(&format!("GET //problems/{code}"))).await.status, 200, "{code}");
    }
    let page = client.send(call(&format!("GET /{}", problem["type"].as_str().unwrap()))).await;
    assert!(String::from_utf8(page.bytes).unwrap().contains("Not authenticated"));
}

#[test]
fn durations_are_measured_by_route() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    metrics::with_local_recorder(&recorder, || {
        actix_web::rt::System::new().block_on(async {
            let client = client().await;
            for line in ["GET /items/1", "GET /items/2", "GET /hello", "BREW //pot", "GET //a", "GET //b"] {
                client.send(call(line).by("owner")).await;
            }
        });
    });
    let text = handle.render();
    let count = |method: &str, endpoint: &str, status: u16| {
        let labels = [
            format!("method=\"{method}\""),
            format!("endpoint=\"{endpoint}\""),
            format!("status=\"{status}\""),
        ];
        let line = text.lines().find(|line| {
            line.starts_with("http_request_duration_seconds_count")
                && labels.iter().all(|label| line.contains(label))
        });
        line.and_then(|line| line.rsplit(' ').next()?.parse::<u32>().ok())
    };
    assert_eq!(count("GET", "/api/v1/shop/items/{id}", 404), Some(2), "{text}");
    assert_eq!(count("GET", "/api/v1/shop/hello", 200), Some(1), "{text}");
    assert_eq!(count("GET", "unmatched", 404), Some(2), "{text}");
    assert_eq!(count("other", "unmatched", 404), Some(1), "{text}");
}

/// A log that tests read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_cause_is_logged_once_under_its_request_id() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    // While there is but one, what other tests' threads meet first counts as logged by nobody, for this thread as well.
    let _second = tracing::Dispatch::new(tracing_subscriber::fmt().with_writer(std::io::sink).finish());
    tracing::subscriber::with_default(subscriber, || {
        actix_web::rt::System::new().block_on(async {
            let call = call("GET /broken/error").by("owner").header("x-request-id", "under-this");
            client().await.send(call).await;
        });
    });
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let causes: Vec<_> = text.lines().filter(|line| line.contains("a secret cause")).collect();
    assert_eq!(causes.len(), 1, "{text}");
    let answered: Vec<_> = text.lines().filter(|line| line.contains("answered")).collect();
    assert_eq!(answered.len(), 1, "{text}");
    for line in [causes[0], answered[0]] {
        for field in ["under-this", "/api/v1/shop/broken/{how}", &TENANT.to_string()] {
            assert!(line.contains(field), "{field} in {line}");
        }
    }
}
