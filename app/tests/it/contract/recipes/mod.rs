//! How each operation is made to succeed in a furnished tenant: what has to be there before, and the request itself.

mod audit_log;
mod audit_streams;
mod buying;
mod catalogue;
mod codes;
mod counting;
mod email_change;
mod imports;
mod invitations;
mod kits;
mod leaving;
mod oauth;
mod passkeys;
mod people;
mod places;
mod policy;
mod selling;
mod sso;
mod support;
mod valuing;

use super::ask::{Body, Call};
use crate::client::Client;
use crate::document::Operation;
use crate::furnished::Furnished;
use crate::tenant::{PASSWORD, id};
use reqwest::Method;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;
use testkit::eventually;
use uuid::Uuid;

/// More than one run of it takes; each is cancelled while it is under way.
const LONG_FILE_ROWS: usize = 10_000;

/// Of inventory, what is in `selling.rs`.
const SELLING: [&str; 7] = [
    "inventory_create_sales_order",
    "inventory_patch_sales_order",
    "inventory_put_sales_order",
    "inventory_confirm_sales_order",
    "inventory_cancel_sales_order",
    "inventory_ship_sales_order",
    "inventory_take_back_goods",
];

/// Of inventory, what is in `kits.rs`.
const KITS: [&str; 5] = [
    "inventory_put_components",
    "inventory_reserve_kit",
    "inventory_make_item",
    "inventory_take_item_apart",
    "inventory_order_suggested_items",
];

pub struct Recipes {
    pub guest: Client,
    pub mail: PathBuf,
}

impl Recipes {
    /// A call that will succeed with this status, once.
    pub async fn call(&self, tenant: &Furnished, operation: &Operation, status: &str) -> Call {
        if operation.method == Method::GET {
            // A call that gives it up may have come before.
            if operation.id == "users_show_email_change" {
                email_change::asked(tenant).await;
            }
            if operation.id == "inventory_convert_quantity" {
                return codes::convert(operation);
            }
            return read(tenant, operation);
        }
        match operation.id.split_once('_').map_or("", |(domain, _)| domain) {
            "billing" => billing(tenant, operation, status).await,
            "imports" => imports(tenant, operation).await,
            "inventory" if SELLING.contains(&operation.id.as_str()) => {
                self.selling(tenant, operation, status).await
            }
            "inventory" if counting::OPERATIONS.contains(&operation.id.as_str()) => {
                self.counting(tenant, operation).await
            }
            "inventory" if buying::has(operation) => self.buying(tenant, operation, status).await,
            "inventory" if KITS.contains(&operation.id.as_str()) => self.kits(tenant, operation).await,
            "inventory" if valuing::OPERATIONS.contains(&operation.id.as_str()) => {
                self.valuing(tenant, operation).await
            }
            "inventory" => inventory(tenant, operation, status).await,
            "reports" => reports(tenant, operation).await,
            "users" => self.users(tenant, operation).await,
            "workflow" => workflow(tenant, operation).await,
            _ => missing(operation),
        }
    }
}

fn missing(operation: &Operation) -> Call {
    panic!(
        "no test makes {} ({} {}) succeed: add a recipe for it in app/tests/it/contract/recipes.rs",
        operation.id, operation.method, operation.path
    )
}

/// Of what the tenant was furnished with.
fn read(tenant: &Furnished, operation: &Operation) -> Call {
    if !operation.path.contains('{') {
        return Call::to(&operation.path);
    }
    let Some(id) = tenant.ids.get(operation.collection()) else {
        panic!(
            "no test can read {}: put one of {} into every tenant in app/tests/it/furnished.rs",
            operation.path,
            operation.collection()
        )
    };
    of(operation, id)
}

async fn billing(tenant: &Furnished, operation: &Operation, status: &str) -> Call {
    let product = json!({ "name": unique("Engine time"), "description": "By the hour" });
    match operation.id.as_str() {
        "billing_create_customer" => with(operation, customer()),
        "billing_patch_customer" => {
            let customer = made(tenant, "/billing/customers", customer()).await;
            of(operation, &customer).with(json!({ "name": unique("Babbage") }))
        }
        "billing_put_customer" => put(tenant, operation, status, json!({ "name": "Babbage" })).await,
        "billing_delete_customer" => of(operation, &made(tenant, "/billing/customers", customer()).await),
        "billing_restore_customer" => of(operation, &deleted(tenant, "/billing/customers", customer()).await),
        "billing_create_invoice" => with(operation, invoice(tenant, 100)),
        "billing_patch_invoice" => {
            let draft = made(tenant, "/billing/invoices", invoice(tenant, 100)).await;
            let mut lines = invoice(tenant, 200);
            lines.as_object_mut().unwrap().remove("id");
            of(operation, &draft).with(lines)
        }
        "billing_finalize_invoice" => {
            let amount = if status == "202" { 100_001 } else { 100 };
            of(operation, &made(tenant, "/billing/invoices", invoice(tenant, amount)).await)
        }
        "billing_create_product" => with(operation, product),
        "billing_patch_product" => {
            let product = made(tenant, "/billing/products", product).await;
            of(operation, &product).with(json!({ "name": unique("Engine"), "metadata": { "since": "1822" } }))
        }
        "billing_put_product" => put(tenant, operation, status, product).await,
        "billing_delete_product" => of(operation, &made(tenant, "/billing/products", product).await),
        "billing_restore_product" => of(operation, &deleted(tenant, "/billing/products", product).await),
        "billing_create_price" => {
            let unit_amount = json!({ "amount": 9900, "currency": "USD" });
            let price = json!({ "unit_amount": unit_amount, "interval": "month" });
            of(operation, &tenant.ids["/billing/products"]).with(price)
        }
        "billing_create_subscription" => with(operation, subscription(tenant)),
        "billing_draft_invoice_from_subscription" => {
            of(operation, &made(tenant, "/billing/subscriptions", subscription(tenant)).await)
        }
        _ => missing(operation),
    }
}

