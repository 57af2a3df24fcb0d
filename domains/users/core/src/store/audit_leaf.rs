//! The leaves of the audit log's tree, one an entry, and the roots of every 256 of them: written with the tree's row in hand,
//! and never changed.

use crate::domain::AuditEntryId;
use crate::domain::audit_detail::AuditDetail;
use crate::domain::audit_leaf::AuditLeaf;
use crate::domain::merkle::{Hash, Node, TILE, TILE_LEVELS, Tile};
use chrono::{DateTime, Utc};
use data::{Tx, Unit, sql, tenant_entity};
use kernel::{Ctx, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::FromQueryResult;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_leaves")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    /// The entry's.
    pub public_id: AuditEntryId,
    pub leaf_index: i64,
    pub leaf_hash: Vec<u8>,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(ledger);

pub struct Leaf {
    pub entry: AuditEntryId,
    pub index: u64,
    pub hash: Hash,
}

pub async fn insert_all(unit: &Unit, leaves: Vec<Leaf>) -> Result<(), data::Error> {
    let row = |leaf: Leaf| -> Result<ActiveModel, data::Error> {
        Ok(ActiveModel {
            public_id: Set(leaf.entry),
            leaf_index: Set(stored(leaf.index)?),
            leaf_hash: Set(leaf.hash.to_vec()),
            ..Default::default()
        })
    };
    let rows = leaves.into_iter().map(row).collect::<Result<Vec<_>, data::Error>>()?;
    unit.insert_all(rows).await
}

pub async fn insert_tile(unit: &Unit, ctx: &Ctx, node: Node, root: Hash) -> Result<(), data::Error> {
    let insert = sql!(
        "INSERT INTO audit_tiles (tenant_id, public_id, level, place, root, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)"
    );
    let insert = unit.sql(insert).bind(ctx.new_id::<()>()).bind(i64::from(node.level));
    insert.bind(stored(node.index)?).bind(root.to_vec()).bind(ctx.now()).exec().await?;
    Ok(())
}

/// `None` of an entry that has none yet.
pub async fn of_entry(tx: &Tx, entry: AuditEntryId) -> Result<Option<Leaf>, data::Error> {
    let found = tx.by_id::<Entity, _>(entry).one().await?;
    found.map(|row| Ok(Leaf { entry, index: read(row.leaf_index)?, hash: hash(&row.leaf_hash)? })).transpose()
}

#[derive(FromQueryResult)]
struct Kept {
    hash: Vec<u8>,
}

/// In their order, as many as there are.
pub async fn tile(tx: &Tx, tile: Tile) -> Result<Vec<Hash>, data::Error> {
    let first = tile.number << TILE_LEVELS;
    let (first, end) = (stored(first)?, stored(first + TILE)?);
    let rows: Vec<Kept> = if tile.level == 0 {
        let leaves = sql!(
            "SELECT leaf_hash AS hash FROM audit_leaves WHERE tenant_id = $1 AND leaf_index >= $2 AND leaf_index < $3 \
             ORDER BY leaf_index"
        );
        tx.sql(leaves).bind(first).bind(end).all().await?
    } else {
        let roots = sql!(
            "SELECT root AS hash FROM audit_tiles WHERE tenant_id = $1 AND level = $2 AND place >= $3 AND place < $4 \
             ORDER BY place"
        );
        tx.sql(roots).bind(i64::from(tile.level)).bind(first).bind(end).all().await?
    };
    rows.iter().map(|row| hash(&row.hash)).collect()
}

/// A leaf with all that is kept of its entry, which is nothing where somebody took it away by other rights than ours.
#[derive(FromQueryResult)]
struct Row {
    leaf_index: i64,
    leaf_hash: Vec<u8>,
    public_id: AuditEntryId,
    tenant_id: TenantId,
    action: Option<String>,
    resource: Option<String>,
    resource_id: Option<Uuid>,
    actor: Option<Json>,
    impersonator: Option<Json>,
    request_id: Option<String>,
    happened_at: Option<DateTime<Utc>>,
    detail_hash: Option<Vec<u8>>,
    before: Option<Json>,
    after: Option<Json>,
    client_address: Option<String>,
    salt: Option<Vec<u8>>,
    detail: Option<String>,
}

pub struct Exported {
    pub index: u64,
    pub hash: Hash,
    /// As [`AuditLeaf::value`] has it; `None` where it is gone.
    pub entry: Option<Json>,
    /// Salt and text; `None` where it was erased.
    pub detail: Option<(Vec<u8>, String)>,
}

/// Of the leaves of one tile, in their order, those before `size`.
pub async fn exported(tx: &Tx, number: u64, size: u64) -> Result<Vec<Exported>, data::Error> {
    let first = number << TILE_LEVELS;
    let (first, end) = (stored(first)?, stored((first + TILE).min(size))?);
    let leaves = sql!(
        "SELECT l.leaf_index, l.leaf_hash, l.public_id, l.tenant_id, e.action, e.resource, e.resource_id, e.actor, \
         e.impersonator, e.request_id, e.happened_at, e.detail_hash, e.before, e.after, e.client_address, d.salt, d.detail \
         FROM audit_leaves AS l \
         LEFT JOIN audit_entries AS e ON e.tenant_id = l.tenant_id AND e.public_id = l.public_id \
         LEFT JOIN audit_details AS d ON d.tenant_id = l.tenant_id AND d.public_id = l.public_id \
         WHERE l.tenant_id = $1 AND l.leaf_index >= $2 AND l.leaf_index < $3 ORDER BY l.leaf_index"
    );
    let rows: Vec<Row> = tx.sql(leaves).bind(first).bind(end).all().await?;
    rows.into_iter().map(Row::exported).collect()
}

impl Row {
    fn exported(self) -> Result<Exported, data::Error> {
        let (index, hash) = (read(self.leaf_index)?, hash(&self.leaf_hash)?);
        let (Some(action), Some(resource), Some(resource_id)) =
            (&self.action, &self.resource, self.resource_id)
        else {
            return Ok(Exported { index, hash, entry: None, detail: None });
        };
        let (Some(actor), Some(request_id), Some(happened_at)) =
            (&self.actor, &self.request_id, self.happened_at)
        else {
            return Ok(Exported { index, hash, entry: None, detail: None });
        };
        let leaf = AuditLeaf {
            id: self.public_id,
            tenant: self.tenant_id,
            action,
            resource,
            resource_id,
            actor,
            impersonator: self.impersonator.as_ref(),
            request_id,
            happened_at,
            detail_hash: self.detail_hash.as_deref(),
        };
        let entry = Some(leaf.value());
        let detail = match (self.salt, self.detail) {
            (Some(salt), Some(text)) => Some((salt, text)),
            // Nodes from before details were kept apart wrote it into the entry.
            _ if self.detail_hash.is_none() => {
                let (before, after, client_address) = (self.before, self.after, self.client_address);
                let detail = AuditDetail { before, after, client_address, user_agent: None };
                Some((Vec::new(), detail.canonical()))
            }
            _ => None,
        };
        Ok(Exported { index, hash, entry, detail })
    }
}

fn hash(stored: &[u8]) -> Result<Hash, data::Error> {
    stored.try_into().map_err(|_| data::Error::internal("a hash of the audit log is not as long as one"))
}

pub(super) fn stored(number: u64) -> Result<i64, data::Error> {
    i64::try_from(number).map_err(data::Error::internal)
}

pub(super) fn read(number: i64) -> Result<u64, data::Error> {
    u64::try_from(number).map_err(data::Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            leaf_index: 7,
            leaf_hash: vec![1; 32],
            public_id: AuditEntryId::from_uuid(Uuid::from_u128(1)),
            tenant_id: TenantId::from_uuid(Uuid::from_u128(2)),
            action: Some("users.tenant.update".to_owned()),
            resource: Some("tenant".to_owned()),
            resource_id: Some(Uuid::from_u128(3)),
            actor: Some(Json::Null),
            impersonator: None,
            request_id: Some("r".to_owned()),
            happened_at: Some(DateTime::UNIX_EPOCH),
            detail_hash: Some(vec![2; 32]),
            before: None,
            after: None,
            client_address: None,
            salt: None,
            detail: None,
        }
    }

    /// So that the export is there, and whoever verifies it is told what is missing.
    #[test]
    fn of_an_entry_that_is_gone_its_leaf_is_exported() {
        let whole = row().exported().unwrap();
        assert_eq!(whole.entry.unwrap()["action"], "users.tenant.update");
        let gone = Row {
            action: None,
            resource: None,
            resource_id: None,
            actor: None,
            request_id: None,
            happened_at: None,
            detail_hash: None,
            ..row()
        };
        let gone = gone.exported().unwrap();
        assert!(gone.entry.is_none() && gone.detail.is_none());
        assert_eq!((gone.index, gone.hash), (7, [1; 32]));
    }
}
