//! The personal part of an audit entry, and what binds it to the entry: SHA-256 over a random salt and the detail's
//! canonical form. Detail and salt are erased together; the hash that stays then says nothing of either, since nobody
//! can try out what it was made of.
//!
//! The canonical form is that of `canonical.rs`, and all four keys are always there. That very text is what is stored, so
//! verifying never depends on writing a value again as it was written once.

use crate::domain::canonical;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AuditDetail {
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub client_address: Option<String>,
    #[serde(default)]
    pub user_agent: Option<String>,
}

/// What an entry says of its detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// The detail is what was written with the entry.
    Verified,
    /// It was erased, with its salt.
    Erased,
    /// It is not what was written with the entry.
    Mismatch,
    /// The entry is older than the sealing of details.
    Unsealed,
}

impl AuditDetail {
    pub fn canonical(&self) -> String {
        canonical::text(&json!({
            "after": self.after, "before": self.before, "client_address": self.client_address,
            "user_agent": self.user_agent,
        }))
    }
}

/// Of one length, since nothing else says where it ends and the text begins: by another some of the text would pass for salt.
const SALT_BYTES: usize = 32;

/// Whether this is what was sealed.
pub fn is_sealed_by(hash: &[u8], salt: &[u8], canonical: &str) -> bool {
    salt.len() == SALT_BYTES && seal(salt, canonical) == hash
}

pub fn seal(salt: &[u8], canonical: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(canonical).finalize().into()
}

/// `hash` is the entry's: none where a node of the version before wrote it, empty where its detail was moved unsealed.
/// `kept` is the salt and the text that are kept of it.
pub fn verify(hash: Option<&[u8]>, kept: Option<(&[u8], &str)>) -> Verification {
    match (hash, kept) {
        (None, _) => Verification::Unsealed,
        (Some(_), None) => Verification::Erased,
        (Some([]), Some(_)) => Verification::Unsealed,
        (Some(hash), Some((salt, text))) if is_sealed_by(hash, salt, text) => Verification::Verified,
        _ => Verification::Mismatch,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_canonical(after: Value, expected: &str) {
        let detail = AuditDetail { after: Some(after), ..AuditDetail::default() };
        let whole =
            format!(r#"{{"after":{expected},"before":null,"client_address":null,"user_agent":null}}"#);
        assert_eq!(detail.canonical(), whole);
        assert_eq!(serde_json::from_str::<AuditDetail>(&whole).unwrap().canonical(), whole);
    }

    #[test]
    fn the_canonical_form_has_one_spelling() {
        check_canonical(json!({ "b": 1, "a": { "d": [], "c": {} } }), r#"{"a":{"c":{},"d":[]},"b":1}"#);
        check_canonical(json!([1, -2.5, true, "x"]), r#"[1,-2.5,true,"x"]"#);
        check_canonical(json!({ "é": "\"\n\u{1}", "Z": "ü" }), r#"{"Z":"ü","é":"\"\n\u0001"}"#);
        check_canonical(json!("a\u{0}b"), r#""a\u0000b""#);
        let swapped: Value = serde_json::from_str(r#" { "y" : 2 , "x" : 1 } "#).unwrap();
        check_canonical(swapped, r#"{"x":1,"y":2}"#);
    }

    #[test]
    fn a_detail_is_verified_by_its_salt_and_its_text() {
        let (salt, text) = ([7u8; 32].as_slice(), r#"{"after":1}"#);
        let hash = seal(salt, text);
        let shifted = [salt, &text.as_bytes()[..1]].concat();
        for (hash, kept, expected) in [
            (Some(&hash[..]), Some((salt, text)), Verification::Verified),
            (Some(&hash[..]), None, Verification::Erased),
            (Some(&hash[..]), Some((salt, r#"{"after":2}"#)), Verification::Mismatch),
            (Some(&hash[..]), Some((&[8u8; 32][..], text)), Verification::Mismatch),
            (Some(&hash[..31]), Some((salt, text)), Verification::Mismatch),
            (Some(&hash[..]), Some((&shifted[..], &text[1..])), Verification::Mismatch),
            (Some(&[][..]), Some((&[][..], text)), Verification::Unsealed),
            (Some(&[][..]), None, Verification::Erased),
            (None, None, Verification::Unsealed),
        ] {
            assert_eq!(verify(hash, kept), expected, "{hash:?} {kept:?}");
        }
    }

    /// So that an entry of today is still verified by every later version.
    #[test]
    fn the_seal_stays_what_it_is() {
        let detail = AuditDetail {
            before: Some(json!({ "name": "Engines" })),
            after: Some(json!({ "name": "New" })),
            client_address: Some("203.0.113.9".to_owned()),
            user_agent: Some("curl/8".to_owned()),
        };
        let hex: String =
            seal(b"salt", &detail.canonical()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "b95138a971e3d02b05e5b2604e1d0409a67c82c78333b91ec6a46852692caef8");
    }
}
