//! A tenant with at least one of everything that has an id, so that a test can try every operation on it.

use crate::client::Client;
use crate::document::Operation;
use crate::oauth;
use crate::passkeys::{device, registered};
use crate::sso;
use crate::tenant::{PASSWORD, id, invited, until};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use testkit::Authenticator;
use uuid::Uuid;

pub struct Furnished {
    pub client: Client,
    /// By collection, as `/inventory/items`; one more of a collection has a word after `#` that says which.
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
        let program = oauth::registered(&furnished.client).await;
        let grant = oauth::allowed(&furnished.client, &program).await;
        furnished.ids.insert("/users/oauth-clients", program.id);
        furnished.ids.insert("/users/me/oauth-grants", grant);
        furnished.stock().await;
        furnished.bill().await;
        furnished.approve().await;
        furnished.work().await;
        furnished.take_along().await;
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
        // Paused, since its collector is nowhere.
        let stream =
            self.create("/users/audit-streams", json!({ "url": "https://collector.invalid/" })).await;
        self.client.post(&format!("/users/audit-streams/{stream}/pause"), json!({})).await.expect(200);
        let own = format!("{}.example", Uuid::new_v4().simple());
        self.ids.insert("/users/domains", sso::own_domain(&self.client, &own).await);
        self.create("/users/oidc-connections", sso::connecting(&sso::PROVIDER.issuer)).await;
        let sessions = self.client.get("/users/sessions").await.expect(200);
        self.ids.insert("/users/sessions", id(&sessions["data"][0]));
    }

    async fn stock(&mut self) {
        // First, so that the first movement is of a lot: rows of a list are made like the first.
        self.place().await;
        let item =
            json!({ "sku": "CHAI", "name": "Chai", "unit_cost": { "amount": 1800, "currency": "USD" } });
        let item = self.create("/inventory/items", item).await;
        let receipt = json!({ "quantity": "10" });
        let receipt =
            self.client.post(&format!("/inventory/items/{item}/receipts"), receipt).await.expect(201);
        self.ids.insert("/inventory/movements", id(&receipt));
        let freight = json!({
            "amount": { "amount": 500, "currency": "USD" }, "basis": "value", "reference": "freight 1",
            "lines": [{ "movement_id": id(&receipt) }],
        });
        self.create("/inventory/landed-costs", freight).await;
        self.create("/inventory/reservations", json!({ "item_id": item, "quantity": "1" })).await;
        let barcode = json!({ "code": "6291041500213", "unit": "DZN" });
        let barcode =
            self.client.post(&format!("/inventory/items/{item}/barcodes"), barcode).await.expect(201);
        self.ids.insert("/inventory/barcodes", id(&barcode));
        self.sort().await;
        let line = json!({ "item_id": item, "quantity": "1" });
        let mut order = json!({ "customer_name": "Chevalier", "reference": "SO-1", "lines": [line] });
        order["external_id"] = json!("shop-1");
        self.create("/inventory/sales-orders", order).await;
        self.move_and_count(&item).await;
        let supplier = json!({ "code": "EXOTIC", "name": "Exotic Liquids", "external_id": "erp-1" });
        let supplier = self.create("/inventory/suppliers", supplier).await;
        let unit_cost = json!({ "amount": 1000, "currency": "USD" });
        let line = json!({ "item_id": item, "quantity": "12", "unit_cost": unit_cost });
        let mut order = json!({ "supplier_id": supplier, "reference": "PO-1", "lines": [line] });
        order["external_id"] = json!("erp-1");
        self.create("/inventory/purchase-orders", order).await;
        self.assemble(&item).await;
        self.create("/users/api-keys", json!({ "name": "nightly" })).await;
    }

    /// Between the main warehouse and another, of which a count is open.
    async fn move_and_count(&mut self, item: &str) {
        if !self.ids.contains_key("/inventory/warehouses") {
            self.create("/inventory/warehouses", json!({ "code": "NORTH", "name": "North" })).await;
        }
        let warehouse = json!({ "warehouse_id": self.ids["/inventory/warehouses"] });
        if !self.ids.contains_key("/inventory/locations") {
            let mut shelf = warehouse.clone();
            shelf["code"] = json!("A-01");
            shelf["name"] = json!("Shelf 1");
            self.create("/inventory/locations", shelf).await;
        }
        for (from, to) in [(json!({}), warehouse.clone()), (warehouse.clone(), json!({}))] {
            let lines = json!([{ "item_id": item, "quantity": "1" }]);
            self.create("/inventory/transfers", json!({ "from": from, "to": to, "lines": lines })).await;
        }
        let mut count = warehouse;
        count["items"] = json!([{ "item_id": item }]);
        count["reason"] = json!("Once a year");
        self.create("/inventory/counts", count).await;
    }

    /// One more of the item, made of something else.
    async fn assemble(&mut self, item: &str) {
        let leaf = json!({ "sku": "LEAF", "name": "Leaf" });
        let leaf = id(&self.client.post("/inventory/items", leaf).await.expect(201));
        let receipt = json!({ "quantity": "10" });
        self.client.post(&format!("/inventory/items/{leaf}/receipts"), receipt).await.expect(201);
        let parts = json!({ "kind": "assembly", "components": [{ "item_id": leaf, "quantity": "2" }] });
        let path = format!("/inventory/items/{item}/components");
        let put = self.client.request(Method::PUT, &path).header("if-match", "*").json(&parts);
        self.client.try_send(put).await.unwrap().expect(200);
        let path = format!("/inventory/items/{item}/assemblies");
        let made = self.client.post(&path, json!({ "quantity": "1" })).await.expect(201);
        self.ids.insert("/inventory/assemblies", id(&made));
    }

    /// A warehouse with a location of its own, and an item of which there is a lot.
    async fn place(&mut self) {
        let north = json!({ "code": "NORTH", "name": "Northern warehouse" });
        let north = self.create("/inventory/warehouses", north).await;
        let aisle = json!({ "warehouse_id": north, "code": "A", "name": "Aisle" });
        let aisle = self.create("/inventory/locations", aisle).await;
        let milk = json!({ "sku": "MILK", "name": "Milk", "tracking": "lot" });
        let milk = id(&self.client.post("/inventory/items", milk).await.expect(201));
        self.ids.insert("/inventory/items#lots", milk.clone());
        let lot = json!({ "code": "L-1", "expires_on": "2099-12-31" });
        let receipt = json!({ "quantity": "4", "location_id": aisle, "lot": lot });
        let receipt =
            self.client.post(&format!("/inventory/items/{milk}/receipts"), receipt).await.expect(201);
        self.ids.insert("/inventory/lots", receipt["lot_id"].as_str().unwrap_or_default().to_owned());
    }

    /// A category below another, and a family with a variant.
    async fn sort(&mut self) {
        let above = self.create("/inventory/categories", json!({ "name": "Drinks" })).await;
        let below = json!({ "name": "Infusions", "parent_id": above });
        self.client.post("/inventory/categories", below).await.expect(201);
        let size = json!({ "name": "Size", "values": ["10", "20"] });
        let family = json!({ "name": "Chai", "options": [size] });
        let family = self.create("/inventory/families", family).await;
        let variants = format!("/inventory/families/{family}/variants");
        let of_ten = json!({ "sku": "BOX", "options": { "Size": ["10"] } });
        self.client.post(&variants, of_ten).await.expect(200);
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

    async fn take_along(&mut self) {
        for collection in ["/users/tenant-exports", "/users/me/exports"] {
            let export = self.create(collection, json!({})).await;
            let path = format!("{collection}/{export}");
            until(&self.client, &path, "an export", |export| export["status"] == "ready").await;
        }
        let export = self.create("/users/audit-exports", json!({})).await;
        let path = format!("/users/audit-exports/{export}");
        until(&self.client, &path, "the log's export", |export| export["state"] == "done").await;
        let entries = self.client.get("/users/audit-entries").await.expect(200);
        self.ids.insert("/users/audit-entries", id(&entries["data"][0]));
    }

    async fn work(&mut self) {
        let report = json!({ "report": "inventory.stock_valuation", "parameters": {} });
        let report = self.create("/reports/runs", report).await;
        until(&self.client, &format!("/reports/runs/{report}"), "a report", |run| run["status"] == "ready")
            .await;
        let csv = "sku,name,on_hand\nCHANG,Chang,7\n";
        let upload = self.client.upload("/imports/uploads", "text/csv", csv).await.expect(201);
        self.ids.insert("/imports/uploads", id(&upload));
        let mapping = ["sku", "name", "on_hand"].map(|name| (name.to_owned(), json!({ "column": name })));
        let mapping = Value::Object(mapping.into_iter().collect());
        let kept = json!({ "name": "Weekly", "target": "inventory.items", "mapping": mapping });
        self.create("/imports/mappings", kept).await;
        let run = json!({
            "upload_id": id(&upload), "target": "inventory.items", "mode": "apply", "mapping": mapping,
        });
        let run = self.create("/imports/runs", run).await;
        until(&self.client, &format!("/imports/runs/{run}"), "an import", |run| run["status"] == "done")
            .await;
        let export = self.create("/imports/exports", json!({ "target": "inventory.items" })).await;
        let path = format!("/imports/exports/{export}");
        until(&self.client, &path, "an export of items", |export| export["status"] == "done").await;
        self.sell().await;
    }

    /// What another system sold, which comes by an import alone.
    async fn sell(&mut self) {
        let csv = "document,sku,quantity,sold_at\n536365,CHAI,6,2010-12-01 08:26:00\n";
        let upload = self.client.upload("/imports/uploads", "text/csv", csv).await.expect(201);
        let mapping = ["document", "sku", "quantity", "sold_at"];
        let mapping = mapping.map(|name| (name.to_owned(), json!({ "column": name })));
        let mapping = Value::Object(mapping.into_iter().collect());
        let run = json!({
            "upload_id": id(&upload), "target": "inventory.sales", "mode": "apply", "mapping": mapping,
        });
        let run = id(&self.client.post("/imports/runs", run).await.expect(202));
        until(&self.client, &format!("/imports/runs/{run}"), "sales", |run| run["status"] == "done").await;
        let sales = self.client.get("/inventory/sales").await.expect(200);
        self.ids.insert("/inventory/sales", id(&sales["data"][0]));
    }
}
