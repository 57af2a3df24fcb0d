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
use kernel::Page;

/// A name out of a table, which its CHECK has let in.
fn named<T: Named>(text: &str) -> Result<T, Error> {
    T::named(text).ok_or_else(|| Error::internal(format!("the table holds an unknown name, {text:?}")))
}

fn try_page<M, T>(page: Page<M>, convert: impl Fn(M) -> Result<T, Error>) -> Result<Page<T>, Error> {
    let data = page.data.into_iter().map(convert).collect::<Result<_, _>>()?;
    Ok(Page { data, next_cursor: page.next_cursor })
}
