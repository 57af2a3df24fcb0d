//! A domain in another process: workflow here calls billing and inventory there, over the remote form of their contracts.

use crate::client::Client;
use crate::house::{self, Ground};
use crate::proxy::Proxy;
use crate::tenant::{id, sign_up, until};
use serde_json::{Value, json};
use testkit::{Backend, eventually};

#[test]
fn workflow_calls_billing_in_another_process() {
    let Some(backend) = Backend::postgres() else { return };
    house::run(async {
        let mut ground = Ground::new(&backend).await;
        ground.set("INSULA_OPERATORS__ADDRESS", "127.0.0.1:0");
        ground.set("INSULA_NODE__SERVE_CONTRACTS", "true");
        let there = ground.start("api");
        let (way, to_users) = (Proxy::to(&there.monitoring()).await, Proxy::to(&there.monitoring()).await);
        let to_inventory = Proxy::to(&there.monitoring()).await;
        ground.set("INSULA_NODE__SERVE_CONTRACTS", "false");
        ground.set("INSULA_DOMAINS__BILLING__REMOTE_URL", &way.url);
        ground.set("INSULA_DOMAINS__USERS__REMOTE_URL", &to_users.url);
        ground.set("INSULA_DOMAINS__INVENTORY__REMOTE_URL", &to_inventory.url);
        let here = ground.start("all");
        let owner = sign_up(&ground, &here, "ada@example.com").await;
        let definition = define(&owner, json!({ "role": "admin" })).await;
        let publish = format!("/workflow/definitions/{definition}/publish");

        // What the other process does not answer cannot have been done here.
        way.close();
        let told = owner.post(&publish, json!({})).await;
        assert!(told.headers.contains_key("retry-after"), "{told:?}");
        assert_eq!(told.problem(503), "unavailable");
        way.open();
        assert_eq!(owner.post(&publish, json!({})).await.expect(200)["status"], "published");

        let invoice = held(&owner).await;
        let tasks =
            until(&owner, "/workflow/tasks", "the task is open", |tasks| tasks["data"] != json!([])).await;
        let task = id(&tasks["data"][0]);
        let path = format!("/billing/invoices/{invoice}");

        // The decision is kept and carried out when billing answers again.
        way.close();
        owner.post(&format!("/workflow/tasks/{task}/approve"), json!({})).await.expect(200);
        eventually("a job was refused", async || {
            here.log().contains("a message will be retried").then_some(())
        })
        .await;
        assert_eq!(owner.get(&path).await.expect(200)["status"], "pending_approval");
        way.open();
        let open = until(&owner, &path, "the invoice is final", |invoice| invoice["status"] == "open").await;
        assert_eq!(open["number"], "INV-000001");
        // Who may approve is asked of users, which is another way.
        let me = owner.get("/users/me").await.expect(200)["user_id"].clone();
        let publish =
            format!("/workflow/definitions/{}/publish", define(&owner, json!({ "user_id": me })).await);
        to_users.close();
        assert_eq!(owner.post(&publish, json!({})).await.problem(503), "unavailable");
        to_users.open();
        assert_eq!(owner.post(&publish, json!({})).await.expect(200)["status"], "published");
        // And counts are held by inventory, a third way.
        let of_counts = json!({
            "name": "Off by more than 5", "trigger": "inventory.count_submit", "approver": { "role": "admin" },
            "condition": { "quantity_over": "5" },
        });
        let of_counts = id(&owner.post("/workflow/definitions", of_counts).await.expect(201));
        let publish = format!("/workflow/definitions/{of_counts}/publish");
        to_inventory.close();
        assert_eq!(owner.post(&publish, json!({})).await.problem(503), "unavailable");
        to_inventory.open();
        assert_eq!(owner.post(&publish, json!({})).await.expect(200)["status"], "published");
        only_signed_calls(&there.client(), &there.client().at(&there.monitoring()), &here.client()).await;
        here.stop();
        there.stop();
    });
}

async fn only_signed_calls(main: &Client, monitoring: &Client, other: &Client) {
    let path = "/internal/contracts/billing/release_hold";
    assert_eq!(monitoring.post(path, json!({})).await.problem(401), "unauthenticated");
    for client in [main, other] {
        assert_eq!(client.post(path, json!({})).await.problem(404), "not_found");
    }
}

async fn define(owner: &Client, approver: Value) -> String {
    let definition = json!({
        "name": "Over 1,000.00", "trigger": "billing.invoice_finalize", "approver": approver,
        "condition": { "total_over": { "amount": 100_000, "currency": "USD" } },
    });
    id(&owner.post("/workflow/definitions", definition).await.expect(201))
}

async fn held(owner: &Client) -> String {
    let customer = owner.post("/billing/customers", json!({ "name": "Babbage & Co" })).await.expect(201);
    let unit_amount = json!({ "amount": 100_001, "currency": "USD" });
    let line = json!({ "description": "Difference engine", "quantity": "1", "unit_amount": unit_amount });
    let invoice = json!({ "customer_id": id(&customer), "lines": [line] });
    let invoice = id(&owner.post("/billing/invoices", invoice).await.expect(201));
    let held: Value =
        owner.post(&format!("/billing/invoices/{invoice}/finalize"), json!({})).await.expect(202);
    assert_eq!(held["status"], "pending_approval");
    invoice
}
