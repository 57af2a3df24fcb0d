//! The table `invoice_lines`. Lines belong to their invoice and change only with it.

use crate::domain::invoice::{Line, MAX_LINES};
use billing_contract::{InvoiceId, PriceId};
use data::{Error, Tx, Unit};
use kernel::{Ctx, Currency, Money, Quantity, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

kernel::typed_id!(LineId, LineKind, "invoice_line");

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice_lines")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: LineId,
    pub invoice_id: InvoiceId,
    pub position: i32,
    pub description: String,
    pub quantity: Quantity,
    pub unit_amount_minor: i64,
    pub amount_minor: i64,
    pub price_id: Option<PriceId>,
    pub created_at: ChronoDateTimeUtc,
    pub updated_at: ChronoDateTimeUtc,
    pub deleted_at: Option<ChronoDateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(record);

pub async fn insert(unit: &Unit, ctx: &Ctx, invoice: InvoiceId, lines: &[Line]) -> Result<(), Error> {
    for (position, line) in (1..).zip(lines) {
        let row = ActiveModel {
            public_id: Set(ctx.new_id()),
            invoice_id: Set(invoice),
            position: Set(position),
            description: Set(line.description.clone()),
            quantity: Set(line.quantity),
            unit_amount_minor: Set(line.unit_amount.amount_minor),
            amount_minor: Set(line.amount.amount_minor),
            price_id: Set(line.price),
            ..Default::default()
        };
        unit.insert(row).await?;
    }
    Ok(())
}

/// In their order; all have the invoice's currency.
pub async fn of(tx: &Tx, invoice: InvoiceId, currency: Currency) -> Result<Vec<Line>, Error> {
    let found = tx.find::<Entity>().filter(Column::InvoiceId.eq(invoice));
    let rows = found.order_by_asc(Column::Position).limit(MAX_LINES as u64).all().await?;
    let line = |row: Model| Line {
        description: row.description,
        quantity: row.quantity,
        unit_amount: Money::new(row.unit_amount_minor, currency),
        amount: Money::new(row.amount_minor, currency),
        price: row.price_id,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Whether a line is of this price.
pub async fn any_at(tx: &Tx, price: PriceId) -> Result<bool, Error> {
    Ok(tx.find::<Entity>().filter(Column::PriceId.eq(price)).limit(1).one().await?.is_some())
}

pub async fn replace(unit: &Unit, ctx: &Ctx, invoice: InvoiceId, lines: &[Line]) -> Result<(), Error> {
    unit.update::<Entity>()
        .filter(Column::InvoiceId.eq(invoice))
        .set(Column::DeletedAt, ctx.now())
        .set(Column::DeletedBy, ctx.actor().to_string())
        .exec()
        .await?;
    insert(unit, ctx, invoice, lines).await
}
