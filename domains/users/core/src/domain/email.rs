//! An e-mail address that mail can be sent to. Addresses that differ in case alone are one.

use std::fmt;
use std::str::FromStr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    #[error("must have at most 254 characters, and 64 before the @")]
    TooLong,
    #[error("must be an e-mail address such as ada@example.com")]
    Malformed,
}

const MAX_LENGTH: usize = 254;
const MAX_LOCAL_LENGTH: usize = 64;
const MAX_LABEL_LENGTH: usize = 63;

impl Email {
    /// As it was given; mail goes there.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is unique among the living.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The addresses in use, not all that RFC 5322 allows: no quoted or international local parts, no address literals.
impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError::Malformed)?;
        if text.len() > MAX_LENGTH || local.len() > MAX_LOCAL_LENGTH {
            return Err(EmailError::TooLong);
        }
        let atoms = local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext));
        let labels = domain.contains('.') && domain.split('.').all(is_label);
        if atoms && labels { Ok(Self(text.to_owned())) } else { Err(EmailError::Malformed) }
    }
}

fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= MAX_LABEL_LENGTH
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, EmailError>) {
        let key = text.parse::<Email>().map(|email| email.key());
        assert_eq!(key, expected.map(str::to_owned), "{text:?}");
    }

    #[test]
    fn addresses_in_use_are_read() {
        check("ada@example.com", Ok("ada@example.com"));
        check("  Ada.Lovelace+x@Example.CO.uk ", Ok("ada.lovelace+x@example.co.uk"));
        check("o'brien@xn--bcher-kva.example", Ok("o'brien@xn--bcher-kva.example"));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@localhost",
            "ada@@example.com",
            "a da@example.com",
            "ada@exa mple.com",
            ".ada@example.com",
            "ada..l@example.com",
            "ada@example..com",
            "ada@-example.com",
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com\nx",
            "ada@[127.0.0.1]",
            "<ada@example.com>",
            "ädä@example.com",
        ] {
            check(text, Err(EmailError::Malformed));
        }
        check(&format!("{}@example.com", "a".repeat(65)), Err(EmailError::TooLong));
        check(&format!("a@{}com", "example.".repeat(40)), Err(EmailError::TooLong));
    }
}
