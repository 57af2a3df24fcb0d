//! Search by a part of a text, over the tables that a migration marks with `@search_table`. On PostgreSQL a function of
//! the owner's does it, since row-level security keeps the planner from using a trigram index for the runtime role; it
//! reads the tenant from the transaction, gives the page's ids in order and no more. On SQLite an FTS5 table does, as
//! long as few rows have the text; what many have is soon met in the order of the list.

use crate::keyset::Position;
use crate::tx::Tx;
use kernel::Search;
use kernel::page::{Created, Order};
use sea_orm::sea_query::{Expr, Func, Query, SimpleExpr};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select, Statement,
    Value,
};

/// FTS5 knows no order of a list, so all that it finds is sorted for a page. Fewer than these may be.
const FEW: i64 = 1_000;
/// What many have is met among so many rows of the list.
const NEXT_FEW: u64 = 100;
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
    // As an array it is asked for once. Where PostgreSQL takes the table for a small one, it asked for IN row by row.
    let sql =
        format!("\"{table}\".\"public_id\" = ANY (ARRAY(SELECT {table}_matching({})))", places.join(", "));
    Expr::cust_with_values(sql, values)
}

/// The rows of the list, which begins where its page does, that have the text.
pub(crate) async fn on_sqlite<E: EntityTrait>(
    tx: &Tx,
    table: &str,
    list: Select<E>,
    wanted: &Search,
    most: i64,
) -> Result<Select<E>, DbErr> {
    let whole = wanted.text();
    let has_it = Expr::cust_with_values(format!("instr(\"{table}\".\"search_text\", ?) > 0"), [whole]);
    if among_the_next(tx, list.clone(), has_it.clone()).await? >= most {
        return Ok(list.filter(has_it));
    }
    let end = end(whole);
    let mut ids = few(tx, table, end, whole).await?;
    if ids.is_none() && end != whole {
        ids = few(tx, table, whole, whole).await?;
    }
    Ok(list.filter(match ids {
        Some(ids) => Expr::cust_with_values(
            format!("\"{table}\".\"public_id\" IN (SELECT unhex(value) FROM json_each(?))"),
            [ids],
        ),
        None => has_it,
    }))
}

/// How many of the next few rows of the list have it.
async fn among_the_next<E: EntityTrait>(tx: &Tx, list: Select<E>, has_it: SimpleExpr) -> Result<i64, DbErr> {
    let next = list.select_only().expr_as(has_it, "has_it").limit(NEXT_FEW).into_query();
    let counted = Query::select()
        .expr_as(Func::sum(Expr::col("has_it")), "found")
        .from_subquery(next, "next_few")
        .to_owned();
    let row = tx.connection().query_one(&counted).await?;
    Ok(row.map(|row| row.try_get::<Option<i64>>("", "found")).transpose()?.flatten().unwrap_or(0))
}

/// The ids of the tenant's rows that have the whole, as FTS5 finds them by the part; nothing where it has that of many rows,
/// whichever tenant's they are, since it would go through them all: it stops counting there.
async fn few(tx: &Tx, table: &str, part: &str, whole: &str) -> Result<Option<String>, DbErr> {
    let sql = format!(
        "SELECT count(*) AS found, \
         json_group_array(hex(public_id)) FILTER (WHERE tenant_id = ? AND instr(search_text, ?) > 0) AS ids \
         FROM (SELECT public_id, tenant_id, search_text FROM {table}_search WHERE {table}_search MATCH ? LIMIT ?)"
    );
    let values = [tx.tenant().into(), whole.into(), phrase(part).into(), FEW.into()];
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
    let Some(row) = tx.connection().query_one_raw(statement).await? else { return Ok(None) };
    let found: i64 = row.try_get("", "found")?;
    Ok(if found < FEW { Some(row.try_get("", "ids")?) } else { None })
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
