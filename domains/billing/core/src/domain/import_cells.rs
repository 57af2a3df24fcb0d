//! What rows of a file have in common, whatever they are about: cells by their fields. A blank one is not there.

use kernel::money::check_decimal;
use kernel::reference::check_external_id;
use kernel::{Currency, Faults, Money};
use module::FieldKind;
use std::collections::BTreeMap;

pub type Cells = BTreeMap<String, String>;

/// A field of an import target, with what its column may hold.
pub struct Field {
    pub name: &'static str,
    pub description: &'static str,
    pub required: bool,
    pub kind: FieldKind,
}

pub const fn field(name: &'static str, description: &'static str, required: bool, kind: FieldKind) -> Field {
    Field { name, description, required, kind }
}

pub fn text<'a>(cells: &'a Cells, name: &str) -> Option<&'a str> {
    cells.get(name).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
}

/// A reference of the tenant's that can be looked up; one that breaks its rules is none.
pub fn reference(cells: &Cells, name: &str) -> Option<String> {
    let mut faults = Faults::new();
    let reference = check_external_id(&mut faults, "", Some(text(cells, name)?.to_owned()));
    reference.filter(|_| faults.is_empty())
}

pub fn check_names(faults: &mut Faults, cells: &Cells, fields: &[Field]) {
    for name in cells.keys().filter(|name| fields.iter().all(|field| field.name != **name)) {
        faults.add(format!("/{name}"), "unknown_field", format!("there is no field {name}"));
    }
}

/// What a cell, as [`text`] gives it, says something costs; a fault where it says no amount. Without a currency it is
/// only looked at.
pub fn amount(faults: &mut Faults, pointer: &str, cell: &str, currency: Option<Currency>) -> Option<Money> {
    let read = match currency {
        Some(currency) => Money::from_decimal(cell, currency).map(Some),
        None => check_decimal(cell).map(|()| None),
    };
    read.unwrap_or_else(|error| {
        faults.add(pointer, error.code(), error.to_string());
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An amount, nothing, or the fault as `rule: text`.
    fn told_of(cell: &str, currency: Option<&str>) -> Result<Option<i64>, String> {
        let mut faults = Faults::new();
        let currency = currency.map(|code| code.parse().unwrap());
        let found = amount(&mut faults, "/unit_amount", cell, currency);
        match faults.into_errors().as_slice() {
            [] => Ok(found.map(|money| money.amount_minor)),
            faults => {
                assert_eq!((faults.len(), found), (1, None), "{cell}");
                assert_eq!(faults[0].pointer, "/unit_amount");
                Err(format!("{}: {}", faults[0].code, faults[0].detail))
            }
        }
    }

    #[test]
    fn an_amount_is_read_or_refused_with_what_to_write() {
        let check = |cell: &str, currency: Option<&str>, expected: Result<Option<i64>, &str>| {
            assert_eq!(told_of(cell, currency), expected.map_err(str::to_owned), "{cell} {currency:?}");
        };
        let usd = Some("USD");
        let no_number = "not_a_number: must be a decimal number such as 249.90";
        check("249.9", usd, Ok(Some(24_990)));
        check("92233720368547758.07", usd, Ok(Some(i64::MAX)));
        check("92233720368547758.08", usd, Err("too_large: is too large"));
        check("1.999", usd, Err("too_precise: has more decimals than USD, which has 2"));
        check("0.5", Some("JPY"), Err("too_precise: has more decimals than JPY, which has 0"));
        check("-1", usd, Err("negative: must not be negative"));
        check("1,5", usd, Err(no_number));
        check("1.999", None, Ok(None));
        check("-1", None, Err("negative: must not be negative"));
        check("1e3", None, Err(no_number));
    }

    #[test]
    fn a_reference_that_breaks_its_rules_is_looked_up_nowhere() {
        let check = |cell: &str, expected: Option<&str>| {
            let cells = Cells::from([("product".to_owned(), cell.to_owned())]);
            assert_eq!(reference(&cells, "product").as_deref(), expected, "{cell:?}");
        };
        check(" box-1 ", Some("box-1"));
        check("box 1/2", Some("box 1/2"));
        check("  ", None);
        check("..", None);
        check("a\0b", None);
        check(&"x".repeat(201), None);
    }
}
