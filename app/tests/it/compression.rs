//! Long lists are compressed, and a compressed list does not wait: not the 40 ms of Nagle and the delayed
//! acknowledgement, as each would without `tcp_nodelay`.

use crate::house::{Ground, Process};
use crate::tenant::{id, sign_in, sign_up};
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use testkit::Backend;

const ITEMS: usize = 25;
const REQUESTS: usize = 20;
/// The kernel acknowledges the first packets of a connection at once.
const WARM_UP: usize = 20;
/// How long Linux waits before it acknowledges.
const DELAY: Duration = Duration::from_millis(40);
const LIST: &str = "/inventory/items";

#[test]
fn a_long_list_is_compressed_and_does_not_wait() {
    with_items(|node, token, _| {
        let mut wire = Wire::to(node, token);
        let mut times = Vec::new();
        for request in 0..WARM_UP + REQUESTS {
            let begun = Instant::now();
            let answer = wire.ask("GET", LIST, "br");
            assert_eq!((answer.status, answer.header("content-encoding")), (200, "br"));
            if request >= WARM_UP {
                times.push(begun.elapsed());
            }
        }
        // Each would have waited; a machine that is busy with other things delays some of them.
        times.sort();
        assert!(times[REQUESTS / 2] < DELAY, "most of {REQUESTS} did not come at once: {times:?}");
    });
}

#[test]
fn what_is_compressed_says_so_and_the_rest_stays_as_it_is() {
    with_items(|node, token, item| {
        let mut wire = Wire::to(node, token);
        let plain = wire.ask("GET", LIST, "identity");
        assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"));
        assert_eq!(plain.header("content-length"), plain.body.len().to_string());
        let listed: Value = serde_json::from_slice(&plain.body).unwrap();
        assert_eq!(listed["data"].as_array().unwrap().len(), ITEMS);

        let packed = wire.ask("GET", LIST, "gzip");
        assert_eq!((packed.header("content-encoding"), packed.header("vary")), ("gzip", "accept-encoding"));
        assert!(packed.body.len() < plain.body.len());
        let mut unpacked = Vec::new();
        GzDecoder::new(&packed.body[..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&unpacked).unwrap(), listed);

        // No encoding that is not offered, and none of what has a strong tag, is small or is a problem.
        for (method, path, accepted, status) in [
            ("GET", LIST, "zstd", 200),
            ("GET", &*format!("{LIST}/{item}"), "br, gzip", 200),
            ("GET", "/inventory/items?limit=1", "br, gzip", 200),
            ("GET", "/inventory/items?limit=nought", "br, gzip", 400),
        ] {
            let answer = wire.ask(method, path, accepted);
            let seen = (answer.status, answer.header("content-encoding"), answer.header("content-length"));
            assert_eq!(seen, (status, "", &*answer.body.len().to_string()), "{path}");
        }
        // Nothing of a body stays in the way of the next answer.
        for accepted in ["br", "identity"] {
            let head = wire.ask("HEAD", LIST, accepted);
            assert_eq!((head.status, head.header("vary"), head.body.len()), (200, "accept-encoding", 0));
            assert_eq!(wire.ask("GET", LIST, "identity").body, plain.body);
        }
    });
}

/// A node with a page of items whose descriptions hardly compress; `test` gets a token and the first item's id.
fn with_items(test: impl FnOnce(&Process, &str, &str)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // The wire is the same on both backends.
    let (_ground, node, token, item) = runtime.block_on(async {
        let ground = Ground::alone(&Backend::Sqlite).await;
        let node = ground.start("all");
        let owner = sign_up(&ground, &node, "ada@example.com").await;
        let mut last = String::new();
        for number in 0..ITEMS {
            let description: String = (0..6).map(|_| uuid::Uuid::new_v4().to_string()).collect();
            let item = json!({ "sku": format!("SKU-{number}"), "name": "Chai", "description": description });
            last = id(&owner.post(LIST, item).await.expect(201));
        }
        let token = sign_in(&node.client(), "ada@example.com").await;
        (ground, node, token, last)
    });
    test(&node, &token, &item);
    node.stop();
}

/// One connection, as a client has it that keeps it and does not pipeline.
struct Wire {
    stream: BufReader<TcpStream>,
    token: String,
}

struct Seen {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }
}

impl Wire {
    fn to(node: &Process, token: &str) -> Self {
        let stream = TcpStream::connect(node.url.trim_start_matches("http://")).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self { stream: BufReader::new(stream), token: token.to_owned() }
    }

    fn ask(&mut self, method: &str, path: &str, accepted: &str) -> Seen {
        let token = &self.token;
        let request = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nhost: insula\r\nauthorization: Bearer {token}\r\n\
             accept-encoding: {accepted}\r\n\r\n"
        );
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let status = self.line().split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = BTreeMap::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(": ") else { break };
            let twice = headers.insert(name.to_ascii_lowercase(), value.to_owned());
            assert_eq!(twice, None, "{name} came twice");
        }
        let body = if method == "HEAD" { Vec::new() } else { self.body(&headers) };
        Seen { status, headers, body }
    }

    fn body(&mut self, headers: &BTreeMap<String, String>) -> Vec<u8> {
        if let Some(length) = headers.get("content-length") {
            return self.bytes(length.parse().unwrap());
        }
        assert_eq!(headers["transfer-encoding"], "chunked");
        let mut body = Vec::new();
        loop {
            let length = usize::from_str_radix(&self.line(), 16).unwrap();
            let chunk = self.bytes(length);
            assert_eq!(self.line(), "");
            if length == 0 {
                return body;
            }
            body.extend(chunk);
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end_matches("\r\n").to_owned()
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).unwrap();
        bytes
    }
}
