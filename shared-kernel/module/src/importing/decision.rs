//! The table `import_decisions`: what was decided of each row, in a plan or as it was carried out. It knows the rows of
//! the batches before, so that the file is never held: how often one occurred, and how they leave what they are about.

use crate::import_target::{ImportId, RowOutcome};
use data::{Tx, Unit};
use kernel::{Ctx, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query};
use std::collections::{BTreeSet, HashMap};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_decisions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: Uuid,
    pub import_id: ImportId,
    pub batch: i64,
    pub line: i64,
    pub row_key: Option<String>,
    pub occurrence: i64,
    pub seen: Option<Uuid>,
    pub outcome: Option<String>,
    pub change: Option<String>,
    pub thing: Option<String>,
    pub step: Option<i64>,
    pub after: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(ledger);

/// What was decided of one row.
#[derive(Clone, Debug)]
pub struct Decided {
    pub line: u64,
    /// What it is counted by; none where it does not say what it is, or is a line that is refused: that is none of
    /// those that say the same.
    pub key: Option<String>,
    /// From 1.
    pub occurrence: i64,
    /// What it was decided upon.
    pub seen: Uuid,
    pub outcome: RowOutcome,
    /// JSON of the target's.
    pub change: Option<String>,
    /// Of a row of a plan, and of the last one alone of those in its batch that leave the thing otherwise.
    pub after: Option<After>,
}

/// How a batch leaves what its rows are about, for those after it.
#[derive(Clone, Debug)]
pub struct After {
    pub thing: String,
    /// Which batch of the file it is that leaves it otherwise, from 1.
    pub step: i64,
    /// JSON of the target's.
    pub state: String,
}

pub async fn insert_all(
    unit: &Unit,
    ctx: &Ctx,
    import: ImportId,
    batch: u32,
    decided: &[Decided],
) -> Result<(), data::Error> {
    let row = |row: &Decided| {
        let after = row.after.as_ref();
        Ok(ActiveModel {
            public_id: Set(ctx.new_id::<()>().uuid()),
            import_id: Set(import),
            batch: Set(i64::from(batch)),
            line: Set(i64::try_from(row.line).map_err(data::Error::internal)?),
            row_key: Set(row.key.clone()),
            occurrence: Set(row.occurrence),
            seen: Set(Some(row.seen)),
            outcome: Set(Some(serde_json::to_string(&row.outcome).map_err(data::Error::internal)?)),
            change: Set(row.change.clone()),
            thing: Set(after.map(|after| after.thing.clone())),
            step: Set(after.map(|after| after.step)),
            after: Set(after.map(|after| after.state.clone())),
            ..Default::default()
        })
    };
    unit.insert_all(decided.iter().map(row).collect::<Result<Vec<_>, data::Error>>()?).await
}

/// What was decided of a batch, in the order of the file. What an import of the version before named is no decision.
pub async fn of_batch(
    tx: &Tx,
    import: ImportId,
    batch: u32,
    most: usize,
) -> Result<Vec<Decided>, data::Error> {
    let found = tx
        .find::<Entity>()
        .filter(Column::ImportId.eq(import))
        .filter(Column::Batch.eq(i64::from(batch)))
        .order_by_asc(Column::Line)
        .limit(most as u64);
    let decided = found.all().await?.into_iter().filter_map(|row| {
        let outcome = serde_json::from_str(row.outcome.as_deref()?).map_err(data::Error::internal);
        Some(outcome.map(|outcome| Decided {
            line: u64::try_from(row.line).unwrap_or_default(),
            key: row.row_key,
            occurrence: row.occurrence,
            seen: row.seen.unwrap_or_default(),
            outcome,
            change: row.change,
            after: None,
        }))
    });
    decided.collect()
}

/// How often each of these occurred in the batches before; those that did not are missing.
pub async fn occurrences(
    tx: &Tx,
    import: ImportId,
    batch: u32,
    keys: Vec<String>,
) -> Result<HashMap<String, i64>, data::Error> {
    let found = last(tx, (import, batch), [Column::RowKey, Column::Occurrence], keys).await?;
    Ok(found.into_iter().filter_map(|row| Some((row.row_key?, row.occurrence))).collect())
}

