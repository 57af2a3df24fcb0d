//! A checkpoint: what the tree of a tenant's audit log was at one size, signed (RFC 7515). It carries the public key it was
//! signed with, so that it can be verified when that key is long gone from what is published; whether the key was ours is
//! told by its thumbprint, which whoever verifies knows from elsewhere. It is no access token, and no access token is one.

use crate::domain::access_token::{decoded, thumbprint, verified};
use crate::domain::hex;
use crate::domain::merkle::Hash;
use kernel::TenantId;
use serde::{Deserialize, Serialize};

const ALGORITHM: &str = "EdDSA";
/// As `access_token::sign_statement` is told it.
pub const TYPE: &str = "audit-checkpoint+jwt";

/// More than there can be: what is counted in tiles and leaves stays below what a number holds.
const MOST_LEAVES: u64 = 1 << 62;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
    jwk: PublicKey,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicKey {
    kty: String,
    crv: String,
    x: String,
    kid: String,
    alg: String,
    #[serde(rename = "use")]
    for_what: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    pub iss: String,
    pub tenant: TenantId,
    pub tree_size: u64,
    /// In hexadecimal digits.
    pub root_hash: String,
    /// When the tree got this size, in seconds.
    pub iat: i64,
}

/// One whose signature is that of the key it carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub checkpoint: Checkpoint,
    pub root: Hash,
    /// Of the key (RFC 7638).
    pub key: String,
}

/// `None` of what is no checkpoint, or not signed by the key that it carries.
pub fn open(text: &str) -> Option<Opened> {
    let (header, _) = text.split_once('.')?;
    let header: Header = serde_json::from_slice(&decoded(header)?).ok()?;
    let Header { alg, typ, kid, jwk } = header;
    let public_key = decoded(&jwk.x)?;
    let key = thumbprint(&public_key);
    let of_a_kind =
        [(&alg, ALGORITHM), (&jwk.alg, ALGORITHM), (&typ, TYPE), (&jwk.kty, "OKP"), (&jwk.crv, "Ed25519")];
    let is_ours = of_a_kind.iter().all(|(found, wanted)| found.as_str() == *wanted);
    if !is_ours || jwk.for_what != "sig" || kid != key || jwk.kid != key {
        return None;
    }
    let checkpoint: Checkpoint = serde_json::from_slice(&verified(text, &public_key)?).ok()?;
    let root = hex::read(&checkpoint.root_hash)?;
    if checkpoint.tree_size > MOST_LEAVES {
        return None;
    }
    Some(Opened { checkpoint, root, key })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access_token::{self, encoded, signed};
    use chrono::{DateTime, Utc};
    use ring::signature::{Ed25519KeyPair, KeyPair};
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn pair(seed: u8) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
    }

    fn key_of(pair: &Ed25519KeyPair) -> String {
        thumbprint(pair.public_key().as_ref())
    }

    fn sign(pair: &Ed25519KeyPair, checkpoint: &Checkpoint) -> String {
        access_token::sign_statement(pair, TYPE, &serde_json::to_value(checkpoint).unwrap()).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            iss: "http://insula.test".to_owned(),
            tenant: TenantId::from_uuid(Uuid::from_u128(7)),
            tree_size: 3,
            root_hash: "ab".repeat(32),
            iat: 1_768_478_400,
        }
    }

    #[test]
    fn a_checkpoint_opens_by_the_key_it_carries() {
        let text = sign(&pair(1), &checkpoint());
        let opened = open(&text).unwrap();
        assert_eq!((opened.checkpoint, opened.root), (checkpoint(), [0xab; 32]));
        assert_eq!(opened.key, key_of(&pair(1)));
    }

    #[test]
    fn what_was_altered_or_is_something_else_does_not_open() {
        let good = sign(&pair(1), &checkpoint());
        let parts: Vec<&str> = good.split('.').collect();
        let [header, payload, signature] = parts[..] else { panic!("{good}") };
        let other = sign(&pair(2), &Checkpoint { tree_size: 4, ..checkpoint() });
        let theirs: Vec<&str> = other.split('.').collect();
        for text in [
            format!("{header}.{}.{signature}", theirs[1]),
            format!("{}.{payload}.{signature}", theirs[0]),
            format!("{header}.{payload}.{}", theirs[2]),
            format!("{header}.{payload}"),
            format!("{header}.{payload}.{signature}.x"),
            good[..good.len() - 2].to_owned(),
            String::new(),
        ] {
            assert_eq!(open(&text), None, "{text}");
        }
        let check = |change: &dyn Fn(&mut Value)| {
            let mut header: Value = serde_json::from_slice(&decoded(header).unwrap()).unwrap();
            change(&mut header);
            let payload = decoded(payload).unwrap();
            let text = signed(&pair(1), header.to_string().as_bytes(), &payload);
            assert_eq!(open(&text), None, "{header}");
        };
        check(&|header| header["alg"] = json!("none"));
        check(&|header| header["typ"] = json!("at+jwt"));
        check(&|header| header["kid"] = json!(key_of(&pair(2))));
        check(&|header| header["jwk"]["x"] = json!(encoded(pair(2).public_key().as_ref())));
        check(&|header| header["jwk"]["crv"] = json!("Ed448"));
        check(&|header| header["jwk"]["alg"] = json!("ES256"));
        check(&|header| header["jwk"]["use"] = json!("enc"));
        check(&|header| header["jwk"]["kid"] = json!("k"));
        check(&|header| header["crit"] = json!(["b64"]));
        let misspelt = Checkpoint { root_hash: "AB".repeat(32), ..checkpoint() };
        assert_eq!(open(&sign(&pair(1), &misspelt)), None);
        let endless = Checkpoint { tree_size: u64::MAX, ..checkpoint() };
        assert_eq!(open(&sign(&pair(1), &endless)), None);
    }

    /// One key signs both.
    #[test]
    fn neither_passes_for_the_other() {
        let (pair, issuer) = (pair(1), "http://insula.test");
        let now: DateTime<Utc> = "2026-01-15T12:00:00Z".parse().unwrap();
        let id = Uuid::from_u128(7);
        let claims = json!({
            "iss": issuer, "aud": issuer, "sub": id, "tenant_id": id, "sid": id, "jti": id, "iat": now.timestamp(),
            "exp": now.timestamp() + 900, "auth_time": now.timestamp(), "amr": [],
        });
        let claims: access_token::Claims = serde_json::from_value(claims).unwrap();
        let token = access_token::sign(&pair, &key_of(&pair), &claims).unwrap();
        assert_eq!(access_token::key_id(&token), Some(key_of(&pair)));
        assert_eq!(open(&token), None);
        let checkpoint = sign(&pair, &checkpoint());
        assert!(open(&checkpoint).is_some());
        assert_eq!(access_token::key_id(&checkpoint), None);
        assert!(!access_token::is_good(&checkpoint, pair.public_key().as_ref(), issuer, now));
    }
}
