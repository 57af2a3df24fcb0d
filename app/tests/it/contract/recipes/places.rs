//! The recipes of warehouses, locations and lots.

use super::{deleted, made, missing, of, unique, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

const WAREHOUSES: &str = "/inventory/warehouses";
const LOCATIONS: &str = "/inventory/locations";

pub(super) async fn places(tenant: &Furnished, operation: &Operation) -> Call {
    match operation.id.as_str() {
        "inventory_create_warehouse" => with(operation, warehouse()),
        "inventory_patch_warehouse" => {
            let body = json!({ "code": code("W"), "name": unique("South") });
            of(operation, &made(tenant, WAREHOUSES, warehouse()).await).with(body)
        }
        "inventory_delete_warehouse" => of(operation, &made(tenant, WAREHOUSES, warehouse()).await),
        "inventory_restore_warehouse" => of(operation, &deleted(tenant, WAREHOUSES, warehouse()).await),
        "inventory_create_location" => with(operation, location(tenant)),
        "inventory_patch_location" => {
            let body = json!({ "code": code("L"), "name": unique("Aisle"), "parent_id": null });
            of(operation, &made(tenant, LOCATIONS, location(tenant)).await).with(body)
        }
        "inventory_delete_location" => of(operation, &made(tenant, LOCATIONS, location(tenant)).await),
        "inventory_restore_location" => of(operation, &deleted(tenant, LOCATIONS, location(tenant)).await),
        "inventory_patch_lot" => {
            // Another day each time.
            static YEARS: AtomicU64 = AtomicU64::new(2_100);
            let day = format!("{}-12-31", YEARS.fetch_add(1, Ordering::Relaxed));
            of(operation, &tenant.ids["/inventory/lots"]).with(json!({ "expires_on": day }))
        }
        _ => missing(operation),
    }
}

/// As it is kept.
fn code(what: &str) -> String {
    unique(what).to_uppercase()
}

fn warehouse() -> Value {
    json!({ "code": code("W"), "name": "North" })
}

/// In the location that the tenant was furnished with, which is in its warehouse.
fn location(tenant: &Furnished) -> Value {
    json!({
        "warehouse_id": tenant.ids[WAREHOUSES], "parent_id": tenant.ids[LOCATIONS],
        "code": code("L"), "name": "Aisle", "kind": "storage",
    })
}