/// Which of these occurred in the batches before at all.
pub async fn occurring(
    tx: &Tx,
    import: ImportId,
    batch: u32,
    keys: Vec<String>,
) -> Result<BTreeSet<String>, data::Error> {
    if batch == 0 || keys.is_empty() {
        return Ok(BTreeSet::new());
    }
    let most = keys.len() as u64;
    let one_of_each = Query::select()
        .expr(Expr::col(Column::Id).min())
        .from(Entity)
        .and_where(Expr::col(Column::TenantId).eq(tx.tenant()))
        .and_where(Expr::col(Column::ImportId).eq(import))
        .and_where(Expr::col(Column::RowKey).is_in(keys))
        .group_by_col(Column::RowKey)
        .to_owned();
    let found = tx.find::<Entity>().filter(Column::Id.in_subquery(one_of_each)).limit(most).all().await?;
    Ok(found.into_iter().filter_map(|row| row.row_key).collect())
}

/// Which one a row of an import is among those that say the same.
pub struct Claim {
    pub import: ImportId,
    pub key: String,
    pub occurrence: i64,
}

/// Those of these imports and keys, the first occurrences first: up to this one, and at most so many.
pub async fn claims(
    tx: &Tx,
    imports: BTreeSet<ImportId>,
    keys: Vec<String>,
    (to, most): (i64, usize),
) -> Result<Vec<Claim>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::ImportId.is_in(imports));
    let found = found.filter(Column::RowKey.is_in(keys)).filter(Column::Occurrence.lte(to));
    let found = found.order_by_asc(Column::Occurrence).limit(most as u64).all().await?;
    let claim =
        |row: Model| Some(Claim { import: row.import_id, key: row.row_key?, occurrence: row.occurrence });
    Ok(found.into_iter().filter_map(claim).collect())
}

/// How the batches before left each of these things.
pub async fn states(
    tx: &Tx,
    import: ImportId,
    batch: u32,
    things: Vec<String>,
) -> Result<Vec<After>, data::Error> {
    let found = last(tx, (import, batch), [Column::Thing, Column::Step], things).await?;
    let after = |row: Model| Some(After { thing: row.thing?, step: row.step?, state: row.after? });
    Ok(found.into_iter().filter_map(after).collect())
}

/// The last row of each of these in the batches before, which are counted from 1: one look into an index for each,
/// however many there are.
async fn last(
    tx: &Tx,
    (import, batch): (ImportId, u32),
    [name, count]: [Column; 2],
    wanted: Vec<String>,
) -> Result<Vec<Model>, data::Error> {
    if batch == 0 || wanted.is_empty() {
        return Ok(Vec::new());
    }
    let most = wanted.len() as u64;
    let of_first = |column: Column| (Alias::new("first_row"), column);
    let of_last = |column: Column| (Alias::new("last_row"), column);
    let last = Query::select()
        .column(of_last(Column::PublicId))
        .from_as(Entity, Alias::new("last_row"))
        .and_where(Expr::col(of_last(Column::TenantId)).eq(tx.tenant()))
        .and_where(Expr::col(of_last(Column::ImportId)).eq(import))
        .and_where(Expr::col(of_last(name)).equals(of_first(name)))
        .and_where(Expr::col(of_last(Column::Batch)).lt(i64::from(batch)))
        .order_by(of_last(count), Order::Desc)
        .limit(1)
        .to_owned();
    let of_each = Query::select()
        .expr(Expr::from(last))
        .from_as(Entity, Alias::new("first_row"))
        .and_where(Expr::col(of_first(Column::TenantId)).eq(tx.tenant()))
        .and_where(Expr::col(of_first(Column::ImportId)).eq(import))
        .and_where(Expr::col(of_first(name)).is_in(wanted))
        .and_where(Expr::col(of_first(count)).eq(1_i64))
        .to_owned();
    tx.find::<Entity>().filter(Column::PublicId.in_subquery(of_each)).limit(most).all().await
}
