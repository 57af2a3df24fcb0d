//! The next invoice number of a tenant. It is taken in the transaction that finalizes, so a rollback gives it back
//! and no number is missing; whoever takes one waits for whoever took the one before.

use crate::domain::number;
use data::{Error, Unit, sql};
use kernel::Ctx;
use sea_orm::FromQueryResult;

#[derive(FromQueryResult)]
struct Taken {
    number: i64,
}

pub async fn take_number(unit: &Unit, ctx: &Ctx) -> Result<String, Error> {
    let taken = unit
        .sql(sql!(
            "INSERT INTO invoice_counters (tenant_id, public_id, series, next_number, created_at, updated_at) \
             VALUES ($1, $2, $3, 2, $4, $4) \
             ON CONFLICT (tenant_id, series) \
             DO UPDATE SET next_number = invoice_counters.next_number + 1, updated_at = excluded.updated_at \
             RETURNING next_number - 1 AS number"
        ))
        .bind(ctx.new_id::<()>())
        .bind(number::SERIES)
        .bind(ctx.now())
        .one::<Taken>()
        .await?;
    let taken = taken.ok_or_else(|| Error::internal("the counter gave no number"))?;
    Ok(number::format(taken.number))
}
