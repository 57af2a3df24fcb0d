//! The recipes of sales orders, from the draft to what comes back.

use super::{Recipes, made, missing, of, put, unique, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use serde_json::{Value, json};

const ORDERS: &str = "/inventory/sales-orders";

impl Recipes {
    pub(super) async fn selling(&self, tenant: &Furnished, operation: &Operation, status: &str) -> Call {
        match operation.id.as_str() {
            "inventory_create_sales_order" => with(operation, order(tenant)),
            "inventory_patch_sales_order" => {
                let lines = order(tenant)["lines"].clone();
                let change = json!({ "customer_name": unique("Chevalier"), "lines": lines });
                of(operation, &made(tenant, ORDERS, order(tenant)).await).with(change)
            }
            "inventory_put_sales_order" => put(tenant, operation, status, order(tenant)).await,
            "inventory_confirm_sales_order" | "inventory_cancel_sales_order" => {
                of(operation, &made(tenant, ORDERS, order(tenant)).await)
            }
            "inventory_ship_sales_order" => {
                let (id, line) = after(tenant, &["confirm"]).await;
                of(operation, &id).with(json!({ "lines": [{ "line_id": line, "quantity": "0.001" }] }))
            }
            "inventory_take_back_goods" => {
                let (id, line) = after(tenant, &["confirm", "shipments"]).await;
                let back = json!({ "line_id": line, "quantity": "0.001", "to": "stock" });
                of(operation, &id).with(json!({ "lines": [back] }))
            }
            _ => missing(operation),
        }
    }
}

/// So little that the furnished stock is enough for every walk.
fn order(tenant: &Furnished) -> Value {
    let unit_price = json!({ "amount": 1800, "currency": "USD" });
    let item = &tenant.ids["/inventory/items"];
    json!({
        "customer_name": unique("Chevalier"), "customer_reference": unique("customer"),
        "reference": unique("order"),
        "lines": [{ "item_id": item, "quantity": "0.001", "unit_price": unit_price }],
    })
}

/// An order that this was done to, and its line.
async fn after(tenant: &Furnished, steps: &[&str]) -> (String, String) {
    let id = made(tenant, ORDERS, order(tenant)).await;
    for step in steps {
        tenant.client.post(&format!("{ORDERS}/{id}/{step}"), json!({})).await.expect(200);
    }
    let made = tenant.client.get(&format!("{ORDERS}/{id}")).await.expect(200);
    (id, made["lines"][0]["id"].as_str().unwrap().to_owned())
}
