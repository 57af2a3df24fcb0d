//! The version of a resource: made of all that is told of it, since a person is told of two rows and a team of many.

use crate::domain::scim::Document;
use crate::error::Error;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Of a digest; enough that no two states of one resource share them.
const BYTES: usize = 12;

/// A resource as it is told.
#[derive(Clone, Debug)]
pub struct Told {
    pub document: Document,
    pub tag: String,
}

pub fn tag(document: &Document) -> Result<String, Error> {
    let text = serde_json::to_vec(document).map_err(data::Error::internal)?;
    let digest = Sha256::digest(&text);
    let hex: String = digest.iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("W/\"{hex}\""))
}

pub fn told(mut document: Document) -> Result<Told, Error> {
    let tag = tag(&document)?;
    if let Some(meta) = document.get_mut("meta").and_then(Value::as_object_mut) {
        meta.insert("version".to_owned(), json!(tag));
    }
    Ok(Told { document, tag })
}

/// What a request says of the version that it was made for: the tags of `If-Match`.
#[derive(Clone, Debug, Default)]
pub struct Seen(pub Option<Vec<String>>);

impl Seen {
    /// The tags are weak, and compared as such (RFC 7644 §3.14).
    pub fn require(&self, document: &Document) -> Result<(), Error> {
        let Some(seen) = &self.0 else { return Ok(()) };
        let tag = tag(document)?;
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let is_it = seen.iter().any(|seen| seen.trim() == "*" || opaque(seen) == opaque(&tag));
        if is_it { Ok(()) } else { Err(Error::stale()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_state_has_another_version() {
        let document = |name: &str| json!({ "userName": name }).as_object().unwrap().clone();
        let tag = tag(&document("ada")).unwrap();
        let check = |seen: &str, expected: bool| {
            let seen = Seen(Some(vec![seen.to_owned()]));
            assert_eq!(seen.require(&document("ada")).is_ok(), expected, "{seen:?}");
            assert!(seen.require(&document("eve")).is_err() || seen.0.unwrap() == ["*"]);
        };
        check(&tag, true);
        check(tag.trim_start_matches("W/"), true);
        check("*", true);
        check("W/\"1\"", false);
        check("", false);
        assert!(Seen(None).require(&document("ada")).is_ok());
    }
}
