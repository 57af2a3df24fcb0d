//! What whoever watches over a node counts on: figures and details on an address of their own, a stop that finishes what is
//! being answered, and a node that says so when a service it needs is away.

use crate::client::{Client, Told};
use crate::house::{Ground, Process, run};
use crate::proxy::Proxy;
use crate::tenant::{PASSWORD, sign_in, sign_up};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testkit::{Backend, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than any single time-out on the way; an answer after this is one that hung.
const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn figures_and_details_have_an_address_of_their_own() {
    run(async {
        let mut ground = Ground::new(&Backend::Sqlite).await;
        ground.set("INSULA_OPERATORS__ADDRESS", "127.0.0.1:0");
        let node = ground.start("all");
        let (public, monitoring) = (node.client(), node.client().at(&node.monitoring()));
        assert_eq!(public.get("/metrics").await.problem(404), "not_found");
        assert_eq!(public.get("/health/ready").await.expect(200), json!({ "status": "ready" }));
        let ready = monitoring.get("/health/ready").await.expect(200);
        assert_eq!(
            (&ready["status"], &ready["checks"]["database.billing"]["ok"]),
            (&json!("ready"), &json!(true))
        );
        figures(&monitoring.get("/metrics").await);
        for client in [&public, &monitoring] {
            assert_eq!(client.get("/health/live").await.expect(200), json!({ "status": "alive" }));
        }
        for path in ["/api/v1/openapi.json", "/docs/", "/api/v1/users/me"] {
            assert_eq!(monitoring.get(path).await.status, 404, "it shows {path}");
        }
        node.stop();
    });
}

#[test]
fn without_one_everything_is_on_the_main_address() {
    run(async {
        let ground = Ground::new(&Backend::Sqlite).await;
        let node = ground.start("all");
        let client = node.client();
        assert_eq!(client.get("/health/ready").await.expect(200)["checks"]["blobs"]["ok"], true);
        figures(&client.get("/metrics").await);
        node.stop();
    });
}

fn figures(told: &Told) {
    assert_eq!(told.status, 200, "{told:?}");
    assert!(told.headers["content-type"].to_str().unwrap().starts_with("text/plain"), "{told:?}");
    for series in ["http_request_duration_seconds_bucket{", "db_connections{domain=\"billing\""] {
        assert!(told.text.contains(series), "{series} is missing in:\n{}", told.text);
    }
}

#[test]
fn a_stop_finishes_what_is_being_answered_on_sqlite() {
    run(stop_in_flight(Backend::Sqlite));
}

#[test]
fn a_stop_finishes_what_is_being_answered_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        run(stop_in_flight(backend));
    }
}

async fn stop_in_flight(backend: Backend) {
    let ground = Ground::new(&backend).await;
    let node = ground.start("all");
    let owner = sign_up(&ground, &node, "ada@example.com").await;
    let token = sign_in(&node.client(), "ada@example.com").await;
    let (first, rest) = ("sku,name\nCHAI,Chai\n", "CHANG,Chang\n");
    let head = format!(
        "POST /api/v1/imports/uploads HTTP/1.1\r\nHost: insula.test\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: text/csv\r\nContent-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        first.len() + rest.len(),
    );
    let mut upload = TcpStream::connect(node.url.trim_start_matches("http://")).await.unwrap();
    upload.write_all(head.as_bytes()).await.unwrap();
    let mut told = vec![0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    upload.read_exact(&mut told).await.unwrap();
    assert!(told.starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&told));
    upload.write_all(first.as_bytes()).await.unwrap();

    node.ask_to_stop();
    eventually("it stops listening", async || {
        TcpStream::connect(node.url.trim_start_matches("http://")).await.err().map(drop)
    })
    .await;
    upload.write_all(rest.as_bytes()).await.unwrap();
    let mut told = String::new();
    tokio::time::timeout(PATIENCE, upload.read_to_string(&mut told)).await.unwrap().unwrap();
    assert!(told.starts_with("HTTP/1.1 201"), "{told}");
    node.stop();

    // What was answered is there.
    let (_, body) = told.split_once("\r\n\r\n").unwrap();
    let upload: Value = serde_json::from_str(body.trim_start_matches(|c: char| c != '{')).unwrap();
    assert_eq!(upload["row_count"], 2, "{upload}");
    let node = ground.start("all");
    let path = format!("/imports/uploads/{}", upload["id"].as_str().unwrap());
    assert_eq!(owner.at(&node.url).get(&path).await.expect(200)["row_count"], 2);
    node.stop();
}

