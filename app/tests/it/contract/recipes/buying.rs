//! Suppliers and purchase orders.

use super::{Recipes, deleted, made, missing, of, put, unique, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use serde_json::{Value, json};

const SUPPLIERS: &str = "/inventory/suppliers";
const ORDERS: &str = "/inventory/purchase-orders";

pub fn has(operation: &Operation) -> bool {
    [SUPPLIERS, ORDERS].iter().any(|collection| operation.collection().starts_with(collection))
}

impl Recipes {
    pub(super) async fn buying(&self, tenant: &Furnished, operation: &Operation, status: &str) -> Call {
        match operation.id.as_str() {
            "inventory_create_supplier" => with(operation, supplier()),
            "inventory_patch_supplier" => {
                let supplier = made(tenant, SUPPLIERS, supplier()).await;
                of(operation, &supplier)
                    .with(json!({ "name": unique("Exotic"), "metadata": { "terms": "30" } }))
            }
            "inventory_put_supplier" => put(tenant, operation, status, supplier()).await,
            "inventory_delete_supplier" => of(operation, &made(tenant, SUPPLIERS, supplier()).await),
            "inventory_restore_supplier" => of(operation, &deleted(tenant, SUPPLIERS, supplier()).await),
            "inventory_create_purchase_order" => with(operation, order(tenant)),
            "inventory_patch_purchase_order" => {
                let draft = made(tenant, ORDERS, order(tenant)).await;
                of(operation, &draft).with(order(tenant))
            }
            "inventory_put_purchase_order" => put(tenant, operation, status, order(tenant)).await,
            "inventory_order_purchase_order" | "inventory_cancel_purchase_order" => {
                of(operation, &made(tenant, ORDERS, order(tenant)).await)
            }
            "inventory_close_purchase_order" => of(operation, &placed(tenant).await).with(json!({})),
            "inventory_receive_purchase_order" => of(operation, &placed(tenant).await).with(some()),
            "inventory_return_purchase_order" => {
                let order = placed(tenant).await;
                tenant.client.post(&format!("{ORDERS}/{order}/receipts"), some()).await.expect(200);
                of(operation, &order).with(some())
            }
            "inventory_reverse_purchase_receipt" => {
                let order = placed(tenant).await;
                tenant.client.post(&format!("{ORDERS}/{order}/receipts"), some()).await.expect(200);
                let receipts = format!("/inventory/movements?document_id={order}");
                let receipts = tenant.client.get(&receipts).await.json();
                let line = json!({ "line": 1, "movement_id": receipts["data"][0]["id"] });
                of(operation, &order).with(json!({ "reason": "typed twice", "lines": [line] }))
            }
            _ => missing(operation),
        }
    }
}

/// The id of one that is on order.
async fn placed(tenant: &Furnished) -> String {
    let order = made(tenant, ORDERS, order(tenant)).await;
    tenant.client.post(&format!("{ORDERS}/{order}/order"), json!({})).await.expect(200);
    order
}

fn supplier() -> Value {
    json!({ "code": unique("S"), "name": "Exotic Liquids" })
}

fn order(tenant: &Furnished) -> Value {
    let unit_cost = json!({ "amount": 1000, "currency": "USD" });
    let line = json!({ "item_id": tenant.ids["/inventory/items"], "quantity": "2", "unit_cost": unit_cost });
    json!({ "supplier_id": tenant.ids[SUPPLIERS], "reference": unique("PO"), "lines": [line] })
}

fn some() -> Value {
    json!({ "lines": [{ "line": 1, "quantity": "1" }] })
}
