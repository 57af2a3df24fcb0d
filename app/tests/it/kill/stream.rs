//! A collector of the audit log that does not answer yet, and the nodes that wait for it killed. Nothing is missing afterwards,
//! nothing comes before what comes before it, and what comes again is what it was.

use super::chance::Chance;
use super::nodes::Nodes;
use crate::tenant::id;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use testkit::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const KILLS: usize = 3;
const ITEMS: usize = 5;

pub async fn check(nodes: &mut Nodes, chance: &mut Chance) {
    let caller = nodes.tenant("streamed@example.com").await;
    let collector = Collector::start().await;
    let stream = json!({ "url": collector.url, "from_leaf_index": 0 });
    let stream = id(&caller.write("/users/audit-streams", stream, 201).await);
    let mut items = BTreeSet::new();
    for kill in 0..KILLS {
        collector.hold(true);
        for item in 0..ITEMS {
            let item = json!({ "sku": format!("STREAMED-{kill}-{item}"), "name": "Streamed" });
            items.insert(id(&caller.write("/inventory/items", item, 201).await));
        }
        eventually("a batch waits for its answer", async || (collector.waiting() > 0).then_some(())).await;
        let workers: Vec<usize> = nodes.workers().collect();
        nodes.kill(&workers, chance).await;
        collector.hold(false);
        eventually("nobody waits any more", async || (collector.waiting() == 0).then_some(())).await;
        nodes.all_up().await;
    }
    eventually("all items are at the collector", async || {
        items.is_subset(&collector.resources()).then_some(())
    })
    .await;
    let progress = format!("/users/audit-streams/{stream}/progress");
    let progress =
        caller.until(&progress, "the cursor is behind the last entry", |shown| shown["lag"] == 0).await;
    let next = collector.check_order();
    assert!(progress["delivered_leaf_index"].as_i64().unwrap() < next, "{progress}");
}

#[derive(Clone)]
struct Collector {
    url: String,
    /// As they came.
    batches: Arc<Mutex<Vec<(String, Value)>>>,
    held: watch::Sender<bool>,
    waiting: Arc<AtomicUsize>,
}

impl Collector {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/audit", listener.local_addr().unwrap());
        let (held, _) = watch::channel(false);
        let collector = Self { url, batches: Arc::default(), held, waiting: Arc::default() };
        let serving = collector.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move { serving.serve(stream).await });
            }
        });
        collector
    }

    async fn serve(&self, mut stream: TcpStream) {
        let (mut bytes, mut buffer) = (Vec::new(), vec![0; 65_536]);
        let (id, body) = loop {
            let Ok(read @ 1..) = stream.read(&mut buffer).await else { return };
            bytes.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&bytes);
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && header(head, "content-length") == body.len().to_string()
            {
                break (header(head, "webhook-id").to_owned(), serde_json::from_str(body).unwrap());
            }
        };
        self.batches.lock().unwrap().push((id, body));
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut held = self.held.subscribe();
        let _ = held.wait_for(|held| !held).await;
        let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }

    fn hold(&self, hold: bool) {
        self.held.send_replace(hold);
    }

    fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    fn entries(&self) -> Vec<Value> {
        let batches = self.batches.lock().unwrap();
        batches.iter().flat_map(|(_, body)| body["data"]["entries"].as_array().unwrap().clone()).collect()
    }

    /// What the entries are of.
    fn resources(&self) -> BTreeSet<String> {
        self.entries().iter().map(|entry| entry["resource_id"].as_str().unwrap().to_owned()).collect()
    }

    /// Each leaf follows the one before, or has been there; the first that has not.
    fn check_order(&self) -> i64 {
        let mut next = 0;
        for entry in self.entries() {
            let leaf = entry["leaf_index"].as_i64().unwrap();
            assert!(leaf <= next, "{leaf} came before {next}");
            next = next.max(leaf + 1);
        }
        let mut seen = BTreeMap::new();
        for (id, body) in self.batches.lock().unwrap().iter() {
            let before = seen.entry(id.clone()).or_insert_with(|| body.clone());
            assert_eq!(&*before, body, "{id} came again as something else");
        }
        next
    }
}

fn header<'h>(head: &'h str, name: &str) -> &'h str {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.trim())
}
