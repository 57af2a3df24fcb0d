//! The recipes of transfers and counts.

use super::{Recipes, made, missing, new_item, of, unique, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use serde_json::{Value, json};

pub const OPERATIONS: [&str; 9] = [
    "inventory_create_transfer",
    "inventory_ship_transfer",
    "inventory_receive_transfer",
    "inventory_lose_transfer",
    "inventory_cancel_transfer",
    "inventory_create_count",
    "inventory_record_count_entries",
    "inventory_submit_count",
    "inventory_cancel_count",
];

impl Recipes {
    pub(super) async fn counting(&self, tenant: &Furnished, operation: &Operation) -> Call {
        let some = json!([{ "line": 1, "quantity": "0.01" }]);
        match operation.id.as_str() {
            "inventory_create_transfer" => with(operation, transfer(tenant)),
            "inventory_ship_transfer" | "inventory_cancel_transfer" => {
                of(operation, &requested(tenant).await)
            }
            "inventory_receive_transfer" => {
                of(operation, &shipped(tenant).await).with(json!({ "lines": some }))
            }
            "inventory_lose_transfer" => {
                of(operation, &shipped(tenant).await).with(json!({ "lines": some, "reason": "Broken" }))
            }
            "inventory_create_count" => with(operation, count(tenant)),
            // Into the one that is listed.
            "inventory_record_count_entries" => {
                let entries = entries(tenant).await;
                of(operation, &tenant.ids["/inventory/counts"]).with(entries)
            }
            "inventory_submit_count" => {
                let count = made(tenant, "/inventory/counts", count(tenant)).await;
                let path = format!("/inventory/counts/{count}/entries");
                tenant.client.post(&path, entries(tenant).await).await.expect(200);
                of(operation, &count)
            }
            "inventory_cancel_count" => {
                of(operation, &made(tenant, "/inventory/counts", count(tenant)).await)
            }
            _ => missing(operation),
        }
    }
}

/// From the main warehouse to the other.
fn transfer(tenant: &Furnished) -> Value {
    let line = json!({ "item_id": tenant.ids["/inventory/items"], "quantity": "0.01" });
    let to = json!({ "warehouse_id": tenant.ids["/inventory/warehouses"] });
    json!({ "from": {}, "to": to, "lines": [line], "reference": unique("van") })
}

async fn requested(tenant: &Furnished) -> String {
    let receipts = format!("/inventory/items/{}/receipts", tenant.ids["/inventory/items"]);
    tenant.client.post(&receipts, json!({ "quantity": "0.01" })).await.expect(201);
    made(tenant, "/inventory/transfers", transfer(tenant)).await
}

async fn shipped(tenant: &Furnished) -> String {
    let transfer = requested(tenant).await;
    tenant.client.post(&format!("/inventory/transfers/{transfer}/ship"), json!({})).await.expect(200);
    transfer
}

fn count(tenant: &Furnished) -> Value {
    let items = json!([{ "item_id": tenant.ids["/inventory/items"] }]);
    let warehouse = &tenant.ids["/inventory/warehouses"];
    let reference = unique("count");
    json!({ "warehouse_id": warehouse, "items": items, "reason": "Once a year", "reference": reference })
}

/// Of an item that no other entry is of.
async fn entries(tenant: &Furnished) -> Value {
    let item = made(tenant, "/inventory/items", new_item()).await;
    json!({ "entries": [{ "item_id": item, "quantity": "3" }] })
}
