//! A tenant with at least one of everything that has an id, so that a test can try every operation on it.

use crate::client::Client;
use crate::document::Operation;
use crate::passkeys::{device, registered};
use crate::tenant::{PASSWORD, id, invited, until};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use testkit::Authenticator;

pub struct Furnished {
    pub client: Client,
    /// By collection, as `/inventory/items`.
    pub ids: BTreeMap<&'static str, String>,
    /// With the passkey of the client's person.
    pub device: Authenticator,
}

impl Furnished {
    pub async fn new(client: Client, mail: &Path) -> Self {
        let mut furnished = Self { client, ids: BTreeMap::new(), device: device() };
        let me = furnished.client.get("/users/me").await.expect(200);
        furnished.ids.insert("/users/people", me["user_id"].as_str().unwrap().to_owned());
        furnished.ids.insert("/users/members", me["member_id"].as_str().unwrap().to_owned());
        furnished.ids.insert("/users/tenant", me["tenant_id"].as_str().unwrap().to_owned());
        furnished.employ(mail).await;
        let proof = json!({ "current_password": PASSWORD });
        let passkey = registered(&furnished.client, proof, &mut furnished.device).await;
        furnished.ids.insert("/users/me/passkeys", passkey);
        furnished.stock().await;
        furnished.bill().await;
        furnished.approve().await;
        furnished.work().await;
        let mails = until(&furnished.client, "/notifications/emails", "the mail is out", |mails| {
            let mut mails = mails["data"].as_array().unwrap().iter();
            mails.len() > 0 && mails.all(|mail| mail["status"] == "sent")
        });
        let mail = id(&mails.await["data"][0]);
        furnished.ids.insert("/notifications/emails", mail);
        furnished
    }

    /// All that the lists below this path show; what only says when it was read is left out.
    pub async fn state(&self, operations: &[Operation], below: &str) -> BTreeMap<String, Value> {
        let mut state = BTreeMap::new();
        for list in operations.iter().filter(|operation| operation.is_plain_list()) {
            // It is written a moment after what it tells of.
            if list.path.ends_with("/audit-entries") || !list.path.starts_with(below) {
                continue;
            }
            let mut listed = self.client.get(&format!("{}?limit=100", list.path)).await.expect(200);
            for resource in listed["data"].as_array_mut().unwrap() {
                resource.as_object_mut().unwrap().remove("last_used_at");
            }
            state.insert(list.path.clone(), listed);
        }
        state
    }

    async fn create(&mut self, collection: &'static str, body: Value) -> String {
        let answer = self.client.post(collection, body).await;
        assert!(answer.status.is_success(), "{collection}: {answer:?}");
        let made = id(&answer.json());
        self.ids.insert(collection, made.clone());
        made
    }

    /// Somebody else, who has a role of the tenant's own, reports to the owner and is in a team below another.
    async fn employ(&mut self, mail: &Path) {
        let names = ["users.members.read", "inventory.items.read"];
        let role = self.create("/users/roles", json!({ "name": "Clerk", "permissions": names })).await;
        let grace = invited(&self.client, mail, json!({ "role_id": role }), PASSWORD).await;
        let report = json!({ "manager_id": self.ids["/users/members"] });
        let path = format!("/users/members/{}", grace.member);
        let report = self.client.request(Method::PATCH, &path).header("if-match", "*").json(&report);
        self.client.try_send(report).await.unwrap().expect(200);
        let above = self.create("/users/teams", json!({ "name": "All shifts", "role": "viewer" })).await;
        let below = json!({ "name": "Night shift", "parent_id": above });
        let below = id(&self.client.post("/users/teams", below).await.expect(201));
        for team in [&above, &below] {
            let member = json!({ "member_id": grace.member });
            self.client.post(&format!("/users/teams/{team}/members"), member).await.expect(201);
        }
        self.create("/users/invitations", json!({ "email": "somebody@example.com" })).await;
        let grant = json!({ "role": "viewer", "reason": "A wrong total", "minutes": 10_080 });
        self.create("/users/support-grants", grant).await;
        let sessions = self.client.get("/users/sessions").await.expect(200);
        self.ids.insert("/users/sessions", id(&sessions["data"][0]));
    }

    async fn stock(&mut self) {
        let item =
            json!({ "sku": "CHAI", "name": "Chai", "unit_cost": { "amount": 1800, "currency": "USD" } });
        let item = self.create("/inventory/items", item).await;
        let receipt = json!({ "quantity": "10" });
        let receipt =
            self.client.post(&format!("/inventory/items/{item}/receipts"), receipt).await.expect(201);
        self.ids.insert("/inventory/movements", id(&receipt));
        self.create("/inventory/reservations", json!({ "item_id": item, "quantity": "1" })).await;
        self.create("/users/api-keys", json!({ "name": "nightly" })).await;
    }

    async fn bill(&mut self) {
        let customer = self.create("/billing/customers", json!({ "name": "Babbage & Co" })).await;
        let product = self.create("/billing/products", json!({ "name": "Engine time" })).await;
        let price = json!({ "unit_amount": { "amount": 9900, "currency": "USD" }, "interval": "month" });
        let price = self.client.post(&format!("/billing/products/{product}/prices"), price).await.expect(201);
        let price = id(&price);
        let subscription = json!({ "customer_id": customer, "price_id": price });
        self.ids.insert("/billing/prices", price);
        self.create("/billing/subscriptions", subscription).await;
    }

    /// A task that waits, and then a draft.
    async fn approve(&mut self) {
        let definition = json!({
            "name": "Over 1,000.00", "trigger": "billing.invoice_finalize", "approver": { "role": "admin" },
            "condition": { "total_over": { "amount": 100_000, "currency": "USD" } },
        });
        let definition = self.create("/workflow/definitions", definition).await;
        self.client.post(&format!("/workflow/definitions/{definition}/publish"), json!({})).await.expect(200);
        let held = self.invoice(100_001).await;
        self.client.post(&format!("/billing/invoices/{held}/finalize"), json!({})).await.expect(202);
        let tasks =
            until(&self.client, "/workflow/tasks", "a task", |tasks| tasks["data"] != json!([])).await;
        self.ids.insert("/workflow/tasks", id(&tasks["data"][0]));
        self.invoice(100).await;
    }

    async fn invoice(&mut self, amount: i64) -> String {
        let unit_amount = json!({ "amount": amount, "currency": "USD" });
        let line = json!({ "description": "Difference engine", "quantity": "1", "unit_amount": unit_amount });
        let invoice = json!({ "customer_id": self.ids["/billing/customers"], "lines": [line] });
        self.create("/billing/invoices", invoice).await
    }

    async fn work(&mut self) {
        let report = json!({ "report": "inventory.stock_valuation", "parameters": {} });
        let report = self.create("/reports/runs", report).await;
        until(&self.client, &format!("/reports/runs/{report}"), "a report", |run| run["status"] == "ready")
            .await;
        let csv = "sku,name\nCHANG,Chang\n";
        let upload = self.client.upload("/imports/uploads", "text/csv", csv).await.expect(201);
        self.ids.insert("/imports/uploads", id(&upload));
        let mapping = json!({ "sku": { "column": "sku" }, "name": { "column": "name" } });
        let run = json!({
            "upload_id": id(&upload), "target": "inventory.items", "mode": "apply", "mapping": mapping,
        });
        let run = self.create("/imports/runs", run).await;
        until(&self.client, &format!("/imports/runs/{run}"), "an import", |run| run["status"] == "done")
            .await;
    }
}
