//! One row of a file as a customer, and what it takes to undo it. A row names its customer by the tenant's reference. One
//! that has none can be changed by its id, as an export names it, and is never made: the next file would make it again.

use super::customer::{Customer, CustomerFields, CustomerPatch};
use super::import_cells::{Cells, Field, check_names, field, reference, text};
use billing_contract::CustomerId;
use kernel::reference::check_external_id;
use kernel::{Faults, FieldError, MetadataPatch};
use module::FieldKind;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub const FIELDS: [Field; 5] = [
    field(
        "external_id",
        "Your own reference; a row with a known one changes that customer",
        true,
        FieldKind::Text,
    ),
    field("name", "What the customer is called; required of a new one", false, FieldKind::Text),
    field("email", "Where invoices go", false, FieldKind::Text),
    field(
        "metadata",
        "Pairs to set, as a JSON object of texts; a pair that is null goes",
        false,
        FieldKind::Text,
    ),
    field(
        "id",
        "Of a customer without an external_id, as an export has it; leave it out otherwise",
        false,
        FieldKind::Text,
    ),
];

/// What a row knows its customer by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomerKey {
    ExternalId(String),
    Id(CustomerId),
}

impl CustomerKey {
    /// None where the row does not say, or says it wrongly; [`decide`] has its reasons to refuse it then.
    pub fn of(cells: &Cells) -> Option<Self> {
        match (text(cells, "external_id"), text(cells, "id")) {
            (Some(_), None) => reference(cells, "external_id").map(Self::ExternalId),
            (None, Some(id)) => id.parse().ok().map(Self::Id),
            _ => None,
        }
    }

    pub fn name(&self) -> String {
        match self {
            Self::ExternalId(external_id) => format!("external_id/{external_id}"),
            Self::Id(id) => format!("id/{id}"),
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        match name.split_once('/')? {
            ("external_id", external_id) => Some(Self::ExternalId(external_id.to_owned())),
            ("id", id) => id.parse().ok().map(Self::Id),
            _ => None,
        }
    }
}

/// What a row does, and how it was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerChange {
    pub id: CustomerId,
    pub fields: CustomerFields,
    /// None of a customer that the row makes.
    pub before: Option<Customer>,
}

impl CustomerChange {
    /// Why it cannot be taken back, of the customer as it is now; none where it is as the row left it. What was put
    /// back since has another version, and the same fields.
    pub fn built_upon(&self, now: &Customer) -> Option<&'static str> {
        let left = self.before.as_ref().map_or(1, |before| before.version + 1);
        let differs = now.version != left && now.fields != self.fields;
        differs.then_some("the customer was changed since: change it by hand")
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    Changed(Box<CustomerChange>),
    Unchanged(CustomerId),
}

/// What becomes of a row; `id` is for a customer that it makes. All faults of the row at once.
pub fn decide(cells: &Cells, id: CustomerId, there: Option<&Customer>) -> Result<Decided, Vec<FieldError>> {
    let mut faults = Faults::new();
    check_names(&mut faults, cells, &FIELDS);
    check_key(&mut faults, cells, there);
    let mut present = there.map(|there| there.fields.clone()).unwrap_or_default();
    if let Some(CustomerKey::ExternalId(external_id)) = CustomerKey::of(cells) {
        present.external_id = Some(external_id);
    }
    let given = |name| text(cells, name).map(|cell| Some(cell.to_owned()));
    let patch = CustomerPatch {
        name: given("name"),
        email: given("email"),
        external_id: None,
        metadata: metadata(&mut faults, cells).map(Some),
    };
    let fields = present.patched(patch);
    let mut errors = faults.into_errors();
    let fields = match fields {
        Ok(fields) if errors.is_empty() => fields,
        fields => {
            errors.extend(fields.err().unwrap_or_default());
            return Err(errors);
        }
    };
    Ok(match there {
        Some(there) if there.fields == fields => Decided::Unchanged(there.id),
        Some(there) => {
            let change = CustomerChange { id: there.id, fields, before: Some(there.clone()) };
            Decided::Changed(Box::new(change))
        }
        None => Decided::Changed(Box::new(CustomerChange { id, fields, before: None })),
    })
}

