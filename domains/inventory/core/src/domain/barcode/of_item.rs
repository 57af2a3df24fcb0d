//! The codes of an item: what somebody gives it, and what one scan of it means.

use super::{Barcode, BarcodeError, BarcodeKind};
use crate::domain::stock;
use crate::domain::text;
use crate::domain::units::UnitName;
use chrono::{DateTime, Utc};
use inventory_contract::{BarcodeId, ItemId};
use kernel::{Faults, FieldError, Quantity};
use serde::Serialize;

/// Of one item.
pub const MAX_BARCODES: u64 = 50;

/// A number of a standard may be written with blanks and hyphens.
const MAX_PRINTED: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemBarcode {
    pub id: BarcodeId,
    pub item: ItemId,
    pub fields: BarcodeFields,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BarcodeFields {
    pub kind: BarcodeKind,
    /// In the one form that codes are compared in.
    pub code: String,
    /// As it was entered.
    pub printed: String,
    /// The item's where it is `None`.
    pub unit: Option<String>,
    /// How many of the unit one scan means.
    pub quantity: Quantity,
}

/// What somebody says that a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadAs {
    Gtin,
    Isbn,
    Sscc,
    /// The eight digits below a UPC-E, which could be those of a GTIN-8.
    UpcE,
    Own,
}

/// As somebody gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarcodeInput {
    pub code: String,
    /// `None` where the code is to show by itself what it is.
    pub kind: Option<ReadAs>,
    pub unit: Option<String>,
    pub quantity: Option<Quantity>,
}

impl BarcodeInput {
    pub fn check(&self) -> Result<BarcodeFields, Vec<FieldError>> {
        let mut faults = Faults::new();
        let printed = text::line(&mut faults, "/code", &self.code, MAX_PRINTED);
        // Whoever is told that it is blank need not be told what else it is not.
        let code = if faults.is_empty() { self.read(&mut faults, &printed) } else { None };
        let unit = self.unit.as_deref().map(|unit| UnitName::check(&mut faults, "/unit", unit));
        let quantity = self.quantity.unwrap_or_else(|| Quantity::whole(1));
        stock::check_moved(&mut faults, "/quantity", quantity);
        match code {
            Some(code) => faults.finish(BarcodeFields {
                kind: code.kind(),
                code: code.as_str().to_owned(),
                printed,
                unit: unit.map(|unit| unit.as_str().to_owned()),
                quantity,
            }),
            None => Err(faults.into_errors()),
        }
    }

    fn read(&self, faults: &mut Faults, printed: &str) -> Option<Barcode> {
        let read = match self.kind {
            Some(ReadAs::Own) => Barcode::parse_own(printed),
            Some(ReadAs::UpcE) => Barcode::parse_upc_e(printed),
            _ => Barcode::parse(printed),
        };
        let fits = |kind: BarcodeKind| match self.kind {
            Some(ReadAs::Gtin) => matches!(kind, BarcodeKind::Gtin | BarcodeKind::Isbn),
            Some(ReadAs::Isbn) => kind == BarcodeKind::Isbn,
            Some(ReadAs::Sscc) => kind == BarcodeKind::Sscc,
            Some(ReadAs::UpcE | ReadAs::Own) | None => true,
        };
        let refused = match read {
            Ok(code) if fits(code.kind()) => return Some(code),
            Ok(code) => BarcodeError::OtherKind(code.kind().name()),
            Err(error) => error,
        };
        faults.add("/code", refused.code(), refused.to_string());
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(code: &str, kind: Option<ReadAs>) -> BarcodeInput {
        BarcodeInput { code: code.to_owned(), kind, unit: None, quantity: None }
    }

    fn check(input: &BarcodeInput, expected: Result<(&str, &str), &[(&str, &str)]>) {
        let found = input.check();
        let found = match &found {
            Ok(fields) => Ok((fields.kind.name(), fields.code.as_str())),
            Err(faults) => {
                Err(faults.iter().map(|fault| (&*fault.pointer, &*fault.code)).collect::<Vec<_>>())
            }
        };
        assert_eq!(found, expected.map_err(<[_]>::to_vec), "{input:?}");
    }

    #[test]
    fn a_code_is_what_it_shows_or_what_is_said() {
        check(&input("6291041500213", None), Ok(("gtin", "06291041500213")));
        check(&input("978-0-306-40615-7", None), Ok(("isbn", "09780306406157")));
        check(&input("9780306406157", Some(ReadAs::Gtin)), Ok(("isbn", "09780306406157")));
        check(&input("04252614", Some(ReadAs::UpcE)), Ok(("gtin", "00042100005264")));
        check(&input("1001", Some(ReadAs::Own)), Ok(("own", "1001")));
        check(&input("1001", None), Err(&[("/code", "invalid_length")]));
        check(&input("6291041500213", Some(ReadAs::Isbn)), Err(&[("/code", "other_kind")]));
        check(&input("Shelf-7", Some(ReadAs::Sscc)), Err(&[("/code", "other_kind")]));
        check(&input("6291041500214", Some(ReadAs::Gtin)), Err(&[("/code", "wrong_check_digit")]));
        check(&input(" ", None), Err(&[("/code", "blank")]));
        check(&input(&"6 ".repeat(60), None), Err(&[("/code", "too_long")]));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let wrong = BarcodeInput {
            unit: Some(" ".to_owned()),
            quantity: Some(Quantity::ZERO),
            ..input("12345", None)
        };
        check(&wrong, Err(&[("/code", "invalid_length"), ("/unit", "blank"), ("/quantity", "not_positive")]));
        let case = BarcodeInput { unit: Some("xcs".to_owned()), ..input("Case 7", None) };
        let fields = case.check().unwrap();
        assert_eq!((fields.unit.as_deref(), fields.quantity), (Some("XCS"), Quantity::whole(1)));
    }
}
