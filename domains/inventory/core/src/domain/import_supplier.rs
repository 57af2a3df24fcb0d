//! One row of a file as a supplier, and what it takes to undo it. Blank cells are not there, and leave an existing
//! supplier's field alone.

use crate::domain::import_row::cells::{
    Bearer, EXTERNAL_ID, METADATA, check_external_id, external_id, metadata, metadata_cell, text,
};
use crate::domain::import_row::{Field, FieldKind, check_names, field};
use crate::domain::supplier::{Supplier, SupplierFields, SupplierPatch};
use crate::domain::text::is_plain;
use inventory_contract::SupplierId;
use kernel::{Currency, Faults, FieldError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub const FIELDS: [Field; 6] = [
    field("code", "The supplier's code; a row with a known one updates that supplier", true, FieldKind::Text),
    field("name", "What the supplier is called; required of a new one", false, FieldKind::Text),
    field("email", "Where orders go", false, FieldKind::Text),
    field("currency", "ISO 4217 code of what it usually asks to be paid in", false, FieldKind::Currency),
    EXTERNAL_ID,
    METADATA,
];

/// What is there of what a row names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Beside {
    /// By its code.
    pub there: Option<SupplierThere>,
    /// The code of the one that bears its external id.
    pub bearer: Option<String>,
}

/// A supplier there is already. No other row of the file changes it, since its code stands there once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SupplierThere {
    pub id: SupplierId,
    pub version: i64,
    pub fields: SupplierFields,
}

/// What a row does, and how it was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplierChange {
    pub supplier: SupplierId,
    pub fields: SupplierFields,
    /// None of a supplier that the row makes.
    pub before: Option<SupplierBefore>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplierBefore {
    pub version: i64,
    pub fields: SupplierFields,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    Changed(Box<SupplierChange>),
    Unchanged(SupplierId),
}

/// The code that a row names, as codes are kept; none where it can be nobody's.
pub fn code(values: &BTreeMap<String, String>) -> Option<String> {
    text(values, "code").filter(|code| is_plain(code)).map(str::to_ascii_uppercase)
}

/// What becomes of a row; `id` is for a supplier that it makes, `earlier` got the external id that it names from the
/// file. All faults of the row at once.
pub fn decide(
    values: &BTreeMap<String, String>,
    id: SupplierId,
    earlier: Option<&Bearer>,
    beside: &Beside,
) -> Result<Decided, Vec<FieldError>> {
    let there = beside.there.as_ref();
    let bearer = earlier.map(|earlier| earlier.code.as_str()).or(beside.bearer.as_deref());
    let mut faults = Faults::new();
    check_names(&mut faults, values, &FIELDS);
    let before = there.map(|there| &there.fields);
    let currency = text(values, "currency").and_then(|code| {
        faults.parse::<Currency>("/currency", "unknown_currency", &code.to_ascii_uppercase())
    });
    let given = |name: &str| text(values, name).map(|value| Some(value.to_owned()));
    let patch = SupplierPatch {
        // Required in every row.
        code: Some(text(values, "code").map(str::to_owned)),
        name: given("name"),
        email: given("email"),
        currency: currency.map(Some),
        external_id: given("external_id"),
        metadata: metadata(&mut faults, values).map(Some),
    };
    let had = before.and_then(|before| before.external_id.as_deref());
    let own = code(values);
    let bearer = bearer.filter(|bearer| own.as_deref() != Some(*bearer));
    check_external_id(&mut faults, "supplier", external_id(values), had, bearer);
    let fields = before.unwrap_or(&SupplierFields::default()).patched(patch);
    let mut errors = faults.into_errors();
    let fields = match fields {
        Ok(fields) if errors.is_empty() => fields,
        fields => {
            errors.extend(fields.err().unwrap_or_default());
            return Err(errors);
        }
    };
    let Some(there) = there else {
        return Ok(Decided::Changed(Box::new(SupplierChange { supplier: id, fields, before: None })));
    };
    if there.fields == fields {
        return Ok(Decided::Unchanged(there.id));
    }
    let before = SupplierBefore { version: there.version, fields: there.fields.clone() };
    Ok(Decided::Changed(Box::new(SupplierChange { supplier: there.id, fields, before: Some(before) })))
}

/// A supplier as a row that would leave it unchanged.
pub fn exported(supplier: &Supplier) -> BTreeMap<String, String> {
    let fields = &supplier.fields;
    let cells = [
        ("code", Some(fields.code.clone())),
        ("name", Some(fields.name.clone())),
        ("email", fields.email.clone()),
        ("currency", fields.currency.map(|currency| currency.to_string())),
        ("external_id", fields.external_id.clone()),
        ("metadata", metadata_cell(&fields.metadata)),
    ];
    cells.into_iter().filter_map(|(name, cell)| Some((name.to_owned(), cell?))).collect()
}

