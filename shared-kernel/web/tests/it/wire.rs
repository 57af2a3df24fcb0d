//! What only a real connection shows.

use crate::shop::{Shop, server, settings};
use actix_web::{App, HttpServer, web as actix};
use std::io::{Read, Write};
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

#[actix_web::test]
async fn over_a_connection() {
    let server = server(&Shop::default(), settings());
    let http = HttpServer::new(move || {
        let configured = server.clone();
        App::new().configure(move |config| configured.configure(config)).wrap(server.edge())
    });
    let http = http.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let address = http.addrs()[0];
    let running = http.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
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
