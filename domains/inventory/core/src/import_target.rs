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
use module::{ImportField, ImportOffer, TargetDefinition, import_offer};

const ITEMS: &str = "inventory.items";
const SALES: &str = "inventory.sales";
const PURCHASE_ORDERS: &str = "inventory.purchase_orders";
const STOCK: &str = "inventory.stock";
const SUPPLIERS: &str = "inventory.suppliers";

pub fn offers(app: &App) -> Vec<ImportOffer> {
    vec![items(app), purchase_orders(app), sales(app), stock(app), suppliers(app)]
}

fn items(app: &App) -> ImportOffer {
    let definition = TargetDefinition {
        name: ITEMS.to_owned(),
        title: "Items and their stock".to_owned(),
        permission: ITEMS_WRITE.name.to_owned(),
        read_permission: ITEMS_READ.name.to_owned(),
        key: vec!["sku".to_owned()],
        fields: FIELDS.iter().map(import_field).collect(),
    };
    import_offer(app.databases.clone(), ItemRows { definition })
}

fn purchase_orders(app: &App) -> ImportOffer {
    let definition = TargetDefinition {
        name: PURCHASE_ORDERS.to_owned(),
        title: "Lines of purchase orders".to_owned(),
        permission: PURCHASES_WRITE.name.to_owned(),
        read_permission: PURCHASES_READ.name.to_owned(),
        key: Vec::new(),
        fields: import_purchase::FIELDS.iter().map(import_field).collect(),
    };
    import_offer(app.databases.clone(), PurchaseRows { definition })
}

fn sales(app: &App) -> ImportOffer {
    let definition = TargetDefinition {
        name: SALES.to_owned(),
        title: "What other systems have sold".to_owned(),
        permission: SALES_WRITE.name.to_owned(),
        read_permission: SALES_READ.name.to_owned(),
        key: Vec::new(),
        fields: import_sale::FIELDS.iter().map(import_field).collect(),
    };
    import_offer(app.databases.clone(), SaleRows { definition })
}

fn stock(app: &App) -> ImportOffer {
    let definition = TargetDefinition {
        name: STOCK.to_owned(),
        title: "Stock where it lies".to_owned(),
        permission: STOCK_ADJUST.name.to_owned(),
        read_permission: STOCK_READ.name.to_owned(),
        key: ["sku", "warehouse", "location", "lot", "serial"].map(str::to_owned).into(),
        fields: import_stock::FIELDS.iter().map(import_field).collect(),
    };
    import_offer(app.databases.clone(), StockRows { definition })
}

fn suppliers(app: &App) -> ImportOffer {
    let definition = TargetDefinition {
        name: SUPPLIERS.to_owned(),
        title: "Suppliers".to_owned(),
        permission: SUPPLIERS_WRITE.name.to_owned(),
        read_permission: SUPPLIERS_READ.name.to_owned(),
        key: vec!["code".to_owned()],
        fields: import_supplier::FIELDS.iter().map(import_field).collect(),
    };
    import_offer(app.databases.clone(), SupplierRows { definition })
}

fn import_field(field: &Field) -> ImportField {
    ImportField {
        name: field.name.to_owned(),
        description: field.description.to_owned(),
        kind: match field.kind {
            FieldKind::Text => module::FieldKind::Text,
            FieldKind::Decimal => module::FieldKind::Decimal,
            FieldKind::Currency => module::FieldKind::Currency,
            FieldKind::Date => module::FieldKind::Date,
        },
        required: field.required,
    }
}
