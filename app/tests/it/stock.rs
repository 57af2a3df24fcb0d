//! Stock over several processes: a thousand at once for a hundred pieces, and the command that proves the books.

use crate::client::{Client, Told};
use crate::house::{self, Ground};
use crate::tenant::{id, sign_up};
use futures::StreamExt;
use futures::stream;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::{Backend, eventually};
use uuid::Uuid;

/// A node that has too much to do says so with 503, and the request is sent again with its key.
async fn until_answered(owner: &Client, body: &Value) -> Told {
    let key = Uuid::new_v4().to_string();
    eventually("a node has time for it", async || {
        let told = owner.try_post("/inventory/reservations", body, &key).await.unwrap();
        (told.status != 503).then_some(told)
    })
    .await
}

const RACING: usize = 1_000;
/// More would wait for a connection to the database until they are told to come back.
const AT_ONCE: usize = 100;
const PIECES: usize = 100;

#[test]
fn a_thousand_race_for_a_hundred_pieces_over_two_processes() {
    let Some(backend) = Backend::postgres() else { return };
    house::run(async {
        let mut ground = Ground::new(&backend).await;
        ground.set("INSULA_LIMITS__REFUSED_PER_MINUTE_PER_ADDRESS", "6000");
        let nodes = [ground.start("all"), ground.start("all")];
        let owner = sign_up(&ground, &nodes[0], "ada@example.com").await;
        let owner = owner.by_turns(nodes.each_ref().map(|node| node.url.clone()));
        let item =
            id(&owner.post("/inventory/items", json!({ "sku": "LAST", "name": "Last" })).await.expect(201));
        let receipts = format!("/inventory/items/{item}/receipts");
        owner.post(&receipts, json!({ "quantity": PIECES.to_string() })).await.expect(201);

        let body = json!({ "item_id": item, "quantity": "1" });
        let racing = stream::iter((0..RACING).map(|_| until_answered(&owner, &body)));
        let told: Vec<Told> = racing.buffer_unordered(AT_ONCE).collect().await;
        let mut outcomes: BTreeMap<u16, usize> = BTreeMap::new();
        for told in &told {
            *outcomes.entry(told.status.as_u16()).or_default() += 1;
        }
        assert_eq!(outcomes, BTreeMap::from([(201, PIECES), (409, RACING - PIECES)]));
        let refused = told.into_iter().find(|told| told.status == 409).unwrap();
        assert_eq!(refused.problem(409), "inventory.insufficient_stock");
        let stock = owner.get(&format!("/inventory/items/{item}")).await.expect(200);
        assert_eq!([&stock["reserved"], &stock["available"]], ["100", "0"]);
        nodes.into_iter().for_each(|node| node.stop());
        let told = ground.run(&["inventory", "verify"]);
        assert_eq!(told, "All balances and values are the sums they should be. Tenants looked at: 1\n");
    });
}
