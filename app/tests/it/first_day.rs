//! A tenant's first day, through the whole house: everything over HTTP, on SQLite and on PostgreSQL with Redis, with
//! the safety sweep set to an hour, so that whatever would need a poll does not happen.

use crate::client::Client;
use crate::house::{self, Ground, Process, mail_to};
use crate::tenant::{id, sign_up, until};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testkit::{Backend, eventually};

/// As a shop keeps it: real columns, names with quotes and letters beyond ASCII, and three rows that are wrong.
const ITEMS_CSV: &str = "\
product_id,name,category,quantity_per_unit,unit_price,units_in_stock,reorder_level
1,Chai,Beverages,10 boxes x 30 bags,18,39,10
2,Chang,Beverages,24 - 12 oz bottles,19,17,25
6,\"Grandma's \"\"Boysenberry\"\" Spread\",Condiments,12 - 8 oz jars,25,120,25
27,Schoggi Schokolade,Confections,100 - 100 g pieces,43.9,49,30
28,Rössle Sauerkraut,Produce,25 - 825 g cans,45.6,26,0
29,Thüringer Rostbratwurst,Meat/Poultry,50 bags x 30 sausgs.,cheap,0,0
30,,Seafood,10 - 200 g glasses,25.89,10,15
31,Gorgonzola Telino,Dairy Products,12 - 100 g pkgs,12.5,-4,20
";

#[test]
fn a_first_day_on_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn a_first_day_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        run(backend);
    }
}

fn run(backend: Backend) {
    house::run(async {
        let mut ground = Ground::new(&backend).await;
        ground.set("INSULA_JOBS__SWEEP_INTERVAL_MS", "3600000");
        let node = ground.start("all");
        whole_day(&ground, &node).await;
        node.stop();
    });
}

async fn whole_day(ground: &Ground, node: &Process) {
    let owner = signing_up(ground, node).await;
    let neighbour = sign_up(ground, node, "eve@neighbour.example").await;
    let key = api_key(&owner).await;
    importing(&key).await;
    stock(&key, &neighbour).await;
    let customer = billing(&key).await;
    approval(&owner, &customer).await;
    counting(&owner).await;
    reports(ground, &owner).await;
    neighbour_sees_nothing(&owner, &neighbour).await;
    audited(&owner).await;
}

async fn signing_up(ground: &Ground, node: &Process) -> Client {
    let owner = sign_up(ground, node, "ada@example.com").await;
    let known = json!({
        "email": "ADA@example.com", "password": "another good password", "display_name": "Mallory",
        "organization_name": "Mallory's",
    });
    let unknown = json!({
        "email": "new@example.com", "password": "another good password", "display_name": "New",
        "organization_name": "New",
    });
    let guest = node.client();
    let (known, unknown) =
        (guest.post("/users/sign-up", known).await, guest.post("/users/sign-up", unknown).await);
    assert_eq!(
        (known.status.as_u16(), &known.text),
        (202, &unknown.text),
        "a sign-up tells who has an account"
    );
    let me = owner.get("/users/me").await.expect(200);
    assert_eq!((&me["email"], &me["role"]), (&json!("ada@example.com"), &json!("owner")));
    owner
}

async fn api_key(owner: &Client) -> Client {
    let made = owner.post("/users/api-keys", json!({ "name": "first day" })).await.expect(201);
    let key = owner.with_token(made["secret"].as_str().unwrap());
    assert_eq!(key.get("/users/me").await.expect(200)["role"], "owner");
    let shown = owner.get(&format!("/users/api-keys/{}", id(&made))).await.expect(200);
    assert!(shown.get("secret").is_none(), "a secret is shown once: {shown}");
    key
}

