//! Errors that stand in the cells of a workbook instead of values: how an error file has them, and how they are known
//! again where it comes back.

/// For one that has no such name, as a formula without its value.
const ANY: &str = "#VALUE!";
const MAX_NAME_BYTES: usize = 20;

/// As an error file has the cell.
pub fn written(error: &str) -> &str {
    if is_error(error) { error } else { ANY }
}

/// `#N/A`, `#DIV/0!`, `#NAME?`, and what a program calls them in another language.
pub fn is_error(cell: &str) -> bool {
    let Some(name) = cell.strip_prefix('#').filter(|name| name.len() <= MAX_NAME_BYTES) else {
        return false;
    };
    let is_word = |word: &str| {
        let is_letter = |c: char| c.is_uppercase() || c.is_ascii_digit() || matches!(c, '/' | '_');
        !word.is_empty() && word.chars().all(is_letter)
    };
    name == "N/A" || name.strip_suffix(['!', '?']).is_some_and(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_known_by_its_name() {
        for error in ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "#WERT!", "#ÜBERLAUF!"] {
            assert!(is_error(error), "{error}");
            assert_eq!(written(error), error);
        }
        for none in ["", "#", "#!", "#5", "#1 screw!", "N/A", "#n/a", "#Na!", "=REF!", "60 is no date"] {
            assert!(!is_error(none), "{none}");
            assert!(is_error(written(none)), "{none}");
        }
    }
}
