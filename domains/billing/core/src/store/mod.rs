//! Billing's tables and all queries on them. The only place that names sea-orm.

pub mod counters;
pub mod customers;
pub mod hold_rules;
pub mod invoice_holds;
pub mod invoice_lines;
pub mod invoices;
pub mod prices;
pub mod products;
pub mod subscriptions;

use crate::domain::named::Named;
use data::Error;

/// A name out of a table, which its CHECK has let in.
fn named<T: Named>(text: &str) -> Result<T, Error> {
    T::named(text).ok_or_else(|| Error::internal(format!("the table holds an unknown name, {text:?}")))
}
