//! Where a page ends: the creation time and public id of its last row. The edge signs it before a client sees it.

use crate::error::Error;
use chrono::{DateTime, Utc};
use kernel::page::{Created, Order};
use kernel::{Page, PageRequest};
use sea_orm::sea_query::{Cond, Condition};
use sea_orm::{ColumnTrait, QueryResult};
use std::cmp::Reverse;
use uuid::Uuid;

#[derive(Clone, Copy)]
pub(crate) struct Position {
    pub created_at: DateTime<Utc>,
    pub public_id: Uuid,
}

pub(crate) fn read(cursor: &str) -> Result<Position, Error> {
    let (micros, id) = cursor.split_once('.').ok_or(Error::Cursor)?;
    let micros = micros.parse().map_err(|_| Error::Cursor)?;
    Ok(Position {
        created_at: DateTime::from_timestamp_micros(micros).ok_or(Error::Cursor)?,
        public_id: id.parse().map_err(|_| Error::Cursor)?,
    })
}

pub(crate) fn write(row: &QueryResult) -> Result<String, Error> {
    let created_at: DateTime<Utc> = row.try_get("", "created_at")?;
    let public_id: Uuid = row.try_get("", "public_id")?;
    Ok(cursor(created_at, public_id))
}

fn cursor(created_at: DateTime<Utc>, public_id: Uuid) -> String {
    format!("{}.{}", created_at.timestamp_micros(), public_id.simple())
}

/// A page of several lists as if they were one, of what each of them answered to this request: those of several tenants, each
/// read through its own.
pub fn merged<T>(
    pages: Vec<Page<T>>,
    request: &PageRequest,
    at: impl Fn(&T) -> (DateTime<Utc>, Uuid),
) -> Page<T> {
    let limit = usize::from(request.limit);
    let one_goes_on = pages.iter().any(|page| page.next_cursor.is_some());
    let mut data: Vec<T> = pages.into_iter().flat_map(|page| page.data).collect();
    match request.order {
        Order::NewestFirst => data.sort_by_key(|row| Reverse(at(row))),
        Order::OldestFirst => data.sort_by_key(&at),
    }
    let more = one_goes_on || data.len() > limit;
    data.truncate(limit);
    let last = data.last().filter(|_| more).map(&at);
    Page { data, next_cursor: last.map(|(created_at, public_id)| cursor(created_at, public_id)) }
}

/// Rows that come after, in this order. The first comparison is what an index can begin at.
pub(crate) fn after<C: ColumnTrait>(created_at: C, public_id: C, at: Position, order: Order) -> Condition {
    let Position { created_at: time, public_id: id } = at;
    let (not_before, later, later_id) = match order {
        Order::NewestFirst => (created_at.lte(time), created_at.lt(time), public_id.lt(id)),
        Order::OldestFirst => (created_at.gte(time), created_at.gt(time), public_id.gt(id)),
    };
    let same_time = Cond::all().add(created_at.eq(time)).add(later_id);
    Cond::all().add(not_before).add(Cond::any().add(later).add(same_time))
}

pub(crate) fn within<C: ColumnTrait>(column: C, Created { from, until }: Created) -> Condition {
    Cond::all().add_option(from.map(|from| column.gte(from))).add_option(until.map(|until| column.lt(until)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each a second of creation, which is its id as well.
    fn page(list: &[i64], request: &PageRequest) -> Page<i64> {
        let after = request.cursor.as_deref().map(|cursor| read(cursor).unwrap().created_at.timestamp());
        let mut rows = list.to_vec();
        rows.sort_unstable();
        if request.order == Order::NewestFirst {
            rows.reverse();
            rows.retain(|row| after.is_none_or(|after| *row < after));
        } else {
            rows.retain(|row| after.is_none_or(|after| *row > after));
        }
        let more = rows.len() > usize::from(request.limit);
        rows.truncate(request.limit.into());
        let next_cursor = rows.last().filter(|_| more).map(at).map(|(time, id)| cursor(time, id));
        Page { data: rows, next_cursor }
    }

    fn at(row: &i64) -> (DateTime<Utc>, Uuid) {
        (DateTime::from_timestamp(*row, 0).unwrap(), Uuid::from_u128(u128::try_from(*row).unwrap()))
    }

    #[test]
    fn lists_are_paged_as_one() {
        let check = |lists: &[&[i64]], limit, expected: &[&[i64]]| {
            for order in [Order::OldestFirst, Order::NewestFirst] {
                let mut request = PageRequest { limit, order, ..PageRequest::default() };
                let mut found = Vec::new();
                loop {
                    let pages = lists.iter().map(|list| page(list, &request)).collect();
                    let Page { data, next_cursor } = merged(pages, &request, at);
                    found.push(data);
                    match next_cursor {
                        Some(cursor) => request.cursor = Some(cursor),
                        None => break,
                    }
                }
                if order == Order::OldestFirst {
                    assert_eq!(found, expected, "{lists:?}");
                }
                let mut all: Vec<i64> = found.concat();
                all.sort_unstable();
                assert_eq!(all, expected.concat(), "{lists:?}");
            }
        };
        check(&[], 2, &[&[]]);
        check(&[&[], &[]], 2, &[&[]]);
        check(&[&[1, 2]], 2, &[&[1, 2]]);
        check(&[&[1, 2, 3]], 2, &[&[1, 2], &[3]]);
        check(&[&[1, 4], &[2, 3]], 2, &[&[1, 2], &[3, 4]]);
        check(&[&[1, 2, 3, 4], &[5]], 2, &[&[1, 2], &[3, 4], &[5]]);
        check(&[&[5], &[1], &[3]], 2, &[&[1, 3], &[5]]);
    }
}