async fn imports(tenant: &Furnished, operation: &Operation) -> Call {
    let run = |upload: &str| {
        let mapping = json!({ "sku": { "column": "sku" }, "name": { "column": "name" } });
        json!({ "upload_id": upload, "target": "inventory.items", "mode": "dry_run", "mapping": mapping })
    };
    match operation.id.as_str() {
        "imports_create_upload" => {
            let body = format!("sku,name\n{},Chang\n", unique("UP"));
            let body = Body::Raw("text/csv", body.into_bytes());
            Call { body, query: "file_name=items.csv".to_owned(), ..Call::to(&operation.path) }
        }
        "imports_start_run" => {
            let mut run = run(&tenant.ids["/imports/uploads"]);
            run["mode"] = json!("apply");
            with(operation, run)
        }
        "imports_cancel_run" => {
            let mut file = "sku,name\n".to_owned();
            for row in 0..LONG_FILE_ROWS {
                writeln!(file, "L{row},Long").unwrap();
            }
            let upload = tenant.client.upload("/imports/uploads", "text/csv", file).await.expect(201);
            of(operation, &made(tenant, "/imports/runs", run(&id(&upload))).await)
        }
        _ => imports::imports(tenant, operation).await,
    }
}

async fn inventory(tenant: &Furnished, operation: &Operation, status: &str) -> Call {
    let item = &tenant.ids["/inventory/items"];
    let reservation = json!({ "item_id": item, "quantity": "0.01", "reference": unique("order") });
    match operation.id.as_str() {
        "inventory_create_item" => with(operation, catalogue::new_variant(tenant).await),
        "inventory_patch_item" => {
            let item = made(tenant, "/inventory/items", new_item()).await;
            of(operation, &item).with(json!({ "name": unique("Chai"), "category": "Tea" }))
        }
        "inventory_delete_item" => of(operation, &made(tenant, "/inventory/items", new_item()).await),
        "inventory_put_item" => put(tenant, operation, status, new_item()).await,
        "inventory_restore_item" => of(operation, &deleted(tenant, "/inventory/items", new_item()).await),
        "inventory_adjust_stock" => {
            let found = json!({ "quantity": "0.5", "lot": { "code": "L-1" }, "reason": "found" });
            of(operation, &tenant.ids["/inventory/items#lots"]).with(found)
        }
        "inventory_reverse_movement" => {
            let receipts = format!("/inventory/items/{item}/receipts");
            let receipt = made(tenant, &receipts, json!({ "quantity": "1" })).await;
            of(operation, &receipt).with(json!({ "reason": "typed twice" }))
        }
        "inventory_create_reservations" => with(operation, json!({ "lines": [reservation] })),
        "inventory_extend_reservation" => {
            let until = kernel::Clock::system().now() + chrono::Duration::hours(1);
            let made = made(tenant, "/inventory/reservations", reservation).await;
            of(operation, &made).with(json!({ "expires_at": until.to_rfc3339() }))
        }
        "inventory_receive_stock" => of(operation, item).with(json!({ "quantity": "1.5" })),
        "inventory_create_reservation" => with(operation, reservation),
        "inventory_release_reservation" | "inventory_ship_reservation" => {
            of(operation, &made(tenant, "/inventory/reservations", reservation).await)
        }
        "inventory_put_item_conversions" | "inventory_read_scan" => codes::codes(tenant, operation).await,
        name if ["_warehouse", "_location", "_lot"].iter().any(|end| name.ends_with(end)) => {
            places::places(tenant, operation).await
        }
        name if name.ends_with("_barcode") => codes::codes(tenant, operation).await,
        name if ["_category", "_family", "_make_variants"].iter().any(|end| name.ends_with(end)) => {
            catalogue::catalogue(tenant, operation).await
        }
        _ => missing(operation),
    }
}

