//! Who is invoiced.

use billing_contract::CustomerId;
use chrono::{DateTime, Utc};
use kernel::{Faults, FieldError};
use std::collections::BTreeMap;

const MAX_METADATA: usize = 50;
const MAX_METADATA_KEY: usize = 40;
const MAX_METADATA_VALUE: usize = 500;

pub type Metadata = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    pub id: CustomerId,
    pub fields: CustomerFields,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What the tenant says of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerFields {
    pub name: String,
    pub email: Option<String>,
    pub external_id: Option<String>,
    pub metadata: Metadata,
}

/// A merge patch: absent is `None`, `null` is `Some(None)`.
#[derive(Clone, Debug, Default)]
pub struct CustomerPatch {
    pub name: Option<Option<String>>,
    pub email: Option<Option<String>>,
    pub external_id: Option<Option<String>>,
    pub metadata: Option<Option<BTreeMap<String, Option<String>>>>,
}

impl CustomerFields {
    /// Trimmed and checked, or all that is wrong.
    pub fn checked(self) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::new();
        let name = faults.text("/name", &self.name, 200);
        let email = self.email.map(|email| {
            let email = faults.text("/email", &email, 254);
            faults.require(is_address(&email), "/email", "not_an_address", "must be an e-mail address");
            email
        });
        let external_id = self.external_id.map(|id| faults.text("/external_id", &id, 200));
        check_metadata(&mut faults, &self.metadata);
        faults.finish(Self { name, email, external_id, metadata: self.metadata })
    }

    pub fn patched(&self, patch: CustomerPatch) -> Result<Self, Vec<FieldError>> {
        let mut metadata = match patch.metadata {
            Some(None) => Metadata::new(),
            _ => self.metadata.clone(),
        };
        for (key, value) in patch.metadata.flatten().unwrap_or_default() {
            match value {
                Some(value) => metadata.insert(key, value),
                None => metadata.remove(&key),
            };
        }
        let fields = Self {
            name: match patch.name {
                Some(name) => name.unwrap_or_default(),
                None => self.name.clone(),
            },
            email: patch.email.unwrap_or_else(|| self.email.clone()),
            external_id: patch.external_id.unwrap_or_else(|| self.external_id.clone()),
            metadata,
        };
        fields.checked()
    }
}

/// Whether mail can be tried; only an answer to a mail proves an address.
fn is_address(text: &str) -> bool {
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let parts = text.rsplit_once('@');
    plain && parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !local.contains('@'))
}

fn check_metadata(faults: &mut Faults, metadata: &Metadata) {
    let few = metadata.len() <= MAX_METADATA;
    faults.require(few, "/metadata", "too_many", &format!("must have at most {MAX_METADATA} pairs"));
    for (key, value) in metadata {
        let pointer = format!("/metadata/{}", key.replace('~', "~0").replace('/', "~1"));
        let key_fits = (1..=MAX_METADATA_KEY).contains(&key.chars().count());
        let detail = format!("a key has 1 to {MAX_METADATA_KEY} characters");
        faults.require(key_fits, &pointer, "bad_key", &detail);
        let value_fits = value.chars().count() <= MAX_METADATA_VALUE;
        let detail = format!("must have at most {MAX_METADATA_VALUE} characters");
        faults.require(value_fits, &pointer, "too_long", &detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Metadata {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn check(change: impl FnOnce(&mut CustomerFields), expected: &[&str]) {
        let mut fields = CustomerFields { name: "Alfreds".to_owned(), ..CustomerFields::default() };
        change(&mut fields);
        let faults = fields.clone().checked().err().unwrap_or_default();
        let found: Vec<_> = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
        assert_eq!(found, expected, "{fields:?}");
    }

    #[test]
    fn all_faults_are_named_at_once() {
        check(|_| (), &[]);
        check(|fields| fields.email = Some("a@b".to_owned()), &[]);
        check(|fields| fields.email = Some("a b@c".to_owned()), &["/email not_an_address"]);
        check(|fields| fields.email = Some("a@b@c".to_owned()), &["/email not_an_address"]);
        check(|fields| fields.metadata = pairs(&[("a/b", &"x".repeat(501))]), &["/metadata/a~1b too_long"]);
        let many: Vec<String> = (0..51).map(|n| n.to_string()).collect();
        let many: Vec<_> = many.iter().map(|n| (n.as_str(), "")).collect();
        check(|fields| fields.metadata = pairs(&many), &["/metadata too_many"]);
        let blank = |fields: &mut CustomerFields| {
            fields.name = " ".to_owned();
            fields.external_id = Some("e".repeat(201));
        };
        check(blank, &["/name blank", "/external_id too_long"]);
    }

    #[test]
    fn a_merge_patch_sets_removes_and_leaves() {
        let before = CustomerFields {
            name: "Alfreds".to_owned(),
            email: Some("a@b".to_owned()),
            external_id: Some("7".to_owned()),
            metadata: pairs(&[("keep", "1"), ("drop", "2")]),
        };
        let patch = CustomerPatch {
            email: Some(None),
            metadata: Some(Some(BTreeMap::from([
                ("drop".to_owned(), None),
                ("new".to_owned(), Some("3".to_owned())),
            ]))),
            ..CustomerPatch::default()
        };
        let after = before.patched(patch).unwrap();
        let metadata = pairs(&[("keep", "1"), ("new", "3")]);
        assert_eq!(after, CustomerFields { email: None, metadata, ..before.clone() });
        let nameless = CustomerPatch { name: Some(None), ..CustomerPatch::default() };
        assert_eq!(before.patched(nameless).unwrap_err()[0].pointer, "/name");
    }
}
