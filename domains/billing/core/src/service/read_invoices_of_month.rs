//! The invoices that became final in a month, in that order, page by page.

use super::App;
use crate::domain::invoice::Invoice;
use crate::error::Error;
use crate::store::customers;
use crate::store::invoices::{self, Position};
use chrono::{DateTime, Months, NaiveDate, NaiveTime, Utc};
use kernel::Ctx;

const PAGE_ROWS: u64 = 200;

pub struct MonthPage {
    /// Each with its customer's name.
    pub invoices: Vec<(Invoice, String)>,
    pub next: Option<Position>,
}

/// A month of the calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Month {
    /// `2026-02`.
    pub fn parse(text: &str) -> Option<Self> {
        let shaped = text.len() == 7 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let first: NaiveDate = format!("{text}-01").parse().ok().filter(|_| shaped)?;
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        Some(Self { from: midnight(first), to: midnight(first.checked_add_months(Months::new(1))?) })
    }
}

pub async fn read_invoices_of_month(
    app: &App,
    ctx: &Ctx,
    month: Month,
    after: Option<Position>,
) -> Result<MonthPage, Error> {
    let read = app.databases.read(ctx).await?;
    let mut found = invoices::finalized(&read, (month.from, month.to), after, PAGE_ROWS + 1).await?;
    let more = found.len() as u64 > PAGE_ROWS;
    if more {
        found.pop();
    }
    let last = found.last().filter(|_| more);
    let next = last.and_then(|invoice| Some((invoice.finalized_at?, invoice.id)));
    let mut customers: Vec<_> = found.iter().map(|invoice| invoice.customer).collect();
    customers.sort_unstable();
    customers.dedup();
    let names = customers::names(&read, customers).await?;
    let named = |invoice: Invoice| {
        let name = names.get(&invoice.customer).cloned().unwrap_or_default();
        (invoice, name)
    };
    Ok(MonthPage { invoices: found.into_iter().map(named).collect(), next })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, &str)>) {
        let found = Month::parse(text).map(|month| (month.from.to_rfc3339(), month.to.to_rfc3339()));
        let expected = expected.map(|(from, to)| (from.to_owned(), to.to_owned()));
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn a_month_is_read_strictly() {
        check("2026-02", Some(("2026-02-01T00:00:00+00:00", "2026-03-01T00:00:00+00:00")));
        check("2026-12", Some(("2026-12-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00")));
        check("2026-13", None);
        check("2026-2", None);
        check("26-0002", None);
        check("", None);
        check("+026-02", None);
    }
}
