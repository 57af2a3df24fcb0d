//! Where a page ends: the creation time and public id of its last row. The edge signs it before a client sees it.

use crate::error::Error;
use chrono::{DateTime, Utc};
use kernel::page::{Created, Order};
use sea_orm::sea_query::{Cond, Condition};
use sea_orm::{ColumnTrait, QueryResult};
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
    Ok(format!("{}.{}", created_at.timestamp_micros(), public_id.simple()))
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
