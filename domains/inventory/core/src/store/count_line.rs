//! The table `count_lines`. Lines belong to their count and change only while it is held.

use crate::domain::count::{CountLine, CountLineId, Found, MAX_LINES, Shelf, Totals};
use crate::domain::movement::EnteredQuantity;
use data::{Tx, Unit, sql};
use inventory_contract::{CountId, ItemId, LocationId, LotId};
use kernel::{Ctx, Currency, Money, Page, PageRequest, Quantity, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, Set};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "count_lines")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: CountLineId,
    pub count_id: CountId,
    pub item_id: ItemId,
    pub location_id: LocationId,
    pub lot_id: Option<LotId>,
    pub expected: Quantity,
    pub item_sequence: Option<i64>,
    pub counted: Option<Quantity>,
    pub entered_quantity: Option<Quantity>,
    pub entered_unit: Option<String>,
    pub counted_at: Option<DateTimeUtc>,
    pub counted_by: Option<String>,
    pub variance: Option<Quantity>,
    pub unit_cost_minor: Option<i64>,
    pub currency: Option<Currency>,
    pub entered_rounding: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(record);

pub async fn page(tx: &Tx, count: CountId, request: &PageRequest) -> Result<Page<CountLine>, data::Error> {
    tx.find::<Entity>().filter(Column::CountId.eq(count)).page(request).await?.try_map(CountLine::try_from)
}

/// All of them, since a count has so many at most.
pub async fn of(tx: &Tx, count: CountId) -> Result<Vec<CountLine>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::CountId.eq(count)).order_by_asc(Column::Id);
    found.limit(MAX_LINES as u64).all().await?.into_iter().map(CountLine::try_from).collect()
}

/// A line that is new, counted or not.
pub struct NewLine {
    pub shelf: Shelf,
    pub expected: Quantity,
    pub found: Option<Found>,
}

pub async fn insert_all(
    unit: &Unit,
    ctx: &Ctx,
    count: CountId,
    lines: &[NewLine],
) -> Result<(), data::Error> {
    let rows = lines.iter().map(|line| {
        let found = line.found.as_ref();
        let entered = found.and_then(|found| found.entered.as_ref());
        ActiveModel {
            public_id: Set(ctx.new_id()),
            count_id: Set(count),
            item_id: Set(line.shelf.item),
            location_id: Set(line.shelf.location),
            lot_id: Set(line.shelf.lot),
            expected: Set(line.expected),
            item_sequence: Set(found.map(|found| found.sequence)),
            counted: Set(found.map(|found| found.quantity)),
            entered_quantity: Set(entered.map(|entered| entered.quantity)),
            entered_unit: Set(entered.map(|entered| entered.unit.clone())),
            entered_rounding: Set(entered.and_then(|entered| entered.rounding.clone())),
            counted_at: Set(found.map(|found| found.at)),
            counted_by: Set(found.map(|found| found.by.clone())),
            ..Default::default()
        }
    });
    unit.insert_all(rows.collect()).await
}

/// In place of what was counted before.
pub async fn write_found(
    unit: &Unit,
    line: CountLineId,
    expected: Quantity,
    found: &Found,
) -> Result<(), data::Error> {
    let entered = found.entered.as_ref();
    let update = unit
        .update::<Entity>()
        .set(Column::Expected, expected)
        .set(Column::ItemSequence, found.sequence)
        .set(Column::Counted, found.quantity)
        .set(Column::EnteredQuantity, entered.map(|entered| entered.quantity))
        .set(Column::EnteredUnit, entered.map(|entered| entered.unit.clone()))
        .set(Column::EnteredRounding, entered.and_then(|entered| entered.rounding.clone()))
        .set(Column::CountedAt, found.at)
        .set(Column::CountedBy, found.by.as_str())
        .filter(Column::PublicId.eq(line));
    update.exec().await.map(|_| ())
}

pub async fn write_variance(unit: &Unit, line: &CountLine) -> Result<(), data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Variance, line.variance)
        .set(Column::UnitCostMinor, line.unit_cost.map(|cost| cost.amount_minor))
        .set(Column::Currency, line.unit_cost.map(|cost| cost.currency))
        .filter(Column::PublicId.eq(line.id));
    update.exec().await.map(|_| ())
}

/// Of a count that is to be counted again.
pub async fn clear_variances(unit: &Unit, count: CountId) -> Result<(), data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Variance, None::<Quantity>)
        .set(Column::UnitCostMinor, None::<i64>)
        .set(Column::Currency, None::<Currency>)
        .filter(Column::CountId.eq(count))
        .filter(Column::Variance.is_not_null());
    update.exec().await.map(|_| ())
}

#[derive(FromQueryResult)]
struct Sums {
    lines: i64,
    counted: i64,
}

/// Of a count that is open.
pub async fn totals(tx: &Tx, count: CountId) -> Result<Totals, data::Error> {
    let sums = tx.sql(sql!(
        "SELECT COUNT(*) AS lines, COUNT(counted) AS counted FROM count_lines \
         WHERE tenant_id = $1 AND count_id = $2 AND deleted_at IS NULL"
    ));
    let sums: Option<Sums> = sums.bind(count).one().await?;
    Ok(sums.map(|Sums { lines, counted }| Totals { lines, counted, off: None }).unwrap_or_default())
}

#[derive(FromQueryResult)]
struct Late {
    public_id: CountLineId,
    quantity: Quantity,
}

/// Of each counted line, the sum of the movements that had happened when it was counted and were recorded later.
pub async fn late(tx: &Tx, count: CountId) -> Result<BTreeMap<CountLineId, Quantity>, data::Error> {
    let late = tx.sql(sql!(
        "SELECT c.public_id, CAST(SUM(m.quantity) AS BIGINT) AS quantity FROM count_lines c \
         JOIN movements m ON m.tenant_id = c.tenant_id AND m.item_id = c.item_id AND m.sequence > c.item_sequence \
         AND m.happened_at < m.created_at AND m.happened_at < c.counted_at AND m.location_id = c.location_id \
         AND (m.lot_id = c.lot_id OR (m.lot_id IS NULL AND c.lot_id IS NULL)) \
         WHERE c.tenant_id = $1 AND c.count_id = $2 AND c.counted IS NOT NULL AND c.deleted_at IS NULL \
         GROUP BY c.public_id LIMIT 1000"
    ));
    let late: Vec<Late> = late.bind(count).all().await?;
    Ok(late.into_iter().map(|row| (row.public_id, row.quantity)).collect())
}

impl TryFrom<Model> for CountLine {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        let entered = row.entered_quantity.zip(row.entered_unit);
        let rounding = row.entered_rounding;
        let entered = entered.map(|(quantity, unit)| EnteredQuantity { quantity, unit, rounding });
        let found = match (row.counted, row.item_sequence, row.counted_at, row.counted_by) {
            (Some(quantity), Some(sequence), Some(at), Some(by)) => {
                Some(Found { quantity, entered, sequence, at, by })
            }
            (None, ..) => None,
            _ => return Err(data::Error::internal("a line is half counted")),
        };
        let cost = row.unit_cost_minor.zip(row.currency);
        Ok(Self {
            id: row.public_id,
            shelf: Shelf { item: row.item_id, location: row.location_id, lot: row.lot_id },
            expected: row.expected,
            found,
            variance: row.variance,
            unit_cost: cost.map(|(amount_minor, currency)| Money::new(amount_minor, currency)),
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
