//! The node dies between commit and answer: the client never hears, asks a new process with the same key, and there is
//! one effect.

use super::ground;
use crate::client::Client;
use crate::house::{self, Ground};
use crate::tenant::{id, sign_up};
use serde_json::{Value, json};
use testkit::{Backend, eventually};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Half of them die once the effect can be seen, the others as soon as the request is written.
const ROUNDS: usize = 8;

#[test]
fn unanswered_on_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn unanswered_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        run(backend);
    }
}

fn run(backend: Backend) {
    house::run(async {
        let mut ground = ground(&backend).await;
        ground.set("INSULA_JOBS__LEASE_MS", "1000");
        let node = ground.start("all");
        let owner = sign_up(&ground, &node, "ada@example.com").await;
        let item = owner.post("/inventory/items", json!({ "sku": "A", "name": "A" })).await.expect(201);
        let mut house = House { ground, node: Some(node), owner, item: id(&item) };
        for round in 0..ROUNDS {
            house.round(round).await;
        }
        house.node.take().unwrap().stop();
    });
}

struct House {
    ground: Ground,
    node: Option<crate::house::Process>,
    owner: Client,
    item: String,
}

impl House {
    async fn round(&mut self, round: usize) {
        let committed = round.is_multiple_of(2);
        let (key, reference) = (format!("crash-{round}"), format!("delivery {round}"));
        let body = json!({ "quantity": "1", "reference": reference });
        let path = format!("/inventory/items/{}/receipts", self.item);
        let node = self.node.take().unwrap();
        let client = self.owner.at(&node.url);
        // Never read from: whatever is answered, nobody hears it.
        let unheard = self.write(&node.url, &path, &key, &body).await;
        if committed {
            eventually("the effect is there", async || {
                (movements(&client, &self.item, &reference).await.len() == 1).then_some(())
            })
            .await;
        }
        node.kill();
        drop(unheard);

        let node = self.ground.start("all");
        let client = self.owner.at(&node.url);
        let told = client.try_post(&path, &body, &key).await.unwrap();
        assert_eq!(told.status, 201, "round {round}: {told:?}");
        let replayed = told.headers.contains_key("idempotency-replayed");
        assert!(replayed || !committed, "round {round}: what was committed was done again: {told:?}");
        let found = movements(&client, &self.item, &reference).await;
        assert_eq!(found.len(), 1, "round {round}: one key has {} effects: {found:?}", found.len());
        assert_eq!(found[0]["id"], told.json()["id"], "round {round}: the answer is another's");
        let stock = client.get(&format!("/inventory/items/{}", self.item)).await.expect(200);
        assert_eq!(stock["on_hand"], (round + 1).to_string(), "round {round}: {stock}");
        let again = client.try_post(&path, &body, &key).await.unwrap();
        assert_eq!((again.headers.contains_key("idempotency-replayed"), again.text), (true, told.text));
        self.node = Some(node);
    }

    async fn write(&self, url: &str, path: &str, key: &str, body: &Value) -> TcpStream {
        let address = url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.unwrap();
        let body = body.to_string();
        let token = self.owner.token().unwrap();
        let request = format!(
            "POST /api/v1{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len(),
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        stream
    }
}

async fn movements(client: &Client, item: &str, reference: &str) -> Vec<Value> {
    let found = client.get(&format!("/inventory/movements?item_id={item}&limit=100")).await.expect(200);
    let rows = found["data"].as_array().unwrap().iter();
    rows.filter(|row| row["reference"] == reference).cloned().collect()
}
