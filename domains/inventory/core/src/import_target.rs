//! What may be imported into inventory.

use crate::App;
use crate::domain::import_purchase;
use crate::domain::import_row::{FIELDS, Field, FieldKind};
use crate::domain::import_sale;
use crate::domain::import_stock;
use crate::domain::import_supplier;
use crate::permissions::{
    ITEMS_READ, ITEMS_WRITE, PURCHASES_READ, PURCHASES_WRITE, SALES_READ, SALES_WRITE, STOCK_ADJUST,
    STOCK_READ, SUPPLIERS_READ, SUPPLIERS_WRITE,
};
use crate::service::imports::item_rows::ItemRows;
use crate::service::imports::purchase_rows::PurchaseRows;
use crate::service::imports::sale_rows::SaleRows;
use crate::service::imports::stock_rows::StockRows;
use crate::service::imports::supplier_rows::SupplierRows;
use module::{ImportField, ImportOffer, TargetSpec, import_offer};

pub fn offers(app: &App) -> Vec<ImportOffer> {
    vec![items(app), purchase_orders(app), sales(app), stock(app), suppliers(app)]
}

fn items(app: &App) -> ImportOffer {
    let spec = TargetSpec {
        name: "inventory.items",
        title: "Items and their stock",
        permission: &ITEMS_WRITE,
        read_permission: &ITEMS_READ,
        key: &["sku"],
        fields: FIELDS.iter().map(import_field).collect(),
    };
    import_offer(app.databases.clone(), spec, ItemRows)
}

fn purchase_orders(app: &App) -> ImportOffer {
    let spec = TargetSpec {
        name: "inventory.purchase_orders",
        title: "Lines of purchase orders",
        permission: &PURCHASES_WRITE,
        read_permission: &PURCHASES_READ,
        key: &[],
        fields: import_purchase::FIELDS.iter().map(import_field).collect(),
    };
    import_offer(app.databases.clone(), spec, PurchaseRows)
}

fn sales(app: &App) -> ImportOffer {
    let spec = TargetSpec {
        name: "inventory.sales",
        title: "What other systems have sold",
        permission: &SALES_WRITE,
        read_permission: &SALES_READ,
        key: &[],
        fields: import_sale::FIELDS.iter().map(import_field).collect(),
    };
    import_offer(app.databases.clone(), spec, SaleRows)
}

fn stock(app: &App) -> ImportOffer {
    let spec = TargetSpec {
        name: "inventory.stock",
        title: "Stock where it lies",
        permission: &STOCK_ADJUST,
        read_permission: &STOCK_READ,
        key: &["sku", "warehouse", "location", "lot", "serial"],
        fields: import_stock::FIELDS.iter().map(import_field).collect(),
    };
    import_offer(app.databases.clone(), spec, StockRows)
}

fn suppliers(app: &App) -> ImportOffer {
    let spec = TargetSpec {
        name: "inventory.suppliers",
        title: "Suppliers",
        permission: &SUPPLIERS_WRITE,
        read_permission: &SUPPLIERS_READ,
        key: &["code"],
        fields: import_supplier::FIELDS.iter().map(import_field).collect(),
    };
    import_offer(app.databases.clone(), spec, SupplierRows)
}

fn import_field(field: &Field) -> ImportField {
    ImportField {
        name: field.name.to_owned(),
        description: field.description.to_owned(),
        kind: match field.kind {
            FieldKind::Text => module::FieldKind::Text,
            FieldKind::Decimal => module::FieldKind::Decimal,
            FieldKind::Boolean => module::FieldKind::Boolean,
            FieldKind::Currency => module::FieldKind::Currency,
            FieldKind::Date => module::FieldKind::Date,
        },
        required: field.required,
    }
}