fn check_key(faults: &mut Faults, cells: &Cells, there: Option<&Customer>) {
    match (text(cells, "external_id"), text(cells, "id")) {
        (None, None) => {
            let detail = "is needed, so that the same row again is known: give each customer a reference";
            faults.add("/external_id", "required", detail);
        }
        (Some(_), Some(_)) => {
            faults.add("/id", "ambiguous", "must be left out of a row that has an external_id");
        }
        (Some(external_id), None) => {
            check_external_id(faults, "/external_id", Some(external_id.to_owned()));
        }
        (None, Some(id)) => {
            if faults.parse::<CustomerId>("/id", "not_an_id", id).is_none() {
                return;
            }
            match there.map(|there| there.fields.external_id.as_deref()) {
                None => {
                    let detail = "there is no customer with this id: give an external_id instead to make one";
                    faults.add("/id", "unknown_customer", detail);
                }
                Some(Some(external_id)) => {
                    let detail = format!("the customer is known by its external_id {external_id}: give that");
                    faults.add("/id", "has_external_id", detail);
                }
                Some(None) => {}
            }
        }
    }
}

/// What cannot be read is a fault, and otherwise absent.
fn metadata(faults: &mut Faults, cells: &Cells) -> Option<MetadataPatch> {
    let read = serde_json::from_str::<MetadataPatch>(text(cells, "metadata")?);
    if read.is_err() {
        let detail = r#"must be a JSON object of texts, such as {"segment": "retail"}"#;
        faults.add("/metadata", "not_an_object_of_texts", detail);
    }
    read.ok()
}

