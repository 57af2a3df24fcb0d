//! Kits, assemblies and what is due to be ordered.

use super::{Recipes, made, missing, new_item, of, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use reqwest::Method;
use serde_json::{Value, json};

impl Recipes {
    pub(super) async fn kits(&self, tenant: &Furnished, operation: &Operation) -> Call {
        match operation.id.as_str() {
            "inventory_put_components" => {
                let (whole, part) = (item(tenant).await, item(tenant).await);
                of(operation, &whole).with(components("kit", &part))
            }
            "inventory_reserve_kit" => {
                let part = stocked(tenant).await;
                let whole = composed(tenant, "kit", &part).await;
                of(operation, &whole).with(json!({ "quantity": "1" }))
            }
            "inventory_make_item" => {
                let part = stocked(tenant).await;
                let whole = composed(tenant, "assembly", &part).await;
                of(operation, &whole).with(assembling(&part))
            }
            "inventory_take_item_apart" => {
                let (whole, part) = (stocked(tenant).await, item(tenant).await);
                compose(tenant, &whole, "assembly", &part).await;
                of(operation, &whole).with(assembling(&part))
            }
            "inventory_order_suggested_items" => {
                let mut due = new_item();
                due["reorder_level"] = json!("5");
                let due = made(tenant, "/inventory/items", due).await;
                let supplier = &tenant.ids["/inventory/suppliers"];
                with(operation, json!({ "supplier_id": supplier, "lines": [{ "item_id": due }] }))
            }
            _ => missing(operation),
        }
    }
}

fn components(kind: &str, part: &str) -> Value {
    json!({ "kind": kind, "components": [{ "item_id": part, "quantity": "2" }] })
}

/// One of what takes two of the part.
fn assembling(part: &str) -> Value {
    json!({ "quantity": "1", "parts": [{ "item_id": part, "quantity": "1" }] })
}

async fn item(tenant: &Furnished) -> String {
    made(tenant, "/inventory/items", new_item()).await
}

async fn stocked(tenant: &Furnished) -> String {
    let item = item(tenant).await;
    let receipt = json!({ "quantity": "10" });
    tenant.client.post(&format!("/inventory/items/{item}/receipts"), receipt).await.expect(201);
    item
}

async fn composed(tenant: &Furnished, kind: &str, part: &str) -> String {
    let whole = item(tenant).await;
    compose(tenant, &whole, kind, part).await;
    whole
}

async fn compose(tenant: &Furnished, whole: &str, kind: &str, part: &str) {
    let path = format!("/inventory/items/{whole}/components");
    let put = tenant.client.request(Method::PUT, &path).header("if-match", "*").json(&components(kind, part));
    tenant.client.try_send(put).await.unwrap().expect(200);
}
