//! The recipes of imports that are undone, of mappings that are kept, and of exports.

use super::{deleted, made, missing, of, unique, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use crate::tenant::{id, until};
use serde_json::{Value, json};
use testkit::eventually;

const MAPPINGS: &str = "/imports/mappings";

pub(super) async fn imports(tenant: &Furnished, operation: &Operation) -> Call {
    match operation.id.as_str() {
        "imports_undo_run" => of(operation, &imported(tenant).await),
        "imports_create_mapping" => with(operation, mapping()),
        "imports_patch_mapping" => {
            let made = made(tenant, MAPPINGS, mapping()).await;
            let category = json!({ "category": { "column": "group" } });
            of(operation, &made).with(json!({ "name": unique("Daily"), "mapping": category }))
        }
        "imports_delete_mapping" => of(operation, &made(tenant, MAPPINGS, mapping()).await),
        "imports_restore_mapping" => of(operation, &deleted(tenant, MAPPINGS, mapping()).await),
        "imports_create_export" => with(operation, export()),
        // It may be done before it is cancelled; what is cancelled can be cancelled again.
        "imports_cancel_export" => {
            let cancelled = eventually("an export that is not done", async || {
                let export = made(tenant, "/imports/exports", export()).await;
                let cancel = format!("/imports/exports/{export}/cancel");
                let told = tenant.client.post(&cancel, json!({})).await;
                (told.status == 200).then_some(export)
            });
            of(operation, &cancelled.await)
        }
        _ => missing(operation),
    }
}

/// A run that is done and has made something.
async fn imported(tenant: &Furnished) -> String {
    let file = format!("sku,name\n{},Chang\n", unique("UN"));
    let upload = tenant.client.upload("/imports/uploads", "text/csv", file).await.expect(201);
    let mapping = mapping()["mapping"].clone();
    let run = json!({
        "upload_id": id(&upload), "target": "inventory.items", "mode": "apply", "mapping": mapping,
    });
    let run = made(tenant, "/imports/runs", run).await;
    until(&tenant.client, &format!("/imports/runs/{run}"), "an import", |run| run["status"] == "done").await;
    run
}

fn export() -> Value {
    json!({ "target": "inventory.items", "format": "csv" })
}

fn mapping() -> Value {
    let mapping = json!({ "sku": { "column": "sku" }, "name": { "column": "name" } });
    json!({ "name": unique("Weekly"), "target": "inventory.items", "mapping": mapping })
}
