//! Proves that the tenant's audit log has only grown since it had so many entries: none of them was changed, taken away or moved.

use crate::app::App;
use crate::domain::merkle::{self, Hash, Span};
use crate::error::{AuditError, Error};
use crate::service::audit::prove_inclusion::known_size;
use crate::service::audit::tree::{Tiles, broken};
use kernel::Ctx;

pub struct ConsistencyProof {
    pub from: u64,
    pub to: u64,
    pub from_root: Hash,
    pub to_root: Hash,
    pub path: Vec<Hash>,
}

/// To the tree as it is now where no size is asked for.
pub async fn prove_consistency(
    app: &App,
    ctx: &Ctx,
    from: u64,
    to: Option<u64>,
) -> Result<ConsistencyProof, Error> {
    let read = app.databases.read(ctx).await?;
    let to = known_size(&read, to).await?;
    let spans = merkle::consistency(from, to).ok_or(AuditError::AuditSizesReversed { from, to })?;
    let mut tiles = Tiles::default();
    let path = tiles.roots(&read, &spans).await?;
    let from_root = tiles.root(&read, Span::whole(from)).await?;
    let to_root = tiles.root(&read, Span::whole(to)).await?;
    drop(read);
    if !merkle::is_consistent((from, &from_root), (to, &to_root), &path) {
        return Err(broken().into());
    }
    Ok(ConsistencyProof { from, to, from_root, to_root, path })
}
