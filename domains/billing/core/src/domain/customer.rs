//! Who is invoiced.

use billing_contract::CustomerId;
use chrono::{DateTime, Utc};
use kernel::reference::{check_external_id, check_metadata, patch_metadata};
use kernel::search::search_text;
use kernel::{Faults, FieldError, Metadata, MetadataPatch};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    pub id: CustomerId,
    pub fields: CustomerFields,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

/// What the tenant says of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    pub metadata: Option<Option<MetadataPatch>>,
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
        let external_id = check_external_id(&mut faults, "/external_id", self.external_id);
        check_metadata(&mut faults, "/metadata", &self.metadata);
        faults.finish(Self { name, email, external_id, metadata: self.metadata })
    }

    pub fn patched(&self, patch: CustomerPatch) -> Result<Self, Vec<FieldError>> {
        let fields = Self {
            name: match patch.name {
                Some(name) => name.unwrap_or_default(),
                None => self.name.clone(),
            },
            email: patch.email.unwrap_or_else(|| self.email.clone()),
            external_id: patch.external_id.unwrap_or_else(|| self.external_id.clone()),
            metadata: patch_metadata(&self.metadata, patch.metadata),
        };
        fields.checked()
    }

    pub fn search_text(&self) -> String {
        search_text([Some(&*self.name), self.email.as_deref(), self.external_id.as_deref()])
    }
}

/// Whether mail can be tried; only an answer to a mail proves an address.
fn is_address(text: &str) -> bool {
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let parts = text.rsplit_once('@');
    plain && parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !local.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

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
