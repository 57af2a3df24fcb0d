//! What only a real connection shows.

use crate::shop::{Shop, server, settings};
use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web as actix};
use kernel::Clock;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Sends these bytes and reads until the server closes.
fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn request(line: &str, rest: &str) -> String {
    format!("{line} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\nauthorization: Bearer owner\r\n{rest}")
}

fn served(shop: &Shop) -> (SocketAddr, ServerHandle) {
    let server = server(shop, settings());
    let http = HttpServer::new(move || {
        let configured = server.clone();
        App::new().configure(move |config| configured.configure(config)).wrap(server.edge())
    });
    let http = http.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let address = http.addrs()[0];
    let running = http.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    (address, handle)
}

/// All but the last byte, and that once their time is up; where there is an answer before, that.
fn slowly(address: SocketAddr, bearer: &str, fields: &str, until_ms: i64) -> String {
    let body = r#"{"name":"late"}"#;
    let (most, last) = body.split_at(body.len() - 1);
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "POST /api/v1/shop/items HTTP/1.1\r\nhost: shop\r\nconnection: close\r\nauthorization: Bearer {bearer}\r\n\
         {fields}content-type: application/json\r\ncontent-length: {}\r\n\r\n{most}",
        body.len(),
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let left_ms = until_ms - Clock::system().now().timestamp_millis();
    stream.set_read_timeout(Some(Duration::from_millis(left_ms.max(0).unsigned_abs() + 1))).unwrap();
    match stream.read_to_end(&mut answer) {
        Ok(_) => return String::from_utf8_lossy(&answer).into_owned(),
        Err(error) => {
            assert!([ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()), "{error}")
        }
    }
    stream.write_all(last.as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// With a key the body is read before all else, and without one last.
#[actix_web::test]
async fn who_is_nobody_when_their_body_ends_does_nothing_by_it() {
    let (address, handle) = served(&Shop::default());
    for (bearer, status) in [("owner", "201"), ("owner-until-", "401"), ("owner-then-reader-", "403")] {
        for fields in ["", "idempotency-key: late\r\n"] {
            let until_ms = Clock::system().now().timestamp_millis() + 400;
            let bearer = if bearer == "owner" { bearer.to_owned() } else { format!("{bearer}{until_ms}") };
            let sent = bearer.clone();
            let answer = actix::block(move || slowly(address, &sent, fields, until_ms)).await.unwrap();
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{bearer} {fields}: {answer}");
        }
    }
    handle.stop(false).await;
}

#[actix_web::test]
async fn over_a_connection() {
    let (address, handle) = served(&Shop::default());
    let chunk = format!("3ff\r\n{}\r\n0\r\n\r\n", "x".repeat(0x3ff));
    let json = "content-type: application/json\r\n";
    let cases = [
        (request("HEAD /api/v1/shop/hello", "\r\n"), "HTTP/1.1 200", "\r\n\r\n"),
        (request("HEAD /api/v1/shop/items/7", "\r\n"), "HTTP/1.1 404", "\r\n\r\n"),
        (
            request("POST /api/v1/shop/items", &format!("{json}transfer-encoding: chunked\r\n\r\n{chunk}")),
            "HTTP/1.1 413",
            "}",
        ),
        (
            request("POST /api/v1/shop/items", &format!("{json}content-length: 99999999\r\n\r\n{{")),
            "HTTP/1.1 413",
            "}",
        ),
        (
            request("POST /api/v1/shop/items", &format!("{json}transfer-encoding: chunked\r\n\r\nzz\r\n")),
            "HTTP/1.1 400",
            "}",
        ),
    ];
    for (request, begins, ends) in cases {
        let sent = request.clone();
        let answer = actix::block(move || exchange(address, &sent)).await.unwrap();
        assert!(answer.starts_with(begins) && answer.ends_with(ends), "{request}\n{answer}");
        assert!(answer.contains("x-request-id: "), "{answer}");
        assert!(ends == "\r\n\r\n" || answer.contains("application/problem+json"), "{answer}");
    }
    handle.stop(false).await;
}
