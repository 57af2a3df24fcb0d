//! What may be imported into billing.

use crate::domain::import_cells::Field;
use crate::domain::{import_customer, import_price};
use crate::permissions::{CUSTOMERS_READ, CUSTOMERS_WRITE, PRODUCTS_READ, PRODUCTS_WRITE};
use crate::service::App;
use crate::service::imports::customer_rows::CustomerRows;
use crate::service::imports::price_rows::PriceRows;
use kernel::Permission;
use module::{ImportField, ImportOffer, TargetDefinition, import_offer};

pub fn offers(app: &App) -> Vec<ImportOffer> {
    let customers = definition(
        ("billing.customers", "Customers"),
        [&CUSTOMERS_WRITE, &CUSTOMERS_READ],
        &["external_id"],
        &import_customer::FIELDS,
    );
    let prices = definition(
        ("billing.prices", "Prices of products"),
        [&PRODUCTS_WRITE, &PRODUCTS_READ],
        &["product", "interval", "unit_amount", "currency"],
        &import_price::FIELDS,
    );
    vec![
        import_offer(app.databases.clone(), CustomerRows { app: app.clone(), definition: customers }),
        import_offer(app.databases.clone(), PriceRows { app: app.clone(), definition: prices }),
    ]
}

fn definition(
    (name, title): (&str, &str),
    [permission, read_permission]: [&Permission; 2],
    key: &[&str],
    fields: &[Field],
) -> TargetDefinition {
    let field = |field: &Field| ImportField {
        name: field.name.to_owned(),
        description: field.description.to_owned(),
        kind: field.kind,
        required: field.required,
    };
    TargetDefinition {
        name: name.to_owned(),
        title: title.to_owned(),
        permission: permission.name.to_owned(),
        read_permission: read_permission.name.to_owned(),
        key: key.iter().map(|field| (*field).to_owned()).collect(),
        fields: fields.iter().map(field).collect(),
    }
}