impl SupplierChange {
    /// Whether the supplier is as the row left it. What was put back since has another version, and the same fields.
    pub fn left(&self, now: &Supplier) -> bool {
        let version = self.before.as_ref().map_or(1, |before| before.version + 1);
        now.version == version || now.fields == self.fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;
    use uuid::Uuid;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn nobody() -> SupplierId {
        Id::from_uuid(Uuid::nil())
    }

    /// A supplier with an address and a reference.
    fn there() -> SupplierThere {
        let fields = SupplierFields {
            code: "EXO".to_owned(),
            name: "Exotic".to_owned(),
            email: Some("a@b".to_owned()),
            external_id: Some("erp-1".to_owned()),
            metadata: [("terms".to_owned(), "30 days".to_owned())].into(),
            ..SupplierFields::default()
        };
        SupplierThere { id: nobody(), version: 3, fields }
    }

    fn shown(version: i64, fields: SupplierFields) -> Supplier {
        let time = chrono::DateTime::UNIX_EPOCH;
        Supplier { id: nobody(), fields, version, created_at: time, updated_at: time, deleted_at: None }
    }

    /// `created`, `updated`, `unchanged`, or the faults.
    fn told(pairs: &[(&str, &str)], there: Option<&SupplierThere>, bearer: Option<&str>) -> String {
        let by_file = bearer.map(|code| Bearer { code: code.to_owned() });
        let row = values(pairs);
        let alone = Beside { there: there.cloned(), bearer: None };
        let decided = decide(&row, nobody(), by_file.as_ref(), &alone);
        let known = Beside { bearer: bearer.map(str::to_owned), ..alone };
        assert_eq!(decided, decide(&row, nobody(), None, &known), "whether the file gave it or it was there");
        match decided {
            Ok(Decided::Changed(change)) if change.before.is_none() => "created".to_owned(),
            Ok(Decided::Changed(_)) => "updated".to_owned(),
            Ok(Decided::Unchanged(_)) => "unchanged".to_owned(),
            Err(faults) => {
                let faults = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code));
                faults.collect::<Vec<_>>().join(", ")
            }
        }
    }

    #[test]
    fn a_row_makes_a_supplier_or_names_all_that_is_wrong() {
        let check = |pairs: &[(&str, &str)], bearer, expected: &str| {
            assert_eq!(told(pairs, None, bearer), expected, "{pairs:?}");
        };
        let full = [("code", " exo "), ("name", "Exotic"), ("email", "a@b"), ("currency", "gbp")];
        check(&full, None, "created");
        check(&[("code", "exo"), ("name", "Exotic"), ("external_id", "erp-1")], None, "created");
        check(
            &[("code", "exo"), ("name", "Exotic"), ("external_id", "erp-1")],
            Some("OTHER"),
            "/external_id taken",
        );
        check(&[("code", " ")], None, "/code blank, /name blank");
        check(&[("code", "a\0b"), ("name", "A")], None, "/code control_character");
        check(
            &[("code", "exo"), ("email", "nobody"), ("currency", "XYZ"), ("colour", "red")],
            None,
            "/colour unknown_field, /currency unknown_currency, /name blank, /email not_an_address",
        );
    }

    #[test]
    fn a_known_supplier_keeps_what_the_row_leaves_out() {
        let there = there();
        let check = |pairs: &[(&str, &str)], bearer, expected: &str| {
            assert_eq!(told(pairs, Some(&there), bearer), expected, "{pairs:?}");
        };
        check(&[("code", "exo")], None, "unchanged");
        check(&[("code", "exo"), ("name", "Exotic"), ("external_id", "erp-1")], Some("EXO"), "unchanged");
        check(&[("code", "exo"), ("email", "c@d")], None, "updated");
        check(&[("code", "exo"), ("external_id", "erp-2")], None, "/external_id differs");
        check(&[("code", "exo"), ("metadata", r#"{"terms": null}"#)], None, "updated");
        check(&[("code", "exo"), ("metadata", "30 days")], None, "/metadata not_an_object_of_texts");
        let row = values(&[("code", "exo"), ("currency", "GBP")]);
        let beside = Beside { there: Some(there.clone()), bearer: None };
        let Ok(Decided::Changed(change)) = decide(&row, nobody(), None, &beside) else { panic!("{row:?}") };
        assert_eq!(change.fields, SupplierFields { currency: Some(Currency::GBP), ..there.fields.clone() });
        let left = |version, fields: &SupplierFields| change.left(&shown(version, fields.clone()));
        // As it was written, put back by a later import that was undone, and by hand.
        assert!(left(4, &change.fields) && left(6, &change.fields) && !left(5, &there.fields));
    }

    #[test]
    fn what_is_exported_would_be_imported_as_unchanged() {
        let there = there();
        let supplier = shown(3, there.fields.clone());
        let beside = Beside { there: Some(there.clone()), bearer: Some("EXO".to_owned()) };
        let decided = decide(&exported(&supplier), nobody(), None, &beside);
        assert_eq!(decided, Ok(Decided::Unchanged(there.id)));
    }
}
