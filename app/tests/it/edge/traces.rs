//! Traces as a collector receives them: one from the caller through the request to the jobs that followed.

use super::run;
use crate::house::Ground;
use crate::tenant::sign_up;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use testkit::{Backend, eventually};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

/// Keeps what is posted to `/v1/traces`.
#[derive(Clone, Default)]
struct Collector {
    spans: Arc<Mutex<Vec<Span>>>,
    services: Arc<Mutex<Vec<String>>>,
}

impl Collector {
    async fn start() -> (Self, String) {
        let collector = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let kept = collector.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(kept.clone().serve(stream));
            }
        });
        (collector, url)
    }

    async fn serve(self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        loop {
            let (mut head, mut length) = (String::new(), 0);
            while !head.ends_with("\r\n\r\n") {
                let before = head.len();
                if stream.read_line(&mut head).await.unwrap_or(0) == 0 {
                    return;
                }
                if let Some(value) = head[before..].to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            assert!(head.starts_with("POST /v1/traces "), "{head}");
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.unwrap();
            self.keep(ExportTraceServiceRequest::decode(&body[..]).unwrap());
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        }
    }

    fn keep(&self, request: ExportTraceServiceRequest) {
        for resource in request.resource_spans {
            let named = resource.resource.unwrap().attributes.into_iter().find(|a| a.key == "service.name");
            self.services.lock().unwrap().push(format!("{:?}", named.unwrap().value));
            let spans = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
            self.spans.lock().unwrap().extend(spans);
        }
    }

    fn spans(&self) -> Vec<Span> {
        self.spans.lock().unwrap().clone()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attribute(span: &Span, key: &str) -> String {
    let found = span.attributes.iter().find(|attribute| attribute.key == key);
    found.map(|attribute| format!("{:?}", attribute.value)).unwrap_or_default()
}

#[test]
fn a_request_and_its_jobs_are_one_trace() {
    run(async {
        let (collector, url) = Collector::start().await;
        let mut ground = Ground::new(&Backend::Sqlite).await;
        ground.set("INSULA_TELEMETRY__OTLP_ENDPOINT", &url);
        ground.set("INSULA_TELEMETRY__SERVICE_NAME", "insula-under-test");
        ground.set("INSULA_TELEMETRY__SAMPLED_PER_THOUSAND", "0");
        // Little is logged, and the traces are whole all the same.
        ground.set("INSULA_LOGS__FILTER", "app=info,warn");
        let node = ground.start("all");
        let owner = sign_up(&ground, &node, "ada@example.com").await;

        let request = owner.request(Method::POST, "/inventory/items");
        let request = request.header("traceparent", format!("00-{TRACE}-{CALLER}-01"));
        let told = owner.try_send(request.json(&json!({ "sku": "CHAI", "name": "Chai" }))).await.unwrap();
        let answered = told.headers["traceparent"].to_str().unwrap().to_owned();
        let request_id = told.headers["x-request-id"].to_str().unwrap().to_owned();
        told.expect(201);
        let span_id = answered.split('-').nth(2).unwrap().to_owned();
        assert_eq!(answered, format!("00-{TRACE}-{span_id}-01"));

        let find = |kind: &str| {
            let spans = collector.spans();
            spans.into_iter().find(|span| span.name.starts_with(kind) && hex(&span.trace_id) == TRACE)
        };
        let span = eventually("the request's span", async || find("POST /api/v1/inventory/items")).await;
        assert_eq!((hex(&span.span_id), hex(&span.parent_span_id)), (span_id.clone(), CALLER.to_owned()));
        assert!(attribute(&span, "http.response.status_code").contains("201"), "{span:?}");
        assert!(attribute(&span, "request_id").contains(&request_id), "{span:?}");
        let job = eventually("the job's span", async || find("job")).await;
        assert_eq!(hex(&job.parent_span_id), span_id, "{job:?}");
        assert!(attribute(&job, "handler").contains("users.append_audit_entry"), "{job:?}");
        assert_eq!(attribute(&job, "tenant"), attribute(&span, "tenant"));
        assert!(job.end_time_unix_nano > job.start_time_unix_nano);

        // Of the traces that begin here none was to be sent; schedules begin their own.
        let begun = collector.spans().into_iter().filter(|span| !span.name.starts_with("job"));
        let begun: Vec<_> = begun.filter(|span| hex(&span.trace_id) != TRACE).collect();
        assert!(begun.is_empty(), "{begun:?}");
        assert!(collector.services.lock().unwrap().iter().all(|name| name.contains("insula-under-test")));

        // What happens last is sent before the process ends.
        let last = "1af92f3577b34da6a3ce929d0e0e4736";
        let request = owner.request(Method::GET, "/inventory/items");
        owner.try_send(request.header("traceparent", format!("00-{last}-{CALLER}-01"))).await.unwrap();
        node.stop();
        let sent = collector.spans().iter().any(|span| hex(&span.trace_id) == last);
        assert!(sent, "the last spans were lost");
    });
}

#[test]
fn a_collector_that_is_away_costs_nothing() {
    run(async {
        let mut ground = Ground::new(&Backend::Sqlite).await;
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        ground.set("INSULA_TELEMETRY__OTLP_ENDPOINT", &format!("http://{nobody}"));
        let node = ground.start("all");
        let owner = sign_up(&ground, &node, "ada@example.com").await;
        let told = owner.get("/inventory/items").await;
        // Begun here, and all of them are sampled.
        assert!(told.headers["traceparent"].to_str().unwrap().ends_with("-01"), "{told:?}");
        told.expect(200);
        node.stop();
    });
}

#[test]
fn the_lines_of_a_job_continue_those_of_its_request() {
    run(async {
        let mut ground = Ground::new(&Backend::Sqlite).await;
        ground.set("INSULA_LOGS__FILTER", "info,slow_statement=warn");
        ground.set("INSULA_DATABASE__SLOW_STATEMENT_MS", "0");
        let node = ground.start("all");
        let owner = sign_up(&ground, &node, "ada@example.com").await;
        let tenant = owner.get("/users/me").await.expect(200)["tenant_id"].clone();
        let request = owner.request(Method::POST, "/inventory/items").header("x-request-id", "under-this");
        let request = request.header("traceparent", format!("00-{TRACE}-{CALLER}-00"));
        owner.try_send(request.json(&json!({ "sku": "CHAI", "name": "Chai" }))).await.unwrap().expect(201);
        let span = eventually("a line of the job", async || {
            let log = node.log();
            let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let spans = lines.filter_map(|line| line["spans"].as_array().cloned()).flatten();
            let of_job = |span: &Value| span["name"] == "job" && span["request_id"] == "under-this";
            spans.into_iter().find(of_job)
        })
        .await;
        assert!(span["trace"].as_str().unwrap().starts_with(&format!("00-{TRACE}-")), "{span}");
        assert_eq!((&span["tenant"], &span["domain"]), (&tenant, &json!("inventory")), "{span}");
        assert_eq!((&span["handler"], &span["attempt"]), (&json!("users.append_audit_entry"), &json!(1)));
        assert!(uuid::Uuid::parse_str(span["message"].as_str().unwrap()).is_ok(), "{span}");
        node.stop();
    });
}
