//! Resources that are not the caller's or not as the caller saw them, and keys that were used.

use super::{Door, alike, run_of};
use crate::tenant::id;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

impl Door {
    /// An id of the neighbour answers byte for byte as one that nobody has.
    pub(super) async fn ids(&self) {
        let mut tried = 0;
        for operation in self.operations.iter().filter(|operation| operation.path.contains("{id}")) {
            let collection = operation.collection();
            let theirs = self.neighbour.ids.get(collection).unwrap_or_else(|| panic!("furnish {collection}"));
            let ask = |id: &str| {
                let request = self.request(operation.method.clone(), &operation.path.replace("{id}", id));
                let request = request.header("if-match", "*");
                if operation.told["requestBody"].is_null() {
                    request
                } else {
                    request.json(&body_of(&operation.id))
                }
            };
            let code = operation_not_found(collection);
            let unknown = self.refused(&operation.id, ask(&Uuid::new_v4().to_string()), 404, code).await;
            let theirs = self.refused(&operation.id, ask(theirs), 404, code).await;
            assert_eq!(alike(&theirs), alike(&unknown), "{} tells that it exists", operation.id);
            tried += 1;
        }
        assert!(tried > 20, "only {tried} operations have an id");
        let named = [
            (
                "/inventory/reservations",
                json!({ "item_id": self.neighbour.ids["/inventory/items"], "quantity": "1" }),
            ),
            (
                "/billing/invoices",
                json!({ "customer_id": self.neighbour.ids["/billing/customers"], "lines": [] }),
            ),
            ("/imports/runs", run_of(&self.neighbour.ids["/imports/uploads"])),
        ];
        for (path, body) in named {
            let mut nobodys = body.clone();
            for field in ["item_id", "customer_id", "upload_id"] {
                if nobodys[field].is_string() {
                    nobodys[field] = json!(Uuid::new_v4());
                }
            }
            let theirs = self.guest.try_send(self.post(path, &body)).await.unwrap();
            let nobodys = self.guest.try_send(self.post(path, &nobodys)).await.unwrap();
            assert!(theirs.status.is_client_error(), "{path}: {theirs:?}");
            assert_eq!(alike(&theirs), alike(&nobodys), "{path} tells that it exists");
        }
    }

    pub(super) async fn preconditions(&self) {
        for operation in self.operations.iter().filter(|operation| operation.requires("If-Match")) {
            let path = match self.owner.ids.get(operation.collection()) {
                Some(id) => operation.path.replace("{id}", id),
                None => operation.path.clone(),
            };
            let ask = || self.request(operation.method.clone(), &path).json(&json!({}));
            self.refused(&path, ask(), 428, "precondition_required").await;
            for tag in ["\"987654\"", "\"abc\"", "W/\"1\""] {
                self.refused(
                    &format!("{path} {tag}"),
                    ask().header("if-match", tag),
                    412,
                    "version_mismatch",
                )
                .await;
            }
            self.refused(&path, ask().header("if-match", "1"), 400, "malformed").await;
        }
    }

    pub(super) async fn keys(&self) {
        for operation in self.operations.iter().filter(|operation| operation.requires("Idempotency-Key")) {
            let path = match self.owner.ids.get(operation.collection()) {
                Some(id) => operation.path.replace("{id}", id),
                None => operation.path.clone(),
            };
            let ask =
                self.owner.client.request(operation.method.clone(), &path).json(&body_of(&operation.id));
            self.refused(&path, ask, 400, "idempotency_key_required").await;
        }
        let item = json!({ "sku": "A", "name": "A" });
        let with_key = |key: &str, path: &str, body: &Value| {
            self.owner.client.request(Method::POST, path).header("idempotency-key", key).json(body)
        };
        for key in ["", "\"\"", "two words", &"k".repeat(256)] {
            let request = with_key(key, "/inventory/items", &item);
            self.refused(&format!("the key {key:?}"), request, 400, "idempotency_key_malformed").await;
        }
        // The only effect of this test so far, and it is taken back; only its ledger of keys remembers.
        let made =
            self.guest.try_send(with_key("once", "/inventory/items", &item)).await.unwrap().expect(201);
        let path = format!("/inventory/items/{}", id(&made));
        self.guest.try_send(self.request(Method::DELETE, &path)).await.unwrap().expect(204);
        let other = json!({ "sku": "B", "name": "B" });
        for (path, body) in [("/inventory/items", &other), ("/inventory/reservations", &item)] {
            self.refused("a reused key", with_key("once", path, body), 422, "idempotency_key_reused").await;
        }
        let replayed = self.guest.try_send(with_key("once", "/inventory/items", &item)).await.unwrap();
        assert_eq!(replayed.headers["idempotency-replayed"], "true");
        assert_eq!(replayed.expect(201), made);
    }
}

/// A body that is right, so that only what is tried is wrong.
fn body_of(operation: &str) -> Value {
    match operation {
        "inventory_receive_stock" => json!({ "quantity": "1" }),
        "inventory_create_reservation" => json!({ "item_id": Uuid::nil(), "quantity": "1" }),
        "billing_create_price" => {
            json!({ "unit_amount": { "amount": 1, "currency": "USD" }, "interval": "month" })
        }
        _ => json!({}),
    }
}

fn operation_not_found(collection: &str) -> &'static str {
    match collection {
        "/billing/customers" => "billing.customer_not_found",
        "/billing/invoices" => "billing.invoice_not_found",
        "/billing/prices" => "billing.price_not_found",
        "/billing/products" => "billing.product_not_found",
        "/billing/subscriptions" => "billing.subscription_not_found",
        "/imports/runs" => "imports.run_not_found",
        "/imports/uploads" => "imports.upload_not_found",
        "/inventory/items" => "inventory.item_not_found",
        "/inventory/movements" => "inventory.movement_not_found",
        "/inventory/reservations" => "inventory.reservation_not_found",
        "/notifications/emails" => "notifications.email_not_found",
        "/reports/runs" => "reports.run_not_found",
        "/users/api-keys" => "users.api_key_not_found",
        "/workflow/definitions" => "workflow.definition_not_found",
        "/workflow/tasks" => "workflow.task_not_found",
        other => panic!("what does {other} say of an unknown id?"),
    }
}
