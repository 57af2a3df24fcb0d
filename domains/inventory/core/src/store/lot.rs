//! The table `lots`: lots, and serial numbers, which are lots of one.

use crate::domain::lot::Lot;
use crate::domain::text::is_plain;
use chrono::NaiveDate;
use data::{Tx, Unit};
use inventory_contract::{ItemId, LotId};
use kernel::{Page, PageRequest, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Asterisk, ExprTrait, Query};
use std::collections::{BTreeSet, HashMap};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "lots")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: LotId,
    pub item_id: ItemId,
    pub code: String,
    pub expires_on: Option<ChronoDate>,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(resource);

pub async fn find(tx: &Tx, id: LotId) -> Result<Option<Lot>, data::Error> {
    Ok(tx.by_id::<Entity, _>(id).one().await?.map(Lot::from))
}

pub async fn find_all(tx: &Tx, ids: &[LotId]) -> Result<Vec<Lot>, data::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx.find::<Entity>().filter(Column::PublicId.is_in(ids.iter().copied()));
    Ok(found.limit(ids.len() as u64).all().await?.into_iter().map(Lot::from).collect())
}

/// Those that are there, by item and code.
pub async fn named<'a>(
    tx: &Tx,
    named: impl IntoIterator<Item = (ItemId, &'a str)>,
) -> Result<HashMap<(ItemId, String), Lot>, data::Error> {
    let named: BTreeSet<(ItemId, &str)> = named.into_iter().filter(|(_, code)| is_plain(code)).collect();
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let most = named.len() as u64;
    // Of pairs that are joined by `OR`, SQLite would read all lots of the tenant.
    let pairs = Query::select().column(Asterisk).from_values(named, "named").take();
    let pair = Expr::tuple([Column::ItemId.into_expr(), Column::Code.into_expr()]);
    let found = tx.find::<Entity>().filter(pair.in_subquery(pairs)).limit(most).all().await?;
    Ok(found.into_iter().map(|lot| ((lot.item_id, lot.code.clone()), lot.into())).collect())
}

pub async fn page(
    tx: &Tx,
    item: Option<ItemId>,
    code: Option<&str>,
    request: &PageRequest,
) -> Result<Page<Lot>, data::Error> {
    let mut lots = tx.find::<Entity>();
    if let Some(item) = item {
        lots = lots.filter(Column::ItemId.eq(item));
    }
    if let Some(code) = code {
        lots = lots.filter(Column::Code.eq(code));
    }
    Ok(lots.page(request).await?.map(Lot::from))
}

pub async fn insert_all(unit: &Unit, lots: &[Lot]) -> Result<(), data::Error> {
    let rows = lots.iter().map(|lot| ActiveModel {
        public_id: Set(lot.id),
        item_id: Set(lot.item),
        code: Set(lot.code.clone()),
        expires_on: Set(lot.expires_on),
        ..Default::default()
    });
    unit.insert_all(rows.collect()).await
}

/// `None` when it has another version by now, or is gone.
pub async fn set_expiry(
    unit: &Unit,
    id: LotId,
    seen: i64,
    expires_on: Option<NaiveDate>,
) -> Result<Option<Lot>, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::ExpiresOn, expires_on)
        .filter(Column::PublicId.eq(id))
        .filter(Column::Version.eq(seen));
    Ok(update.returning().await?.into_iter().next().map(Lot::from))
}

impl From<Model> for Lot {
    fn from(row: Model) -> Self {
        Self {
            id: row.public_id,
            item: row.item_id,
            code: row.code,
            expires_on: row.expires_on,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
