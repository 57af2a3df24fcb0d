//! Whom the tenant buys from.

use chrono::{DateTime, Utc};
use inventory_contract::{SupplierChanged, SupplierCreated, SupplierDeleted, SupplierId, SupplierRestored};
use kernel::reference::{check_external_id, check_metadata, patch_metadata};
use kernel::search::search_text;
use kernel::{Currency, Faults, FieldError, Metadata, MetadataPatch};
use serde::{Deserialize, Serialize};

pub const MAX_SUPPLIER_CODE: usize = 64;
pub const MAX_SUPPLIER_NAME: usize = 200;
pub const MAX_EMAIL: usize = 254;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supplier {
    pub id: SupplierId,
    pub fields: SupplierFields,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

/// What the tenant says of a supplier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplierFields {
    pub code: String,
    pub name: String,
    pub email: Option<String>,
    /// What it usually asks to be paid in. An order may be in another.
    pub currency: Option<Currency>,
    pub external_id: Option<String>,
    pub metadata: Metadata,
}

/// A merge patch: absent is `None`, `null` is `Some(None)`.
#[derive(Clone, Debug, Default)]
pub struct SupplierPatch {
    pub code: Option<Option<String>>,
    pub name: Option<Option<String>>,
    pub email: Option<Option<String>>,
    pub currency: Option<Option<Currency>>,
    pub external_id: Option<Option<String>>,
    pub metadata: Option<Option<MetadataPatch>>,
}

impl SupplierFields {
    /// Trimmed and checked, the code in upper case, or all that is wrong.
    pub fn checked(self) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::new();
        let code = faults.text("/code", &self.code, MAX_SUPPLIER_CODE).to_ascii_uppercase();
        let name = faults.text("/name", &self.name, MAX_SUPPLIER_NAME);
        let email = self.email.map(|email| {
            let email = faults.text("/email", &email, MAX_EMAIL);
            faults.require(is_address(&email), "/email", "not_an_address", "must be an e-mail address");
            email
        });
        let external_id = check_external_id(&mut faults, "/external_id", self.external_id);
        check_metadata(&mut faults, "/metadata", &self.metadata);
        let Self { currency, metadata, .. } = self;
        faults.finish(Self { code, name, email, currency, external_id, metadata })
    }

    pub fn patched(&self, patch: SupplierPatch) -> Result<Self, Vec<FieldError>> {
        let fields = Self {
            code: patch.code.map_or_else(|| self.code.clone(), Option::unwrap_or_default),
            name: patch.name.map_or_else(|| self.name.clone(), Option::unwrap_or_default),
            email: patch.email.unwrap_or_else(|| self.email.clone()),
            currency: patch.currency.unwrap_or(self.currency),
            external_id: patch.external_id.unwrap_or_else(|| self.external_id.clone()),
            metadata: patch_metadata(&self.metadata, patch.metadata),
        };
        fields.checked()
    }

    /// What others are told of a supplier with these fields.
    pub fn created(&self, supplier: SupplierId) -> SupplierCreated {
        let (code, name) = self.told();
        SupplierCreated { supplier, code, name }
    }

    pub fn changed(&self, supplier: SupplierId) -> SupplierChanged {
        let (code, name) = self.told();
        SupplierChanged { supplier, code, name }
    }

    pub fn deleted(&self, supplier: SupplierId) -> SupplierDeleted {
        let (code, name) = self.told();
        SupplierDeleted { supplier, code, name }
    }

    pub fn restored(&self, supplier: SupplierId) -> SupplierRestored {
        let (code, name) = self.told();
        SupplierRestored { supplier, code, name }
    }

    fn told(&self) -> (String, String) {
        (self.code.clone(), self.name.clone())
    }

    pub fn search_text(&self) -> String {
        let Self { code, name, email, external_id, .. } = self;
        search_text([Some(code.as_str()), Some(name), email.as_deref(), external_id.as_deref()])
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

    fn exotic() -> SupplierFields {
        SupplierFields {
            code: " exo-1 ".to_owned(),
            name: "Exotic Liquids".to_owned(),
            ..SupplierFields::default()
        }
    }

    fn check(change: impl FnOnce(&mut SupplierFields), expected: &[&str]) {
        let mut fields = exotic();
        change(&mut fields);
        let faults = fields.clone().checked().err().unwrap_or_default();
        let found: Vec<_> = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
        assert_eq!(found, expected, "{fields:?}");
    }

    #[test]
    fn all_faults_are_named_at_once() {
        check(|_| (), &[]);
        check(|fields| fields.email = Some("a@b".to_owned()), &[]);
        check(|fields| fields.email = Some("a@b@c".to_owned()), &["/email not_an_address"]);
        let blank = |fields: &mut SupplierFields| {
            fields.code = " ".to_owned();
            fields.name = "n".repeat(201);
            fields.external_id = Some("..".to_owned());
        };
        check(blank, &["/code blank", "/name too_long", "/external_id dots_alone"]);
    }

    #[test]
    fn a_merge_patch_sets_removes_and_leaves() {
        let before = SupplierFields { email: Some("a@b".to_owned()), ..exotic() }.checked().unwrap();
        assert_eq!(before.code, "EXO-1");
        let patch = SupplierPatch {
            email: Some(None),
            currency: Some(Some(Currency::GBP)),
            ..SupplierPatch::default()
        };
        let after = before.patched(patch).unwrap();
        assert_eq!(after, SupplierFields { email: None, currency: Some(Currency::GBP), ..before.clone() });
        let nameless = SupplierPatch { name: Some(None), ..SupplierPatch::default() };
        assert_eq!(before.patched(nameless).unwrap_err()[0].pointer, "/name");
    }
}
