//! What may be imported into billing.

use crate::domain::import_cells::Field;
use crate::domain::{import_customer, import_price};
use crate::permissions::{CUSTOMERS_READ, CUSTOMERS_WRITE, PRODUCTS_READ, PRODUCTS_WRITE};
use crate::service::App;
use crate::service::imports::customer_rows::CustomerRows;
use crate::service::imports::price_rows::PriceRows;
use module::{ImportField, ImportOffer, TargetSpec, import_offer};

pub fn offers(app: &App) -> Vec<ImportOffer> {
    let customers = TargetSpec {
        name: "billing.customers",
        title: "Customers",
        permission: &CUSTOMERS_WRITE,
        read_permission: &CUSTOMERS_READ,
        key: &["external_id"],
        fields: import_customer::FIELDS.iter().map(import_field).collect(),
    };
    let prices = TargetSpec {
        name: "billing.prices",
        title: "Prices of products",
        permission: &PRODUCTS_WRITE,
        read_permission: &PRODUCTS_READ,
        key: &["product", "interval", "unit_amount", "currency"],
        fields: import_price::FIELDS.iter().map(import_field).collect(),
    };
    vec![
        import_offer(app.databases.clone(), customers, CustomerRows { app: app.clone() }),
        import_offer(app.databases.clone(), prices, PriceRows { app: app.clone() }),
    ]
}

fn import_field(field: &Field) -> ImportField {
    ImportField {
        name: field.name.to_owned(),
        description: field.description.to_owned(),
        kind: field.kind,
        required: field.required,
    }
}
