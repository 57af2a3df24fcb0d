//! Where a page ends: the creation time and public id of its last row. The edge signs it before a client sees it.

use crate::entity::TenantEntity;
use crate::error::Error;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Cond, Condition};
use sea_orm::{ColumnTrait, ModelTrait, Value};
use uuid::Uuid;

pub(crate) struct Position {
    created_at: DateTime<Utc>,
    public_id: Uuid,
}

pub(crate) fn read(cursor: &str) -> Result<Position, Error> {
    let (micros, id) = cursor.split_once('.').ok_or(Error::Cursor)?;
    let micros = micros.parse().map_err(|_| Error::Cursor)?;
    Ok(Position {
        created_at: DateTime::from_timestamp_micros(micros).ok_or(Error::Cursor)?,
        public_id: id.parse().map_err(|_| Error::Cursor)?,
    })
}

pub(crate) fn write<E: TenantEntity>(model: &E::Model) -> Result<String, Error>
where
    E::Model: ModelTrait<Entity = E>,
{
    match (model.get(E::created_at()), model.get(E::public_id())) {
        (Value::ChronoDateTimeUtc(Some(at)), Value::Uuid(Some(id))) => {
            Ok(format!("{}.{}", at.timestamp_micros(), id.simple()))
        }
        _ => Err(Error::internal("created_at is not a UTC time or public_id not a UUID")),
    }
}

/// Rows that come after, newest first.
pub(crate) fn after<C: ColumnTrait>(created_at: C, public_id: C, at: Position) -> Condition {
    let same_time = Cond::all().add(created_at.eq(at.created_at)).add(public_id.lt(at.public_id));
    Cond::all()
        .add(created_at.lte(at.created_at))
        .add(Cond::any().add(created_at.lt(at.created_at)).add(same_time))
}