async fn importing(key: &Client) {
    let upload = key.upload("/imports/uploads?file_name=items.csv", "text/csv", ITEMS_CSV).await.expect(201);
    assert_eq!(upload["columns"].as_array().unwrap().len(), 7, "{upload}");
    let run = |mode: &str| {
        json!({
            "upload_id": id(&upload),
            "target": "inventory.items",
            "mode": mode,
            "mapping": {
                "sku": { "column": "product_id" }, "name": { "column": "name" }, "category": { "column": "category" },
                "unit_cost": { "column": "unit_price" }, "currency": { "value": "USD" },
                "on_hand": { "column": "units_in_stock" }, "reorder_level": { "column": "reorder_level" },
            },
        })
    };
    for (mode, items) in [("dry_run", 0), ("apply", 5), ("apply", 5)] {
        let started = key.post("/imports/runs", run(mode)).await.expect(202);
        let path = format!("/imports/runs/{}", id(&started));
        let done = until(key, &path, "the import ends", |run| run["status"] == "done").await;
        assert_eq!((&done["rows_done"], &done["rows_refused"]), (&json!(8), &json!(3)), "{done}");
        let refused = key.get(&format!("{path}/rows?outcome=refused")).await.expect(200);
        let faults: Vec<_> = refused["data"].as_array().unwrap().iter().map(fault).collect();
        let expected = [(7, "unit_price", "cheap"), (8, "name", ""), (9, "units_in_stock", "-4")]
            .map(|(line, column, value)| (line, column.to_owned(), value.to_owned()));
        assert_eq!(faults, expected, "{refused}");
        let listed = key.get("/inventory/items").await.expect(200);
        assert_eq!(listed["data"].as_array().unwrap().len(), items, "after {mode}: {listed}");
    }
}

fn fault(row: &Value) -> (u64, String, String) {
    let fault = &row["faults"][0];
    assert!(fault["rule"].as_str().is_some_and(|rule| !rule.is_empty()), "{row}");
    let text = |name: &str| fault[name].as_str().unwrap_or_default().to_owned();
    (row["line"].as_u64().unwrap(), text("column"), text("value"))
}

async fn item(key: &Client, sku: &str) -> Value {
    let found = key.get(&format!("/inventory/items?sku={sku}")).await.expect(200);
    found["data"][0].clone()
}

async fn stock(key: &Client, neighbour: &Client) {
    let chai = item(key, "1").await;
    assert_eq!(
        (&chai["on_hand"], &chai["unit_cost"]),
        (&json!("39"), &json!({ "amount": 1800, "currency": "USD" }))
    );
    let receipts = format!("/inventory/items/{}/receipts", id(&chai));
    let happened = "2026-01-05T08:00:00Z";
    let receipt =
        key.post(&receipts, json!({ "quantity": "2.5", "happened_at": happened })).await.expect(201);
    assert_eq!((&receipt["happened_at"], &receipt["sequence"]), (&json!(happened), &json!(2)), "{receipt}");
    assert_eq!(item(key, "1").await["on_hand"], "41.5");
    assert_eq!(
        neighbour.post(&receipts, json!({ "quantity": "1" })).await.problem(404),
        "inventory.item_not_found"
    );

    // Two want the last of it.
    let all = json!({ "item_id": id(&chai), "quantity": "41.5" });
    let (one, other) = tokio::join!(
        key.post("/inventory/reservations", all.clone()),
        key.post("/inventory/reservations", all)
    );
    let (won, lost) = if one.status == 201 { (one, other) } else { (other, one) };
    let reservation = won.expect(201);
    assert_eq!(lost.problem(409), "inventory.insufficient_stock");
    let after = item(key, "1").await;
    assert_eq!((&after["reserved"], &after["available"]), (&json!("41.5"), &json!("0")));
    key.post(&format!("/inventory/reservations/{}/ship", id(&reservation)), json!({})).await.expect(200);
    let after = item(key, "1").await;
    assert_eq!((&after["on_hand"], &after["reserved"]), (&json!("0"), &json!("0")));
    let movements = key.get(&format!("/inventory/movements?item_id={}", id(&chai))).await.expect(200);
    let quantities: Vec<_> =
        movements["data"].as_array().unwrap().iter().map(|movement| movement["quantity"].clone()).collect();
    assert_eq!(quantities, ["-41.5", "2.5", "39"], "the ledger is append-only, newest first");
}

