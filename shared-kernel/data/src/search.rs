//! Search by a part of a text, over the tables that a migration marks with `@search_table`. On PostgreSQL a function of
//! the owner's does it, since row-level security keeps the planner from using a trigram index for the runtime role; it
//! reads the tenant from the transaction, gives the page's ids in order and no more. On SQLite an FTS5 table does, as
//! long as few rows have the text; what many have is soon met in the order of the list.

use crate::connection::Connection;
use crate::keyset::Position;
use kernel::page::{Created, Order};
use kernel::{Search, TenantId};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ConnectionTrait, DbErr, Statement, Value};

/// FTS5 knows no order of a list, so all that it finds is sorted for a page. Fewer than these may be.
const FEW: i64 = 1_000;
/// Codes begin alike and end differently, and FTS5 goes through the rows of every three characters that it is asked for.
const END_CHARS: usize = 5;

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

pub(crate) async fn on_sqlite(
    connection: &Connection,
    table: &str,
    wanted: &Search,
    tenant: TenantId,
) -> Result<SimpleExpr, DbErr> {
    let whole = wanted.text();
    let end = end(whole);
    if are_few(connection, table, end).await? {
        return Ok(of_few(table, end, whole, tenant));
    }
    if end != whole && are_few(connection, table, whole).await? {
        return Ok(of_few(table, whole, whole, tenant));
    }
    Ok(Expr::cust_with_values(format!("instr(\"{table}\".\"search_text\", ?) > 0"), [Value::from(whole)]))
}

/// Whether fewer rows have it, whichever tenant's they are, since FTS5 would go through them all: it stops counting there.
/// No row of anybody's leaves this statement.
async fn are_few(connection: &Connection, table: &str, part: &str) -> Result<bool, DbErr> {
    let sql = format!(
        "SELECT count(tenant_id) AS found FROM \
         (SELECT tenant_id FROM {table}_search WHERE {table}_search MATCH ? LIMIT ?)"
    );
    let values = [Value::from(phrase(part)), FEW.into()];
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let row = connection.query_one_raw(statement).await?;
    let found: i64 = row.map(|row| row.try_get("", "found")).transpose()?.unwrap_or(0);
    Ok(found < FEW)
}

fn of_few(table: &str, part: &str, whole: &str, tenant: TenantId) -> SimpleExpr {
    let sql = format!(
        "\"{table}\".\"public_id\" IN (SELECT public_id FROM {table}_search \
         WHERE {table}_search MATCH ? AND instr(search_text, ?) > 0 AND tenant_id = ?)"
    );
    Expr::cust_with_values(sql, [Value::from(phrase(part)), whole.into(), tenant.into()])
}

fn phrase(part: &str) -> String {
    format!("\"{}\"", part.replace('"', "\"\""))
}

fn end(text: &str) -> &str {
    text.char_indices().rev().nth(END_CHARS - 1).map_or(text, |(at, _)| &text[at..])
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
    fn the_end_is_some_characters_of_whatever_length() {
        for (text, expected) in
            [("abc", "abc"), ("12345", "12345"), ("part-12345", "12345"), ("üble größe", "größe")]
        {
            assert_eq!(end(text), expected);
        }
    }

    #[test]
    fn what_a_pattern_means_is_taken_literally() {
        assert_eq!(like(&"100%_a\\b".parse().unwrap()), "%100\\%\\_a\\\\b%");
    }
}
