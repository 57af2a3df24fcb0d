//! One use case a file. HTTP, the contract and reports all call these; each writes its change, its events and its
//! audit entry in one unit of work.

pub mod create_customer;
pub mod create_price;
pub mod create_product;
pub mod create_subscription;
pub mod decide_hold;
pub mod delete_customer;
pub mod delete_product;
pub mod draft_invoice;
pub mod draft_invoice_from_subscription;
pub mod finalize_invoice;
pub mod imports;
pub mod patch_customer;
pub mod patch_invoice;
pub mod patch_product;
pub mod put_customer;
pub mod put_hold_rule;
pub mod put_product;
pub mod read;
pub mod read_invoices_of_month;
pub mod remove_hold_rule;
pub mod restore_customer;
pub mod restore_product;

mod audit;
pub mod lines;

use cache::{Cache, Level, Space};
use data::Databases;
use std::time::Duration;

/// With the cache's jitter of a tenth still under the second after which no node may show what has changed, even where
/// a crash has swallowed the word of it.
const HOT_TTL: Duration = Duration::from_millis(800);

#[derive(Clone)]
pub struct App {
    pub databases: Databases,
    /// What is read far more often than it is changed, by id.
    pub customers: Space,
    pub products: Space,
    pub prices: Space,
}

impl App {
    pub fn new(databases: Databases, cache: &Cache) -> Self {
        let space = |name| cache.space(name, HOT_TTL, Level::Shared);
        Self {
            databases,
            customers: space("billing.customers"),
            products: space("billing.products"),
            prices: space("billing.prices"),
        }
    }
}
