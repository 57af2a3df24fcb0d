//! What proves the audit log, over HTTP: signed checkpoints of its Merkle tree (RFC 6962), and that an entry is in it, and that
//! it has only grown.

use crate::app::App;
use crate::domain::hex;
use crate::domain::merkle::Hash;
use crate::domain::{AuditEntryId, AuditEntryKind};
use crate::service;
use crate::service::audit::prove_consistency::ConsistencyProof;
use crate::service::audit::prove_inclusion::InclusionProof;
use crate::service::audit::sign_checkpoint::SignedCheckpoint;
use kernel::TenantId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Caller, PathId, Query, Rendered, State};

/// Hashes have 64 digits of lower-case hexadecimal.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "checkpoint": "eyJhbGciOiJFZERTQSIsInR5cCI6ImF1ZGl0LWNoZWNrcG9pbnQrand0In0.eyJ0cmVlX3NpemUiOjN9.c2lnbmF0dXJl",
    "tenant": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "tree_size": 3,
    "root_hash": "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "key_id": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
}))]
pub struct AuditCheckpointDto {
    /// All of it, signed (JWS, RFC 7515): keep it to compare with later
    checkpoint: String,
    tenant: TenantId,
    /// How many entries the tree has
    tree_size: u64,
    root_hash: String,
    /// The thumbprint (RFC 7638) of the key that signed it; the key is in its header
    key_id: String,
}

impl From<SignedCheckpoint> for AuditCheckpointDto {
    fn from(signed: SignedCheckpoint) -> Self {
        Self {
            checkpoint: signed.text,
            tenant: signed.checkpoint.tenant,
            tree_size: signed.checkpoint.tree_size,
            root_hash: signed.checkpoint.root_hash,
            key_id: signed.key_id,
        }
    }
}

/// By RFC 9162, 2.1.3.2, `leaf_hash` and `hashes` lead to `root_hash`, which is that of a checkpoint of this size.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "entry_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "leaf_index": 1,
    "leaf_data": "{\"action\":\"billing.invoice.finalize\"}",
    "leaf_hash": "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "tree_size": 2,
    "root_hash": "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "hashes": ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"],
}))]
pub struct AuditInclusionProofDto {
    entry_id: AuditEntryId,
    /// Counted from 0
    leaf_index: u64,
    /// What is kept of the entry, in its one spelling: SHA-256 over a zero byte and this is `leaf_hash`, or it was changed
    leaf_data: String,
    leaf_hash: String,
    tree_size: u64,
    root_hash: String,
    hashes: Vec<String>,
}

impl From<InclusionProof> for AuditInclusionProofDto {
    fn from(proof: InclusionProof) -> Self {
        Self {
            entry_id: proof.entry,
            leaf_index: proof.leaf_index,
            leaf_data: proof.leaf_data,
            leaf_hash: hex::written(&proof.leaf_hash),
            tree_size: proof.tree_size,
            root_hash: hex::written(&proof.root),
            hashes: written(&proof.path),
        }
    }
}

/// By RFC 9162, 2.1.4.2, `hashes` lead from the one root to the other.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "from": 1, "to": 2, "from_root_hash": "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "to_root_hash": "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "hashes": ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"],
}))]
pub struct AuditConsistencyProofDto {
    from: u64,
    to: u64,
    from_root_hash: String,
    to_root_hash: String,
    hashes: Vec<String>,
}

impl From<ConsistencyProof> for AuditConsistencyProofDto {
    fn from(proof: ConsistencyProof) -> Self {
        Self {
            from: proof.from,
            to: proof.to,
            from_root_hash: hex::written(&proof.from_root),
            to_root_hash: hex::written(&proof.to_root),
            hashes: written(&proof.path),
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct AuditInclusionQuery {
    /// Of the tree that you know; the present one unless said
    tree_size: Option<u64>,
}

#[derive(Deserialize, IntoParams)]
pub struct AuditConsistencyQuery {
    /// The size of the tree that you know; that of the first entry alone unless said
    from: Option<u64>,
    /// The size of the tree that it has grown to; the present one unless said
    to: Option<u64>,
}

/// Shows a signed checkpoint of the audit log
///
/// What the tree of all entries is now. It stays the same until an entry is added or another key signs.
#[utoipa::path(get, path = "/audit-log/checkpoint", responses((status = 200, body = AuditCheckpointDto)))]
pub async fn show_audit_checkpoint(app: State<App>, caller: Caller) -> Answer {
    let signed = service::audit::sign_checkpoint::sign_checkpoint(&app, &caller).await?;
    Ok(Rendered::ok(&AuditCheckpointDto::from(signed)).etag_of_body())
}

/// Proves that an entry is in the audit log
#[utoipa::path(get, path = "/audit-entries/{id}/inclusion-proof", responses(
    (status = 200, body = AuditInclusionProofDto)))]
pub async fn prove_inclusion(
    app: State<App>,
    caller: Caller,
    id: PathId<AuditEntryKind>,
    query: Query<AuditInclusionQuery>,
) -> Answer {
    let size = query.tree_size;
    let proof = service::audit::prove_inclusion::prove_inclusion(&app, &caller, id.id(), size).await?;
    Ok(Rendered::ok(&AuditInclusionProofDto::from(proof)).etag_of_body())
}

/// Proves that the audit log has only grown
///
/// That the tree of `from` entries is the beginning of that of `to`: nothing in it was changed, taken away or moved.
#[utoipa::path(get, path = "/audit-log/consistency-proof", responses(
    (status = 200, body = AuditConsistencyProofDto)))]
pub async fn prove_consistency(
    app: State<App>,
    caller: Caller,
    query: Query<AuditConsistencyQuery>,
) -> Answer {
    let (from, to) = (query.from.unwrap_or(1), query.to);
    let proof = service::audit::prove_consistency::prove_consistency(&app, &caller, from, to).await?;
    Ok(Rendered::ok(&AuditConsistencyProofDto::from(proof)).etag_of_body())
}

fn written(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| hex::written(hash)).collect()
}