#[test]
fn the_database_is_away() {
    let Some(backend) = Backend::postgres() else { return };
    run(async {
        let mut ground = Ground::new(&backend).await;
        let proxy = Proxy::to(&ground.database_url().unwrap()).await;
        ground.set("DATABASE_URL", &proxy.url);
        ground.set("INSULA_OPERATORS__ADDRESS", "127.0.0.1:0");
        ground.set("INSULA_DATABASE__ACQUIRE_TIMEOUT_MS", "1000");
        let node = ground.start("all");
        let owner = sign_up(&ground, &node, "ada@example.com").await;
        let monitoring = node.client().at(&node.monitoring());
        let item = json!({ "sku": "CHAI", "name": "Chai" });

        proxy.close();
        for _ in 0..3 {
            unavailable(&in_time(owner.get("/users/me")).await);
            unavailable(&in_time(owner.get("/inventory/items")).await);
            unavailable(
                &in_time(async { owner.try_post("/inventory/items", &item, "kept").await.unwrap() }).await,
            );
            let credentials = json!({ "email": "ada@example.com", "password": PASSWORD });
            unavailable(&in_time(node.client().post("/users/sign-in", credentials)).await);
        }
        for (client, details) in [(&node.client(), false), (&monitoring, true)] {
            let told = in_time(client.get("/health/ready")).await;
            assert!(told.headers.contains_key("retry-after"), "{told:?}");
            let ready = told.expect(503);
            assert_eq!(
                (&ready["status"], ready.get("checks").is_some()),
                (&json!("unavailable"), details),
                "{ready}"
            );
            in_time(client.get("/health/live")).await.expect(200);
        }

        proxy.open();
        eventually("it is ready again", async || {
            (monitoring.get("/health/ready").await.status == 200).then_some(())
        })
        .await;
        owner.try_post("/inventory/items", &item, "kept").await.unwrap().expect(201);
        node.stop();
    });
}

fn unavailable(told: &Told) {
    assert_eq!(told.status, 503, "{told:?}");
    assert_eq!(told.headers["content-type"], "application/problem+json", "{told:?}");
    assert!(told.headers["retry-after"].to_str().unwrap().parse::<u32>().is_ok(), "{told:?}");
    let problem = told.json();
    assert_eq!(problem["code"], "unavailable", "{problem}");
    for inside in ["postgres", "sqlx", "127.0.0.1", "connection"] {
        assert!(!told.text.to_lowercase().contains(inside), "it tells of {inside}: {problem}");
    }
}

#[test]
fn redis_is_away() {
    let (Some(backend), Ok(redis)) = (Backend::postgres(), std::env::var("TEST_REDIS_URL")) else { return };
    run(async {
        let mut ground = Ground::new(&backend).await;
        let proxy = Proxy::to(&redis).await;
        ground.set("REDIS_URL", &proxy.url);
        ground.set("INSULA_OPERATORS__ADDRESS", "127.0.0.1:0");
        let node = ground.start("all");
        let owner = sign_up(&ground, &node, "ada@example.com").await;
        let monitoring = node.client().at(&node.monitoring());
        redis_is(&monitoring, true).await;

        proxy.close();
        redis_is(&monitoring, false).await;
        answers(&node, &owner).await;
        node.stop();

        let node = ground.start("all");
        let monitoring = node.client().at(&node.monitoring());
        redis_is(&monitoring, false).await;
        answers(&node, &owner.at(&node.url)).await;
        proxy.open();
        redis_is(&monitoring, true).await;
        answers(&node, &owner.at(&node.url)).await;
        node.stop();
    });
}

/// And the node is ready either way.
async fn redis_is(monitoring: &Client, there: bool) {
    eventually("the check of Redis", async || {
        let ready = monitoring.get("/health/ready").await.expect(200);
        (ready["checks"]["redis"]["ok"] == there).then_some(())
    })
    .await;
}

async fn answers(node: &Process, owner: &Client) {
    for _ in 0..3 {
        in_time(owner.get("/users/me")).await.expect(200);
        in_time(sign_in(&node.client(), "ada@example.com")).await;
        let item = json!({ "sku": uuid::Uuid::new_v4(), "name": "Chai" });
        in_time(owner.post("/inventory/items", item)).await.expect(201);
    }
}

async fn in_time<T>(asked: impl Future<Output = T>) -> T {
    let started = Instant::now();
    let answer = asked.await;
    assert!(started.elapsed() < PATIENCE, "it took {:?}", started.elapsed());
    answer
}
