//! What is wrong with the lines of a request, each at its line and all at once: what cannot be meant, and
//! what cannot be as things stand.

use crate::domain::buying::{NotReceived, OverReceipt};
use crate::domain::ledger::Refusal;
use crate::error::Error;
use kernel::FieldError;
use kernel::problem::INVALID;

#[derive(Default)]
pub struct LineFaults {
    invalid: Vec<FieldError>,
    over: Vec<FieldError>,
    refused: Vec<FieldError>,
}

impl LineFaults {
    /// Of an error that is about one line; any other is given back.
    pub fn take(&mut self, at: usize, error: Error) -> Result<(), Error> {
        let (list, errors) = match error {
            Error::Other(problem) if problem.kind == INVALID => (&mut self.invalid, problem.errors),
            Error::OverReceipt { errors } => (&mut self.over, errors),
            Error::PurchaseLinesRefused { errors } => (&mut self.refused, errors),
            other => return Err(other),
        };
        list.extend(errors.into_iter().map(|error| FieldError {
            pointer: format!("/lines/{at}{}", error.pointer),
            code: error.code,
            detail: error.detail,
        }));
        Ok(())
    }

    pub fn finish(self) -> Result<(), Error> {
        let Self { invalid, over, refused } = self;
        match (invalid.is_empty(), over.is_empty(), refused.is_empty()) {
            (false, _, _) => Err(Error::invalid(invalid)),
            (_, false, _) => Err(Error::OverReceipt { errors: over }),
            (_, _, false) => Err(Error::PurchaseLinesRefused { errors: refused }),
            (true, true, true) => Ok(()),
        }
    }
}

/// Of the line with this number.
pub fn over_receipt(line: i64, over: OverReceipt) -> Error {
    let OverReceipt { ordered, would_be, most } = over;
    let detail = format!(
        "of line {line}, {ordered} were ordered and at most {most} may be received; it would be {would_be}"
    );
    Error::OverReceipt { errors: vec![at("/quantity", "over_receipt", detail)] }
}

pub fn not_received(line: i64, not_received: NotReceived) -> Error {
    let NotReceived { wanted, here } = not_received;
    let detail = format!("of line {line}, {here} came and did not go back, and {wanted} would");
    refused(at("/quantity", "not_received", detail))
}

/// Of a lot, of which the order did not bring as much.
pub fn not_brought(lot: &str, not_received: NotReceived) -> Error {
    let NotReceived { wanted, here } = not_received;
    let detail =
        format!("of the lot {lot} the order brought {here} that did not go back, and {wanted} would");
    refused(at("/quantity", "not_received", detail))
}

/// A receipt that is not taken back.
pub fn stands(pointer: &str, code: &'static str, detail: impl Into<String>) -> Error {
    refused(at(pointer, code, detail.into()))
}

pub fn not_moved(refusal: Refusal) -> Error {
    let (pointer, code) = match refusal {
        Refusal::LotMissing | Refusal::LotUnwanted | Refusal::SerialNotOne | Refusal::OfKit => {
            return Error::refused(refusal);
        }
        Refusal::NotThere { .. } => ("/quantity", "not_there"),
        Refusal::Promised { .. } => ("/quantity", "promised"),
        Refusal::SerialTaken => ("/lot", "serial_in_stock"),
        Refusal::TooMuch => ("/quantity", "too_large"),
    };
    refused(at(pointer, code, refusal.to_string()))
}

fn refused(error: FieldError) -> Error {
    Error::PurchaseLinesRefused { errors: vec![error] }
}

fn at(pointer: &str, code: &'static str, detail: String) -> FieldError {
    FieldError { pointer: pointer.to_owned(), code: code.into(), detail }
}