/// A customer whose subscription was invoiced once.
async fn billing(key: &Client) -> String {
    let customer = key.post("/billing/customers", json!({ "name": "Babbage & Co" })).await.expect(201);
    let product = key.post("/billing/products", json!({ "name": "Engine time" })).await.expect(201);
    let price = json!({ "unit_amount": { "amount": 9900, "currency": "USD" }, "interval": "month" });
    let price = key.post(&format!("/billing/products/{}/prices", id(&product)), price).await.expect(201);
    let subscription = json!({ "customer_id": id(&customer), "price_id": id(&price), "quantity": "2" });
    let subscription = key.post("/billing/subscriptions", subscription).await.expect(201);
    let invoices = format!("/billing/subscriptions/{}/invoices", id(&subscription));
    let invoice = key.post(&invoices, json!({})).await.expect(201);
    assert_eq!((&invoice["status"], &invoice["number"]), (&json!("draft"), &Value::Null));
    let finalize = format!("/billing/invoices/{}/finalize", id(&invoice));
    let idempotency_key = "finalize-once";
    let first = key.try_post(&finalize, &json!({}), idempotency_key).await.unwrap();
    let again = key.try_post(&finalize, &json!({}), idempotency_key).await.unwrap();
    assert_eq!(again.headers.get("idempotency-replayed").unwrap(), "true");
    assert_eq!(first.text, again.text);
    let first = first.expect(200);
    assert_eq!((&first["number"], &first["total"]["amount"]), (&json!("INV-000001"), &json!(19800)));
    assert_eq!(key.post(&finalize, json!({})).await.problem(409), "billing.invoice_not_draft");
    id(&customer)
}

async fn draft(owner: &Client, customer: &str, amount: i64) -> String {
    let line = json!({
        "description": "Difference engine", "quantity": "1", "unit_amount": { "amount": amount, "currency": "USD" },
    });
    id(&owner
        .post("/billing/invoices", json!({ "customer_id": customer, "lines": [line] }))
        .await
        .expect(201))
}

async fn publish(owner: &Client, name: &str, over: i64, approver: Value) {
    let definition = json!({
        "name": name, "trigger": "billing.invoice_finalize",
        "condition": { "total_over": { "amount": over, "currency": "USD" } }, "approver": approver,
    });
    publish_definition(owner, definition).await;
}

async fn publish_definition(owner: &Client, definition: Value) {
    let definition = owner.post("/workflow/definitions", definition).await.expect(201);
    let published =
        owner.post(&format!("/workflow/definitions/{}/publish", id(&definition)), json!({})).await;
    assert_eq!(published.expect(200)["status"], "published");
}

async fn open_tasks(owner: &Client, subject: &str, count: usize) -> Vec<Value> {
    let tasks = until(owner, "/workflow/tasks?status=open", "the tasks are open", |tasks| {
        about(tasks, subject).len() == count
    });
    about(&tasks.await, subject)
}

