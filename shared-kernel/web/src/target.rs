//! The path and the query as they were written: what is not UTF-8 in percent-encoding is refused. Read with a
//! replacement for what cannot be read, two references of a tenant's would be one.

use crate::json::escape;
use actix_web::HttpRequest;
use kernel::problem::MALFORMED;
use kernel::{FieldError, Problem};
use std::borrow::Cow;

pub(crate) fn refuse_ill_encoded(req: &HttpRequest) -> Result<(), Problem> {
    let uri = req.uri();
    if !is_well_encoded(uri.path()) {
        return Err(Problem::new(MALFORMED, format!("The path {MUST}.")));
    }
    let mut pairs = uri.query().unwrap_or_default().split('&');
    let Some(pair) = pairs.find(|pair| !is_well_encoded(pair)) else { return Ok(()) };
    let name = form_urlencoded::parse(pair.as_bytes()).next().map(|(name, _)| name).unwrap_or_default();
    let fault = FieldError {
        pointer: format!("/{}", escape(&name)),
        code: Cow::Borrowed("ill_encoded"),
        detail: MUST.to_owned(),
    };
    Err(Problem::new(MALFORMED, format!("{name}: {MUST}")).with_errors(vec![fault]))
}

const MUST: &str = "must be UTF-8 in percent-encoding";

fn is_well_encoded(text: &str) -> bool {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digits = bytes.next().and_then(digit).zip(bytes.next().and_then(digit));
        let Some((high, low)) = digits else { return false };
        decoded.push(high * 16 + low);
    }
    std::str::from_utf8(&decoded).is_ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_in_percent_encoding() {
        for well in ["", "/a/b", "a=b+c", "%41%c3%A9", "%25ff", "%00"] {
            assert!(is_well_encoded(well), "{well}");
        }
        for ill in ["%", "%4", "%4g", "%ff", "%c3", "%c3%28", "%ed%a0%80", "%+1"] {
            assert!(!is_well_encoded(ill), "{ill}");
        }
    }
}
