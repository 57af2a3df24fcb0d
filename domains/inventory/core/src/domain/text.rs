//! Texts of one line, as every name and reference is, and prose of several.

use kernel::Faults;

/// Not blank, at most `max` characters, trimmed, without control characters.
pub fn line(faults: &mut Faults, pointer: &str, value: &str, max: usize) -> String {
    faults.text(pointer, value, max)
}

/// Absent when blank.
pub fn optional_line(faults: &mut Faults, pointer: &str, value: Option<&str>, max: usize) -> Option<String> {
    let value = value.filter(|value| !value.trim().is_empty())?;
    Some(line(faults, pointer, value, max))
}

/// Like `optional_line`, of several lines.
pub fn optional_prose(faults: &mut Faults, pointer: &str, value: Option<&str>, max: usize) -> Option<String> {
    let value = value.filter(|value| !value.trim().is_empty())?;
    Some(faults.prose(pointer, value, max))
}

/// No control characters: a database does not look for some of them.
pub fn is_plain(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, of_line: Option<&str>, of_prose: Option<&str>) {
        let mut faults = Faults::new();
        optional_line(&mut faults, "/x", Some(value), 10);
        let found: Vec<_> = faults.into_errors().into_iter().map(|fault| fault.code).collect();
        assert_eq!(found.first().map(|code| &**code), of_line, "{value:?}");
        let mut faults = Faults::new();
        optional_prose(&mut faults, "/x", Some(value), 10);
        let found: Vec<_> = faults.into_errors().into_iter().map(|fault| fault.code).collect();
        assert_eq!(found.first().map(|code| &**code), of_prose, "{value:?}");
    }

    #[test]
    fn texts_are_bounded_and_clean() {
        check(" plain ", None, None);
        check("  ", None, None);
        check("two\nlines", Some("control_character"), None);
        check("nul\0", Some("control_character"), Some("control_character"));
        check("ten letters", Some("too_long"), Some("too_long"));
    }
}
