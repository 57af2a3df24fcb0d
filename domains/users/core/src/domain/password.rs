//! A password somebody chose: long enough, of any characters, never shown.

use std::fmt;
use std::str::FromStr;

#[derive(Clone)]
pub struct Password(String);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("must have at least {MIN_CHARACTERS} characters")]
    TooShort,
    #[error("must have at most {MAX_CHARACTERS} characters")]
    TooLong,
}

const MIN_CHARACTERS: usize = 8;
const MAX_CHARACTERS: usize = 1000;

impl Password {
    pub fn into_inner(self) -> String {
        self.0
    }
}

/// Spaces at the ends belong to it; nothing is cut.
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
        let read = text.parse::<Password>().map(|password| assert_eq!(password.into_inner(), text));
        assert_eq!(read, expected, "{text:?}");
    }

    #[test]
    fn only_the_length_counts() {
        check("1234567", Err(PasswordError::TooShort));
        check("12345678", Ok(()));
        check("        ", Ok(()));
        check(" pass word ", Ok(()));
        check("ÄÖÜäöüßé", Ok(()));
        check("ÄÖÜäöüß", Err(PasswordError::TooShort));
        check(&"🦀".repeat(1000), Ok(()));
        check(&"x".repeat(1001), Err(PasswordError::TooLong));
    }

    #[test]
    fn it_is_not_shown() {
        let password: Password = "correct horse".parse().unwrap();
        assert_eq!(format!("{password:?}"), "Password");
    }
}
