//! The tree of the tenant's audit log: how it grows, in the transaction of what it grows by, and what proofs are made of.

use crate::domain::merkle::{Hash, Span, Tile, folded};
use crate::store::audit_leaf::{self, Leaf};
use crate::store::{audit_entry, audit_tree};
use data::{Tx, Unit};
use kernel::Ctx;
use std::collections::BTreeMap;

/// So many tiles are kept at most, of 8 KiB each.
const MAX_KEPT: usize = 64;

/// Each entry becomes the next leaf. Who else appends to this log waits until the transaction ends.
pub async fn grow(unit: &Unit, ctx: &Ctx, entries: &[audit_entry::Model]) -> Result<(), data::Error> {
    let mut tree = audit_tree::to_append(unit, ctx).await?;
    let mut leaves = Vec::with_capacity(entries.len());
    for entry in entries {
        let hash = entry.leaf().hash();
        leaves.push(Leaf { entry: entry.public_id, index: tree.frontier.size(), hash });
        let completed = tree.frontier.append(hash);
        for (node, root) in completed.into_iter().filter(|(node, _)| node.is_kept()) {
            audit_leaf::insert_tile(unit, ctx, node, root).await?;
        }
        tree.longest_delay = tree.longest_delay.max(entry.created_at - entry.happened_at);
    }
    audit_leaf::insert_all(unit, leaves).await?;
    audit_tree::grow(unit, &tree).await
}

/// What was read of the tree, so that no tile is read twice. It is never asked for more than there was when it was read: a
/// tree only grows.
#[derive(Default)]
pub struct Tiles {
    kept: BTreeMap<Tile, Vec<Hash>>,
}

impl Tiles {
    pub async fn roots(&mut self, tx: &Tx, spans: &[Span]) -> Result<Vec<Hash>, data::Error> {
        let mut roots = Vec::with_capacity(spans.len());
        for span in spans {
            roots.push(self.root(tx, *span).await?);
        }
        Ok(roots)
    }

    pub async fn root(&mut self, tx: &Tx, span: Span) -> Result<Hash, data::Error> {
        let mut roots = Vec::new();
        for node in span.nodes() {
            let mut root = self.kept.get(&node.tile()).and_then(|tile| node.root_in(tile));
            if root.is_none() {
                root = node.root_in(self.read(tx, node.tile()).await?);
            }
            roots.push(root.ok_or_else(broken)?);
        }
        Ok(folded(&roots))
    }

    async fn read(&mut self, tx: &Tx, tile: Tile) -> Result<&[Hash], data::Error> {
        if self.kept.len() >= MAX_KEPT {
            self.kept.clear();
        }
        let hashes = audit_leaf::tile(tx, tile).await?;
        Ok(self.kept.entry(tile).insert_entry(hashes).into_mut())
    }
}

/// What is kept of the tree does not fit together.
pub fn broken() -> data::Error {
    data::Error::internal("the tree of an audit log does not fit its leaves")
}
