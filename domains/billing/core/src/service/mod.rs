//! One use case a file. HTTP, the contract and reports all call these; each writes its change, its events and its
//! audit entry in one unit of work.

pub mod create_customer;
pub mod create_price;
pub mod create_product;
pub mod create_subscription;
pub mod decide_hold;
pub mod draft_invoice;
pub mod draft_invoice_from_subscription;
pub mod finalize_invoice;
pub mod patch_customer;
pub mod patch_invoice;
pub mod put_hold_rule;
pub mod read;
pub mod read_invoices_of_month;
pub mod remove_hold_rule;

mod audit;
pub mod lines;

use data::Databases;

#[derive(Clone)]
pub struct App {
    pub databases: Databases,
}
