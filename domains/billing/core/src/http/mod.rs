//! Billing over HTTP. A handler parses, calls one use case and renders; the only place that knows actix and utoipa.

mod customers;
mod hold_rules;
mod invoices;
mod names;
mod products;
mod subscriptions;

use crate::service::App;
use crate::{error, permissions as may};
use web::{Api, operation};

pub fn api(app: App) -> Api {
    let api = Api::new("billing", app.databases.clone(), &[error::KINDS]).state(app);
    let api = api
        .tag("Customers", "Who is invoiced")
        .operation(operation!(customers::create_customer).permission(&may::CUSTOMERS_WRITE))
        .operation(
            operation!(customers::list_customers)
                .permission(&may::CUSTOMERS_READ)
                .shows_deleted(&may::CUSTOMERS_RESTORE),
        )
        .operation(
            operation!(customers::get_customer)
                .permission(&may::CUSTOMERS_READ)
                .shows_deleted(&may::CUSTOMERS_RESTORE),
        )
        .operation(operation!(customers::patch_customer).permission(&may::CUSTOMERS_WRITE))
        .operation(operation!(customers::put_customer).permission(&may::CUSTOMERS_WRITE))
        .operation(operation!(customers::delete_customer).permission(&may::CUSTOMERS_WRITE))
        .operation(operation!(customers::restore_customer).permission(&may::CUSTOMERS_RESTORE))
        .tag("Products", "What is sold, and for how much")
        .operation(operation!(products::create_product).permission(&may::PRODUCTS_WRITE))
        .operation(
            operation!(products::list_products)
                .permission(&may::PRODUCTS_READ)
                .shows_deleted(&may::PRODUCTS_RESTORE),
        )
        .operation(
            operation!(products::get_product)
                .permission(&may::PRODUCTS_READ)
                .shows_deleted(&may::PRODUCTS_RESTORE),
        )
        .operation(operation!(products::patch_product).permission(&may::PRODUCTS_WRITE))
        .operation(operation!(products::put_product).permission(&may::PRODUCTS_WRITE))
        .operation(operation!(products::delete_product).permission(&may::PRODUCTS_WRITE))
        .operation(operation!(products::restore_product).permission(&may::PRODUCTS_RESTORE))
        .operation(operation!(products::create_price).permission(&may::PRODUCTS_WRITE))
        .operation(operation!(products::get_price).permission(&may::PRODUCTS_READ))
        .operation(operation!(products::list_prices).permission(&may::PRODUCTS_READ));
    api.tag("Subscriptions", "Who pays a recurring price")
        .operation(operation!(subscriptions::create_subscription).permission(&may::SUBSCRIPTIONS_WRITE))
        .operation(operation!(subscriptions::list_subscriptions).permission(&may::SUBSCRIPTIONS_READ))
        .operation(operation!(subscriptions::get_subscription).permission(&may::SUBSCRIPTIONS_READ))
        .operation(
            operation!(subscriptions::draft_invoice_from_subscription).permission(&may::INVOICES_WRITE),
        )
        .tag("Invoices", "Drafted, held where a rule asks for it, and finalized with a gapless number")
        .operation(operation!(invoices::create_invoice).permission(&may::INVOICES_WRITE))
        .operation(operation!(invoices::list_invoices).permission(&may::INVOICES_READ))
        .operation(operation!(invoices::get_invoice).permission(&may::INVOICES_READ))
        .operation(operation!(invoices::patch_invoice).permission(&may::INVOICES_WRITE))
        .operation(operation!(invoices::finalize_invoice).permission(&may::INVOICES_FINALIZE).requires_key())
        .operation(operation!(hold_rules::list_hold_rules).permission(&may::HOLD_RULES_READ))
}
