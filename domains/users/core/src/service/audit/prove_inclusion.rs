//! Proves that an entry is in the tree of the tenant's audit log, as large as the caller knows it.

use crate::app::App;
use crate::domain::AuditEntryId;
use crate::domain::canonical;
use crate::domain::merkle::{self, Hash, Span};
use crate::error::{AuditError, Error};
use crate::service::audit::tree::{Tiles, broken};
use crate::store::{audit_entry, audit_leaf, audit_tree};
use data::Tx;
use kernel::Ctx;

pub struct InclusionProof {
    pub entry: AuditEntryId,
    pub leaf_index: u64,
    pub leaf_hash: Hash,
    /// What is kept of the entry, as it was hashed if it still is what it was.
    pub leaf_data: String,
    pub tree_size: u64,
    pub root: Hash,
    pub path: Vec<Hash>,
}

/// Of the tree as it is now where no size is asked for.
pub async fn prove_inclusion(
    app: &App,
    ctx: &Ctx,
    id: AuditEntryId,
    tree_size: Option<u64>,
) -> Result<InclusionProof, Error> {
    let read = app.databases.read(ctx).await?;
    let entry = audit_entry::by_id(&read, id).await?.ok_or(AuditError::AuditEntryNotFound)?;
    let leaf = audit_leaf::of_entry(&read, id).await?.ok_or(AuditError::AuditEntryUnsealed)?;
    let size = known_size(&read, tree_size).await?;
    let spans = merkle::inclusion(leaf.index, size);
    let spans = spans.ok_or(AuditError::AuditEntryNotInTree { leaf: leaf.index, size })?;
    let mut tiles = Tiles::default();
    let path = tiles.roots(&read, &spans).await?;
    let root = tiles.root(&read, Span::whole(size)).await?;
    drop(read);
    if merkle::root_by_inclusion(leaf.hash, leaf.index, size, &path) != Some(root) {
        return Err(broken().into());
    }
    Ok(InclusionProof {
        entry: id,
        leaf_index: leaf.index,
        leaf_hash: leaf.hash,
        leaf_data: canonical::text(&entry.leaf().value()),
        tree_size: size,
        root,
        path,
    })
}

/// What was asked for, where the log has as many entries; else all of it.
pub(super) async fn known_size(tx: &Tx, asked: Option<u64>) -> Result<u64, Error> {
    let size = audit_tree::find(tx).await?.map_or(0, |tree| tree.frontier.size());
    match asked {
        Some(asked) if asked > size => Err(AuditError::AuditTreeSmaller { size }.into()),
        Some(asked) => Ok(asked),
        None => Ok(size),
    }
}
