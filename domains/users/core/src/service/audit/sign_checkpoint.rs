//! What the tree of the tenant's audit log is at this moment, signed: who keeps it can tell later whether the log was rewritten.

use crate::app::App;
use crate::domain::checkpoint::{self, Checkpoint};
use crate::domain::hex;
use crate::domain::merkle::Frontier;
use crate::error::Error;
use crate::service::sessions::signing_keys;
use crate::store::audit_tree;
use kernel::Ctx;

pub struct SignedCheckpoint {
    pub checkpoint: Checkpoint,
    /// As others verify it.
    pub text: String,
    pub key_id: String,
}

pub async fn sign_checkpoint(app: &App, ctx: &Ctx) -> Result<SignedCheckpoint, Error> {
    let read = app.databases.read(ctx).await?;
    let tree = audit_tree::find(&read).await?;
    drop(read);
    let (frontier, changed_at) =
        tree.map_or_else(|| (Frontier::default(), ctx.now()), |tree| (tree.frontier, tree.changed_at));
    let checkpoint = Checkpoint {
        iss: app.issuer.clone(),
        tenant: ctx.tenant(),
        tree_size: frontier.size(),
        root_hash: hex::written(&frontier.root()),
        iat: changed_at.timestamp(),
    };
    let payload = serde_json::to_value(&checkpoint).map_err(data::Error::internal)?;
    let text = signing_keys::sign_statement(app, ctx.visitor(), checkpoint::TYPE, &payload).await?;
    // What would not convince others is not handed out.
    let opened = checkpoint::open(&text)
        .ok_or_else(|| data::Error::internal("a checkpoint that was just signed does not open"))?;
    Ok(SignedCheckpoint { checkpoint, text, key_id: opened.key })
}
