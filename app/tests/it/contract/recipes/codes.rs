//! The recipes of units, barcodes and scans.

use super::{made, missing, new_item, of, unique, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use serde_json::{Value, json};

pub(super) async fn codes(tenant: &Furnished, operation: &Operation) -> Call {
    let item = &tenant.ids["/inventory/items"];
    match operation.id.as_str() {
        "inventory_put_item_conversions" => {
            let case = json!({ "quantity": "1", "unit": "CS" });
            let pieces = json!({ "quantity": "12", "unit": "EA" });
            let body = json!({ "conversions": [{ "from": case, "to": pieces }] });
            of(operation, &made(tenant, "/inventory/items", new_item()).await).with(body)
        }
        "inventory_add_barcode" => of(operation, item).with(barcode()),
        "inventory_delete_barcode" => {
            let item = made(tenant, "/inventory/items", new_item()).await;
            of(operation, &made(tenant, &format!("/inventory/items/{item}/barcodes"), barcode()).await)
        }
        "inventory_read_scan" => {
            with(operation, json!({ "code": "(01)06291041500213(10)L-7(410)9521234567899(30)6" }))
        }
        _ => missing(operation),
    }
}

/// Which is a question, and so cannot be asked without saying what.
pub(super) fn convert(operation: &Operation) -> Call {
    Call { query: "quantity=2.5&from=LBR&to=KGM".to_owned(), ..Call::to(&operation.path) }
}

fn barcode() -> Value {
    json!({ "code": unique("B"), "unit": "DZN", "quantity": "2" })
}