fn about(tasks: &Value, subject: &str) -> Vec<Value> {
    tasks["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|task| task["subject"]["id"] == subject)
        .cloned()
        .collect()
}

async fn approval(owner: &Client, customer: &str) {
    let me = owner.get("/users/me").await.expect(200)["user_id"].clone();
    publish(owner, "Invoices over 1,000.00", 100_000, json!({ "role": "admin" })).await;
    let at_threshold = draft(owner, customer, 100_000).await;
    let path = format!("/billing/invoices/{at_threshold}");
    assert_eq!(owner.post(&format!("{path}/finalize"), json!({})).await.expect(200)["number"], "INV-000002");

    let over = draft(owner, customer, 100_001).await;
    let path = format!("/billing/invoices/{over}");
    let held = owner.post(&format!("{path}/finalize"), json!({})).await.expect(202);
    assert_eq!((&held["status"], &held["number"]), (&json!("pending_approval"), &Value::Null));
    let task = open_tasks(owner, &over, 1).await.remove(0);
    let decided = Instant::now();
    owner.post(&format!("/workflow/tasks/{}/approve", id(&task)), json!({})).await.expect(200);
    let open = until(owner, &path, "the invoice is final", |invoice| invoice["status"] == "open").await;
    assert!(decided.elapsed() < Duration::from_secs(1), "final {:?} after the decision", decided.elapsed());
    assert_eq!(open["number"], "INV-000003");
    let late = owner.post(&format!("/workflow/tasks/{}/reject", id(&task)), json!({})).await;
    assert_eq!(late.problem(409), "workflow.task_already_decided");

    // A second definition with another threshold and another approver, without a restart.
    publish(owner, "Invoices over 5,000.00", 500_000, json!({ "user_id": me })).await;
    let huge = draft(owner, customer, 500_001).await;
    let path = format!("/billing/invoices/{huge}");
    owner.post(&format!("{path}/finalize"), json!({})).await.expect(202);
    let tasks = open_tasks(owner, &huge, 2).await;
    owner.post(&format!("/workflow/tasks/{}/approve", id(&tasks[0])), json!({})).await.expect(200);
    owner
        .post(&format!("/workflow/tasks/{}/reject", id(&tasks[1])), json!({ "comment": "Too much" }))
        .await
        .expect(200);
    until(owner, &path, "the invoice is a draft again", |invoice| invoice["status"] == "draft").await;
}

/// A count that is far off waits for a decision, as an invoice does: once it is sent back, once it is posted.
async fn counting(owner: &Client) {
    let definition = json!({
        "name": "Counts off by more than 5", "trigger": "inventory.count_submit",
        "condition": { "quantity_over": "5" }, "approver": { "role": "admin" },
    });
    publish_definition(owner, definition).await;
    let chang = id(&item(owner, "2").await);
    let count = json!({ "items": [{ "item_id": chang }], "reason": "Once a year" });
    let count = id(&owner.post("/inventory/counts", count).await.expect(201));
    let path = format!("/inventory/counts/{count}");
    for (decision, status, on_hand) in [("reject", "open", "17"), ("approve", "posted", "10")] {
        let entries = json!({ "entries": [{ "item_id": chang, "quantity": "10" }] });
        owner.post(&format!("{path}/entries"), entries).await.expect(200);
        let held = owner.post(&format!("{path}/submit"), json!({})).await.expect(200);
        assert_eq!(held["status"], "pending_approval");
        let task = open_tasks(owner, &count, 1).await.remove(0);
        assert_eq!(task["subject"], json!({ "kind": "count", "id": count }));
        assert_eq!(task["variance"], json!({ "quantity": "7", "value": null }));
        let decide = format!("/workflow/tasks/{}/{decision}", id(&task));
        owner.post(&decide, json!({})).await.expect(200);
        until(owner, &path, "the count follows its decision", |count| count["status"] == status).await;
        assert_eq!(item(owner, "2").await["on_hand"], on_hand);
    }
}

async fn reports(ground: &Ground, owner: &Client) {
    let month =
        owner.get("/billing/invoices?status=open").await.expect(200)["data"][0]["finalized_at"].clone();
    let month = &month.as_str().unwrap()[..7];
    let wanted = [
        ("inventory.stock_valuation", json!({}), "Rössle Sauerkraut"),
        ("billing.invoices_of_a_month", json!({ "month": month }), "INV-000003"),
    ];
    for (report, parameters, expected) in wanted {
        let run = json!({ "report": report, "parameters": parameters, "notify": true });
        let run = owner.post("/reports/runs", run).await.expect(202);
        let path = format!("/reports/runs/{}", id(&run));
        until(owner, &path, "the report is ready", |run| run["status"] == "ready").await;
        let file = owner.get(&format!("{path}/download")).await;
        assert!(file.headers["content-type"].to_str().unwrap().starts_with("text/csv"), "{file:?}");
        assert!(file.text.contains(expected), "{expected} is missing in:\n{}", file.text);
        let mail = ground.mail();
        eventually("a mail says so", async || mail_to(&mail, "ada@example.com", &id(&run))).await;
    }
}

async fn neighbour_sees_nothing(owner: &Client, neighbour: &Client) {
    let lists = [
        "/inventory/items",
        "/inventory/movements",
        "/billing/invoices",
        "/billing/customers",
        "/workflow/definitions",
        "/workflow/tasks",
        "/reports/runs",
        "/imports/runs",
    ];
    for list in lists {
        assert_eq!(neighbour.get(list).await.expect(200)["data"], json!([]), "{list}");
        let mine = owner.get(list).await.expect(200)["data"][0].clone();
        let theirs = neighbour.get(&format!("{list}/{}", id(&mine))).await;
        let nobodys = neighbour.get(&format!("{list}/{}", uuid::Uuid::new_v4())).await;
        assert_eq!(theirs.status, nobodys.status, "{list}");
        assert_eq!(theirs.status.as_u16(), 404, "{list}");
    }
}

async fn audited(owner: &Client) {
    let log = eventually("the changes are in the audit log", async || {
        let log = owner.get("/users/audit-entries?limit=100").await.expect(200)["data"].clone();
        let has = |action: &str| log.as_array().unwrap().iter().any(|entry| entry["action"] == action);
        ["billing.invoice.finalize", "workflow.task.approve"].into_iter().all(has).then_some(log)
    })
    .await;
    assert!(
        log.as_array().unwrap().iter().all(|entry| entry["actor"].is_object() || entry["actor"].is_string())
    );
}
