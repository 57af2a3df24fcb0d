//! The tree of a tenant's audit log, as far as it takes to append to it: one row a tenant, made with its first entry.

use crate::domain::merkle::Frontier;
use crate::domain::{AuditTreeId, AuditTreeKind};
use crate::store::audit_leaf::{read, stored};
use chrono::{DateTime, Duration, Utc};
use data::{Tx, Unit, sql, tenant_entity};
use kernel::{Ctx, TenantId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_trees")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: AuditTreeId,
    pub size: i64,
    pub frontier: Vec<u8>,
    pub longest_delay_seconds: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(record);

pub struct Tree {
    pub frontier: Frontier,
    /// Between what an entry tells of and its reaching the log, at most.
    pub longest_delay: Duration,
    /// When it grew last.
    pub changed_at: DateTime<Utc>,
}

impl Tree {
    fn of(row: Model) -> Result<Self, data::Error> {
        let frontier = Frontier::read(read(row.size)?, &row.frontier);
        Ok(Self {
            frontier: frontier
                .ok_or_else(|| data::Error::internal("the tree of an audit log is not of its size"))?,
            longest_delay: Duration::seconds(row.longest_delay_seconds),
            changed_at: row.updated_at,
        })
    }
}

/// `None` before the first entry.
pub async fn find(tx: &Tx) -> Result<Option<Tree>, data::Error> {
    tx.find::<Entity>().one().await?.map(Tree::of).transpose()
}

/// Nobody else appends to it until the transaction ends.
pub async fn to_append(unit: &Unit, ctx: &Ctx) -> Result<Tree, data::Error> {
    if let Some(row) = unit.find::<Entity>().to_change().one().await? {
        return Tree::of(row);
    }
    // Of two that find none one makes it, and the other waits for that one here.
    let first = sql!(
        "INSERT INTO audit_trees (tenant_id, public_id, size, frontier, longest_delay_seconds, created_at, updated_at) \
         VALUES ($1, $2, 0, $3, 0, $4, $4) ON CONFLICT DO NOTHING"
    );
    let id = ctx.new_id::<AuditTreeKind>();
    unit.sql(first).bind(id).bind(Vec::<u8>::new()).bind(ctx.now()).exec().await?;
    let row = unit.find::<Entity>().to_change().one().await?;
    Tree::of(row.ok_or_else(|| data::Error::internal("the tree of an audit log was made and is not there"))?)
}

pub async fn grow(unit: &Unit, tree: &Tree) -> Result<(), data::Error> {
    let grown = unit
        .update::<Entity>()
        .set(Column::Size, stored(tree.frontier.size())?)
        .set(Column::Frontier, tree.frontier.bytes())
        .set(Column::LongestDelaySeconds, tree.longest_delay.num_seconds());
    grown.exec().await?;
    Ok(())
}
