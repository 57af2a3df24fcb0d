//! Search by a part of a text, over the tables that a migration marks with `@search_table`. On PostgreSQL a function of
//! the owner's does it, since row-level security keeps the planner from using a trigram index for the runtime role; it
//! reads the tenant from the transaction, gives the page's ids in order and no more. On SQLite an FTS5 table does.

use crate::keyset::Position;
use kernel::page::{Created, Order};
use kernel::{Search, TenantId};
use sea_orm::Value;
use sea_orm::sea_query::{Expr, SimpleExpr};

/// Which rows are meant, as `Find` hands it on.
pub(crate) struct Matching {
    pub wanted: Search,
    /// Equal to these, in the order in which the migration names them: the page must be full after them.
    pub filters: Vec<Option<String>>,
}

/// What decides which of the matching rows are on the page.
pub(crate) struct Window {
    pub order: Order,
    pub after: Option<Position>,
    pub created_at: Created,
    pub with_deleted: bool,
    pub most: i64,
}

pub(crate) fn on_postgres(table: &str, matching: Matching, window: &Window) -> SimpleExpr {
    let mut values: Vec<Value> = vec![
        like(&matching.wanted).into(),
        window.with_deleted.into(),
        (window.order == Order::NewestFirst).into(),
        window.after.map(|at| at.created_at).into(),
        window.after.map(|at| at.public_id).into(),
        window.created_at.from.into(),
        window.created_at.until.into(),
        window.most.into(),
    ];
    values.extend(matching.filters.into_iter().map(Value::from));
    let places: Vec<String> = (1..=values.len()).map(|number| format!("${number}")).collect();
    let sql = format!("\"{table}\".\"public_id\" IN (SELECT {table}_matching({}))", places.join(", "));
    Expr::cust_with_values(sql, values)
}

pub(crate) fn on_sqlite(table: &str, wanted: &Search, tenant: TenantId) -> SimpleExpr {
    let phrase = format!("\"{}\"", wanted.text().replace('"', "\"\""));
    let sql = format!(
        "\"{table}\".\"public_id\" IN \
         (SELECT public_id FROM {table}_search WHERE {table}_search MATCH ? AND tenant_id = ?)"
    );
    Expr::cust_with_values(sql, [Value::from(phrase), tenant.into()])
}

fn like(wanted: &Search) -> String {
    let mut pattern = String::from("%");
    for character in wanted.text().chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pattern_means_is_taken_literally() {
        assert_eq!(like(&"100%_a\\b".parse().unwrap()), "%100\\%\\_a\\\\b%");
    }
}
