//! The recipes of categories, and of families with their variants.

use super::{deleted, made, missing, new_item, of, unique, with};
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use serde_json::{Value, json};

const CATEGORIES: &str = "/inventory/categories";
const FAMILIES: &str = "/inventory/families";

pub(super) async fn catalogue(tenant: &Furnished, operation: &Operation) -> Call {
    match operation.id.as_str() {
        "inventory_create_category" => with(operation, category(tenant)),
        "inventory_patch_category" => {
            let category = made(tenant, CATEGORIES, category(tenant)).await;
            of(operation, &category).with(json!({ "name": unique("Teas"), "parent_id": null }))
        }
        "inventory_delete_category" => of(operation, &made(tenant, CATEGORIES, category(tenant)).await),
        "inventory_restore_category" => of(operation, &deleted(tenant, CATEGORIES, category(tenant)).await),
        "inventory_create_family" => with(operation, family()),
        "inventory_patch_family" => {
            let mut family = family();
            let family_id = made(tenant, FAMILIES, family.clone()).await;
            family["name"] = json!(unique("Coat"));
            of(operation, &family_id).with(family)
        }
        "inventory_delete_family" => of(operation, &made(tenant, FAMILIES, family()).await),
        "inventory_restore_family" => of(operation, &deleted(tenant, FAMILIES, family()).await),
        "inventory_make_variants" => {
            let body = json!({ "sku": unique("V"), "options": { "Size": ["M"], "Colour": ["Red"] } });
            of(operation, &made(tenant, FAMILIES, family()).await).with(body)
        }
        _ => missing(operation),
    }
}

/// An item that has all an item can have of a family.
pub(super) async fn new_variant(tenant: &Furnished) -> Value {
    let mut item = new_item();
    item["family_id"] = json!(made(tenant, FAMILIES, family()).await);
    item["options"] = json!({ "Size": "M", "Colour": "Red" });
    item
}

fn category(tenant: &Furnished) -> Value {
    json!({ "name": unique("Tea"), "parent_id": tenant.ids[CATEGORIES] })
}

fn family() -> Value {
    let options = json!([
        { "name": "Size", "values": ["M", "L"] }, { "name": "Colour", "values": ["Red", "Blue"] },
    ]);
    json!({ "name": unique("Shirt"), "options": options })
}
