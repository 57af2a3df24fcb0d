//! The table `landed_costs`.

use crate::domain::costing::landed::{Basis, LandedCost};
use crate::error::Error;
use data::{Tx, Unit};
use inventory_contract::LandedCostId;
use kernel::{Currency, Money, Page, PageRequest, TenantId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "landed_costs")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: LandedCostId,
    pub amount_minor: i64,
    pub currency: Currency,
    pub basis: String,
    pub reference: Option<String>,
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

pub async fn find(tx: &Tx, id: LandedCostId) -> Result<Option<LandedCost>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(LandedCost::try_from).transpose()
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<LandedCost>, data::Error> {
    tx.find::<Entity>().page(request).await?.try_map(LandedCost::try_from)
}

pub async fn insert(
    unit: &Unit,
    id: LandedCostId,
    amount: Money,
    basis: Basis,
    reference: Option<&str>,
) -> Result<LandedCost, Error> {
    let row = ActiveModel {
        public_id: Set(id),
        amount_minor: Set(amount.amount_minor),
        currency: Set(amount.currency),
        basis: Set(basis.name().to_owned()),
        reference: Set(reference.map(str::to_owned)),
        ..Default::default()
    };
    let inserted = unit.insert(row).await.map_err(|error| {
        if error.is_unique("landed_costs_public_id", "landed_costs.public_id") {
            return Error::LandedCostExists { id };
        }
        error.into()
    });
    Ok(inserted?.try_into()?)
}

impl TryFrom<Model> for LandedCost {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        let basis = Basis::parse(&row.basis);
        Ok(Self {
            id: row.public_id,
            amount: Money::new(row.amount_minor, row.currency),
            basis: basis.ok_or_else(|| data::Error::internal(format!("a cost spread by {}", row.basis)))?,
            reference: row.reference,
            lines: Vec::new(),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
