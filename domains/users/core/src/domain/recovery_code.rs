//! Recovery codes, for who has lost their authenticator: fifty random bits each, in Crockford's base 32, which has no
//! letter that is taken for another. They are read as people write them.

use std::str::FromStr;

/// How many somebody is given at a time.
pub const COUNT: usize = 10;
const LENGTH: usize = 10;
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Without a hyphen, in lower case.
pub struct RecoveryCode([u8; LENGTH]);

#[derive(Debug, PartialEq, Eq)]
pub struct NotARecoveryCode;

impl RecoveryCode {
    pub fn of(random: [u8; 32]) -> Self {
        Self(std::array::from_fn(|at| ALPHABET[usize::from(random[at] & 31)]))
    }

    /// What is hashed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// To its owner, once.
    pub fn shown(&self) -> String {
        let text: String = self.0.iter().copied().map(char::from).collect();
        let (first, second) = text.split_at(LENGTH / 2);
        format!("{first}-{second}")
    }
}

impl FromStr for RecoveryCode {
    type Err = NotARecoveryCode;

    fn from_str(text: &str) -> Result<Self, NotARecoveryCode> {
        let written = text.chars().filter(|character| !character.is_whitespace() && *character != '-');
        let read = written.map(|character| match character.to_ascii_lowercase() {
            'o' => Some(b'0'),
            'i' | 'l' => Some(b'1'),
            other => u8::try_from(other).ok().filter(|byte| ALPHABET.contains(byte)),
        });
        let read: Option<Vec<u8>> = read.collect();
        read.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(NotARecoveryCode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, NotARecoveryCode>) {
        let read = text.parse::<RecoveryCode>().map(|code| code.shown());
        assert_eq!(read.as_deref(), expected.as_ref().copied(), "{text:?}");
    }

    #[test]
    fn a_code_is_read_as_people_write_it() {
        check("7k2mx-0q1rt", Ok("7k2mx-0q1rt"));
        check(" 7K2MX0Q1RT\n", Ok("7k2mx-0q1rt"));
        check("7k2mx oqirt", Ok("7k2mx-0q1rt"));
        check("7k2mx-0qLrt", Ok("7k2mx-0q1rt"));
        for text in ["", "492039", "7k2mx-0q1r", "7k2mx-0q1rtt", "7k2mx-0q1ru", "7k2mx-0q1r!", "7k2mx-0q1rö"]
        {
            check(text, Err(NotARecoveryCode));
        }
    }

    #[test]
    fn every_character_is_as_likely_as_any_other() {
        let mut counts = [0; 32];
        for byte in 0..=255 {
            let code = RecoveryCode::of([byte; 32]);
            let first = ALPHABET.iter().position(|letter| *letter == code.as_bytes()[0]).unwrap();
            counts[first] += 1;
            check(&code.shown(), Ok(&code.shown()));
        }
        assert_eq!(counts, [8; 32]);
    }
}
