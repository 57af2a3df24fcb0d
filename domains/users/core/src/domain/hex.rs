//! Bytes as lower-case hexadecimal digits.

use std::fmt::Write;

pub fn written(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// `None` of what was not written so: of another length, or with other digits.
pub fn read<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = (digit(pair[0])? << 4) | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_spelling() {
        assert_eq!(written(&[0, 10, 255]), "000aff");
        assert_eq!(read("000aff"), Some([0, 10, 255]));
        for refused in ["000aFF", "000af", "000aff0", "000aff00", "000ag0", "", "00é"] {
            assert_eq!(read::<3>(refused), None, "{refused}");
        }
    }
}
