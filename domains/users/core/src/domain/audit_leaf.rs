//! What the tree of an audit log holds of an entry: all of it in one spelling, and of its detail the hash alone, so that a
//! detail can be erased and the tree still stands. What is in it and how it is spelt stays as it is for good.

use crate::domain::AuditEntryId;
use crate::domain::canonical;
use crate::domain::hex;
use crate::domain::merkle::{self, Hash};
use chrono::{DateTime, SecondsFormat, Utc};
use kernel::TenantId;
use serde_json::{Value, json};
use uuid::Uuid;

pub struct AuditLeaf<'a> {
    pub id: AuditEntryId,
    pub tenant: TenantId,
    pub action: &'a str,
    pub resource: &'a str,
    pub resource_id: Uuid,
    pub actor: &'a Value,
    pub impersonator: Option<&'a Value>,
    pub request_id: &'a str,
    pub happened_at: DateTime<Utc>,
    /// None where the entry is older than the sealing of details, empty where its detail was never sealed.
    pub detail_hash: Option<&'a [u8]>,
}

impl AuditLeaf<'_> {
    pub fn value(&self) -> Value {
        json!({
            "id": self.id,
            "tenant": self.tenant,
            "action": self.action,
            "resource": self.resource,
            "resource_id": self.resource_id,
            "actor": self.actor,
            "impersonator": self.impersonator,
            "request_id": self.request_id,
            "happened_at": self.happened_at.to_rfc3339_opts(SecondsFormat::Micros, true),
            "detail_hash": self.detail_hash.map(hex::written),
        })
    }

    pub fn hash(&self) -> Hash {
        hash(&self.value())
    }
}

/// Of what [`AuditLeaf::value`] says.
pub fn hash(value: &Value) -> Hash {
    merkle::leaf_hash(canonical::text(value).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So that a tree of today is still verified by every later version.
    #[test]
    fn a_leaf_stays_what_it_is() {
        let actor = json!({ "kind": "user", "id": Uuid::from_u128(4) });
        let leaf = AuditLeaf {
            id: AuditEntryId::from_uuid(Uuid::from_u128(1)),
            tenant: TenantId::from_uuid(Uuid::from_u128(2)),
            action: "billing.invoice.finalize",
            resource: "invoice",
            resource_id: Uuid::from_u128(3),
            actor: &actor,
            impersonator: None,
            request_id: "r",
            happened_at: "2026-01-15T12:00:00.123456789Z".parse().unwrap(),
            detail_hash: Some(&[0xab, 0xcd]),
        };
        let expected = concat!(
            r#"{"action":"billing.invoice.finalize","#,
            r#""actor":{"id":"00000000-0000-0000-0000-000000000004","kind":"user"},"detail_hash":"abcd","#,
            r#""happened_at":"2026-01-15T12:00:00.123456Z","id":"00000000-0000-0000-0000-000000000001","#,
            r#""impersonator":null,"request_id":"r","resource":"invoice","#,
            r#""resource_id":"00000000-0000-0000-0000-000000000003","#,
            r#""tenant":"00000000-0000-0000-0000-000000000002"}"#,
        );
        assert_eq!(canonical::text(&leaf.value()), expected);
        assert_eq!(leaf.hash(), merkle::leaf_hash(expected.as_bytes()));
        let unsealed = AuditLeaf { detail_hash: None, ..leaf };
        assert!(unsealed.value()["detail_hash"].is_null());
    }
}