async fn reports(tenant: &Furnished, operation: &Operation) -> Call {
    let run = json!({ "report": "inventory.stock_valuation", "parameters": {} });
    match operation.id.as_str() {
        "reports_create_run" => with(operation, run),
        // It may be ready before it is cancelled; what is cancelled can be cancelled again.
        "reports_cancel_run" => {
            let cancelled = eventually("a report that is not ready", async || {
                let run = made(tenant, "/reports/runs", run.clone()).await;
                let told = tenant.client.post(&format!("/reports/runs/{run}/cancel"), json!({})).await;
                (told.status == 200).then_some(run)
            });
            of(operation, &cancelled.await)
        }
        _ => missing(operation),
    }
}

async fn workflow(tenant: &Furnished, operation: &Operation) -> Call {
    let definition = async || made(tenant, "/workflow/definitions", definition()).await;
    match operation.id.as_str() {
        "workflow_create_definition" => with(operation, self::definition()),
        "workflow_publish_definition" => of(operation, &definition().await),
        "workflow_retire_definition" => {
            let definition = definition().await;
            let publish = format!("/workflow/definitions/{definition}/publish");
            tenant.client.post(&publish, json!({})).await.expect(200);
            of(operation, &definition)
        }
        "workflow_approve_task" | "workflow_reject_task" => {
            of(operation, &open_task(tenant).await).with(json!({ "comment": "Seen" }))
        }
        _ => missing(operation),
    }
}

async fn open_task(tenant: &Furnished) -> String {
    let invoice = made(tenant, "/billing/invoices", invoice(tenant, 100_001)).await;
    tenant.client.post(&format!("/billing/invoices/{invoice}/finalize"), json!({})).await.expect(202);
    eventually("its task", async || {
        let tasks = tenant.client.get("/workflow/tasks?status=open&limit=100").await.expect(200);
        let mut tasks = tasks["data"].as_array().unwrap().iter();
        tasks.find(|task| task["subject"]["id"] == invoice).map(id)
    })
    .await
}

/// The id of one more.
async fn made(tenant: &Furnished, path: &str, body: Value) -> String {
    let told = tenant.client.post(path, body).await;
    assert!(told.status.is_success(), "{path}: {told:?}");
    id(&told.json())
}

/// The id of one that was made and deleted.
async fn deleted(tenant: &Furnished, path: &str, body: Value) -> String {
    let id = made(tenant, path, body).await;
    let delete = tenant.client.request(Method::DELETE, &format!("{path}/{id}"));
    let told = tenant.client.try_send(delete).await.unwrap();
    assert_eq!(told.status, 204, "{path}: {told:?}");
    id
}

/// By a reference that nothing has yet, or that something has.
async fn put(tenant: &Furnished, operation: &Operation, status: &str, body: Value) -> Call {
    let path = operation.path.replace("{external_id}", &Uuid::new_v4().simple().to_string());
    if status == "200" {
        let first = tenant.client.request(Method::PUT, &path).json(&body);
        let told = tenant.client.try_send(first).await.unwrap();
        assert_eq!(told.status, 201, "{path}: {told:?}");
    }
    let mut changed = body;
    let text = text_of(&changed);
    changed[text] = json!(unique("Put"));
    Call::to(&path).with(changed)
}

/// A text of what is put that can be another without more ado: an order has no name.
pub fn text_of(body: &Value) -> &'static str {
    if body.get("name").is_some() { "name" } else { "reference" }
}

fn of(operation: &Operation, id: &str) -> Call {
    Call::to(&operation.path.replace("{id}", id))
}

fn with(operation: &Operation, body: Value) -> Call {
    Call::to(&operation.path).with(body)
}

fn unique(what: &str) -> String {
    format!("{what} {}", Uuid::new_v4().simple())
}

fn person() -> Value {
    let email = format!("{}@example.com", Uuid::new_v4().simple());
    json!({ "email": email, "password": PASSWORD, "display_name": "Charles", "organization_name": "Babbage" })
}

fn customer() -> Value {
    json!({ "name": unique("Babbage"), "external_id": unique("c"), "metadata": { "since": "1822" } })
}

fn new_item() -> Value {
    json!({ "sku": unique("S"), "name": "Chai", "unit_cost": { "amount": 1800, "currency": "USD" } })
}

fn invoice(tenant: &Furnished, amount: i64) -> Value {
    let unit_amount = json!({ "amount": amount, "currency": "USD" });
    let line = json!({ "description": "Difference engine", "quantity": "1", "unit_amount": unit_amount });
    json!({ "customer_id": tenant.ids["/billing/customers"], "lines": [line] })
}

fn subscription(tenant: &Furnished) -> Value {
    json!({ "customer_id": tenant.ids["/billing/customers"], "price_id": tenant.ids["/billing/prices"] })
}

/// Over what no test invoices, so that nothing is held for it.
fn definition() -> Value {
    json!({
        "name": unique("Over all"), "trigger": "billing.invoice_finalize", "approver": { "role": "admin" },
        "condition": { "total_over": { "amount": 100_000_000_000_i64, "currency": "USD" } },
    })
}
