//! A password somebody chose: long enough, of any characters, not one that everybody tries first, never shown. The rules
//! are those of NIST SP 800-63B, 3.1.1: length and a list of what is too common, no composition.

use crate::domain::Email;
use kernel::Faults;
use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

#[derive(Clone)]
pub struct Password(String);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("must have at least {MIN_CHARACTERS} characters; 15 or more are recommended")]
    TooShort,
    #[error("must have at most {MAX_CHARACTERS} characters")]
    TooLong,
    #[error("is one of those that are tried first; choose another, such as a sentence")]
    TooCommon,
    #[error("must be more than the address it belongs to")]
    TheAddress,
}

const MIN_CHARACTERS: usize = 8;
const MAX_CHARACTERS: usize = 1000;

/// Those of eight characters and more among the 20,000 most common passwords, in lower case. From Django 5.1 (BSD), which
/// has them from Royce Williams' selection of leaked ones.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../../data/common_passwords.txt").lines().collect());

impl Password {
    pub fn into_inner(self) -> String {
        self.0
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A new one for the account of this address, or a fault at the pointer. Spaces at the ends belong to it; nothing is
    /// cut.
    pub fn choose(faults: &mut Faults, pointer: &str, text: &str, of: Option<&Email>) -> Option<Self> {
        match Self::judged(text, of) {
            Ok(password) => Some(password),
            Err(error) => {
                faults.add(pointer, error.code(), error.to_string());
                None
            }
        }
    }

    fn judged(text: &str, of: Option<&Email>) -> Result<Self, PasswordError> {
        let password: Self = text.parse()?;
        let lower = text.trim().to_lowercase();
        let address = of.map(Email::key).unwrap_or_default();
        let local = address.rsplit_once('@').map_or("", |(local, _)| local);
        if !address.is_empty() && (lower == address || lower == local) {
            return Err(PasswordError::TheAddress);
        }
        if COMMON.contains(&*lower) { Err(PasswordError::TooCommon) } else { Ok(password) }
    }
}

impl PasswordError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooShort | Self::TooLong => "invalid_password",
            Self::TooCommon | Self::TheAddress => "common_password",
        }
    }
}

impl FromStr for Password {
    type Err = PasswordError;

    fn from_str(text: &str) -> Result<Self, PasswordError> {
        match text.chars().count() {
            ..MIN_CHARACTERS => Err(PasswordError::TooShort),
            MIN_CHARACTERS..=MAX_CHARACTERS => Ok(Self(text.to_owned())),
            _ => Err(PasswordError::TooLong),
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(), PasswordError>) {
        let email: Email = "ada.lovelace@example.com".parse().unwrap();
        let read =
            Password::judged(text, Some(&email)).map(|password| assert_eq!(password.into_inner(), text));
        assert_eq!(read, expected, "{text:?}");
    }

    #[test]
    fn only_length_and_commonness_count() {
        check("1234567", Err(PasswordError::TooShort));
        check("        ", Ok(()));
        check(" pass word ", Ok(()));
        check("ÄÖÜäöüßé", Ok(()));
        check("ÄÖÜäöüß", Err(PasswordError::TooShort));
        check(&"🦀".repeat(1000), Ok(()));
        check(&"x".repeat(1001), Err(PasswordError::TooLong));
        check("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Ok(()));
        check("12345678", Err(PasswordError::TooCommon));
        check("PassWord1", Err(PasswordError::TooCommon));
        check(" password1", Err(PasswordError::TooCommon));
        check("Ada.Lovelace@Example.com", Err(PasswordError::TheAddress));
        check("ada.lovelace", Err(PasswordError::TheAddress));
        check("ada.lovelace and the engine", Ok(()));
    }

    #[test]
    fn it_is_not_shown() {
        let password: Password = "correct horse".parse().unwrap();
        assert_eq!(format!("{password:?}"), "Password");
    }
}