/// A customer as a row that would leave it unchanged.
pub fn exported(customer: &Customer) -> Cells {
    let CustomerFields { name, email, external_id, metadata } = &customer.fields;
    let cells = [
        ("external_id", external_id.clone()),
        ("name", Some(name.clone())),
        ("email", email.clone()),
        ("metadata", (!metadata.is_empty()).then(|| json!(metadata).to_string())),
        ("id", external_id.is_none().then(|| customer.id.to_string())),
    ];
    cells.into_iter().filter_map(|(name, cell)| Some((name.to_owned(), cell?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Clock, Id};
    use uuid::Uuid;

    const NEW: CustomerId = Id::from_uuid(Uuid::nil());
    const OLD: CustomerId = Id::from_uuid(Uuid::from_u128(1));

    fn cells(pairs: &[(&str, &str)]) -> Cells {
        pairs.iter().map(|(name, cell)| ((*name).to_owned(), (*cell).to_owned())).collect()
    }

    fn customer(external_id: Option<&str>) -> Customer {
        let now = Clock::system().now();
        let pair = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        Customer {
            id: OLD,
            fields: CustomerFields {
                name: "Alfreds".to_owned(),
                email: Some("a@b".to_owned()),
                external_id: external_id.map(str::to_owned),
                metadata: [("tier", "gold"), ("since", "2026")].map(pair).into(),
            },
            version: 3,
            created_at: now,
            updated_at: now,
            deleted_at: None,
        }
    }

    /// `created`, `updated`, `unchanged`, or the faults.
    fn told(row: &Cells, there: Option<&Customer>) -> String {
        match decide(row, NEW, there) {
            Ok(Decided::Changed(change)) if change.before.is_none() => "created".to_owned(),
            Ok(Decided::Changed(_)) => "updated".to_owned(),
            Ok(Decided::Unchanged(id)) => {
                assert_eq!(id, OLD);
                "unchanged".to_owned()
            }
            Err(faults) => {
                let faults: Vec<_> =
                    faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
                faults.join(", ")
            }
        }
    }

    #[test]
    fn a_row_is_checked_fully() {
        let check = |pairs: &[(&str, &str)], expected: &str| {
            assert_eq!(told(&cells(pairs), None), expected, "{pairs:?}");
        };
        check(&[("external_id", "7"), ("name", "A")], "created");
        check(&[("external_id", "7"), ("name", "A"), ("email", "a@b"), ("metadata", "{}")], "created");
        check(&[("name", "A"), ("external_id", " ")], "/external_id required");
        check(&[("external_id", "7")], "/name blank");
        check(
            &[("external_id", ".."), ("email", "x"), ("phone", "1"), ("metadata", "gold")],
            "/phone unknown_field, /external_id dots_alone, /metadata not_an_object_of_texts, /name blank, \
             /email not_an_address",
        );
        let pair = format!(r#"{{"a": "{}"}}"#, "x".repeat(501));
        check(&[("external_id", "7"), ("name", "A"), ("metadata", &pair)], "/metadata/a too_long");
        check(
            &[("external_id", "7"), ("name", "A"), ("metadata", r#"{"a": 1}"#)],
            "/metadata not_an_object_of_texts",
        );
        let id = OLD.to_string();
        check(&[("external_id", "7"), ("id", &id), ("name", "A")], "/id ambiguous");
        check(&[("id", "7"), ("name", "A")], "/id not_an_id");
        check(&[("id", &id), ("name", "A")], "/id unknown_customer");
    }

    #[test]
    fn a_known_customer_changes_in_what_the_row_says() {
        let there = customer(Some("7"));
        let check = |pairs: &[(&str, &str)], expected: &str| {
            let row = cells(&[&[("external_id", "7")], pairs].concat());
            assert_eq!(told(&row, Some(&there)), expected, "{pairs:?}");
        };
        let required: Vec<_> = FIELDS.iter().filter(|field| field.required).map(|field| field.name).collect();
        assert_eq!(required, ["external_id"]);
        check(&[], "unchanged");
        check(&[("name", " Alfreds "), ("email", " ")], "unchanged");
        check(&[("metadata", r#"{"tier": "gold", "gone": null}"#)], "unchanged");
        check(&[("name", "Alfreds & Co")], "updated");
        check(&[("metadata", r#"{"tier": null}"#)], "updated");
        check(&[("email", "a@b@c")], "/email not_an_address");
        let row = cells(&[("external_id", "7"), ("metadata", r#"{"tier": null, "new": "1"}"#)]);
        let Ok(Decided::Changed(change)) = decide(&row, NEW, Some(&there)) else { panic!("{row:?}") };
        let kept: Vec<_> = change.fields.metadata.keys().map(String::as_str).collect();
        assert_eq!((change.id, kept), (OLD, vec!["new", "since"]));
        assert_eq!(change.before.as_ref(), Some(&there));
        assert_eq!(change.built_upon(&Customer { version: 4, ..there.clone() }), None);
        assert!(change.built_upon(&there).is_some());
        let put_back = Customer { version: 6, fields: change.fields.clone(), ..there.clone() };
        assert_eq!(change.built_upon(&put_back), None);
        let by_hand = Customer { version: 5, ..there.clone() };
        assert!(change.built_upon(&by_hand).is_some());
    }

    #[test]
    fn a_customer_without_a_reference_is_known_by_its_id() {
        let (nameless, named) = (customer(None), customer(Some("7")));
        let row = cells(&[("id", &OLD.to_string()), ("name", "B")]);
        assert_eq!(told(&row, Some(&nameless)), "updated");
        assert_eq!(told(&row, Some(&named)), "/id has_external_id");
    }

    #[test]
    fn what_is_exported_changes_nothing() {
        for there in [customer(Some("a/b")), customer(None)] {
            let row = exported(&there);
            assert_eq!(told(&row, Some(&there)), "unchanged", "{row:?}");
            assert_ne!(row.contains_key("id"), row.contains_key("external_id"));
        }
        let mut bare = customer(Some("7"));
        (bare.fields.email, bare.fields.metadata) = (None, Default::default());
        assert_eq!(exported(&bare), cells(&[("external_id", "7"), ("name", "Alfreds")]));
    }

    #[test]
    fn a_key_is_found_again_by_its_name() {
        for key in [CustomerKey::ExternalId("a/b".to_owned()), CustomerKey::Id(OLD)] {
            assert_eq!(CustomerKey::named(&key.name()), Some(key));
        }
        let upper = OLD.to_string().to_uppercase();
        assert_eq!(CustomerKey::of(&cells(&[("id", &upper)])), Some(CustomerKey::Id(OLD)));
        assert_eq!(CustomerKey::of(&cells(&[("external_id", "a\0b")])), None);
    }
}
