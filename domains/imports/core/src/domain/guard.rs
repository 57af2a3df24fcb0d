//! Text that a spreadsheet would take for a formula: an export writes an apostrophe before it, so that it is shown and
//! never computed, and an import takes that one off again. A text that has an apostrophe of its own gets one as well,
//! so what comes back is what there was. The same goes for what is behind a separator inside a text: a spreadsheet that
//! takes another one than the file has begins a cell there.

use module::FieldKind;
use std::borrow::Cow;

const APOSTROPHE: char = '\'';
/// What a formula may begin with (OWASP, CSV injection), in its full width as well.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// What some programs drop, and then look.
const DROPPED: [char; 3] = ['\t', '\r', '\n'];

/// Where a cell may begin that is none of this file.
const SEPARATORS: [char; 6] = [',', ';', '\t', '|', '\r', '\n'];

/// As it is written into a file.
pub fn guarded(kind: FieldKind, value: &str) -> Cow<'_, str> {
    // Of the other kinds nothing that is right begins like a formula.
    if kind == FieldKind::Decimal && is_decimal(value) {
        return Cow::Borrowed(value);
    }
    let parts = behind_separators(value, guarded_part);
    if is_guarded(value) { Cow::Owned(format!("{APOSTROPHE}{parts}")) } else { parts }
}

/// As it is meant by a file's cell, without blanks around it; those behind a guard are the value's.
pub fn meant(cell: &str) -> Cow<'_, str> {
    let shown = cell.trim_start();
    // Among the blanks before it may be a separator, which it is guarded behind.
    let is_part = cell.strip_suffix(shown).is_some_and(|blanks| blanks.contains(SEPARATORS));
    let part = shown.strip_prefix(APOSTROPHE).filter(|part| is_part && is_guarded_part(part));
    let value = part.map_or_else(|| unguarded(shown), |part| behind_separators(part, unguarded_part));
    match value {
        Cow::Borrowed(value) => Cow::Borrowed(value.trim_end()),
        Cow::Owned(value) => Cow::Owned(value.trim_end().to_owned()),
    }
}

/// A file's cell as it is written into another file: as it was, but for what a spreadsheet would compute.
pub fn rewritten(cell: &str) -> Cow<'_, str> {
    if cell.trim_start().starts_with(FORMULA) || cell.starts_with(DROPPED) {
        // Whatever it is for: a number is one in any column.
        return Cow::Owned(guarded(FieldKind::Decimal, &meant(cell)).into_owned());
    }
    behind_separators(cell, shown_part)
}

fn unguarded(cell: &str) -> Cow<'_, str> {
    match behind_separators(cell, unguarded_part) {
        Cow::Borrowed(cell) => Cow::Borrowed(unguarded_start(cell)),
        Cow::Owned(cell) => Cow::Owned(unguarded_start(&cell).to_owned()),
    }
}

fn unguarded_start(cell: &str) -> &str {
    cell.strip_prefix(APOSTROPHE).filter(|value| is_guarded(value)).unwrap_or(cell)
}

/// What is behind each separator up to the next one, as `change` has it. A guard of the start is before the first.
fn behind_separators(text: &str, change: fn(&str) -> Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains(SEPARATORS) {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split_inclusive(SEPARATORS);
    let first = parts.next().map(Cow::Borrowed);
    Cow::Owned(first.into_iter().chain(parts.map(change)).collect())
}

fn guarded_part(part: &str) -> Cow<'_, str> {
    if is_guarded_part(part) { Cow::Owned(format!("{APOSTROPHE}{part}")) } else { Cow::Borrowed(part) }
}

fn unguarded_part(part: &str) -> Cow<'_, str> {
    Cow::Borrowed(part.strip_prefix(APOSTROPHE).filter(|rest| is_guarded_part(rest)).unwrap_or(part))
}

/// Of a cell that may be guarded already.
fn shown_part(part: &str) -> Cow<'_, str> {
    if is_computed(part) { Cow::Owned(format!("{APOSTROPHE}{part}")) } else { Cow::Borrowed(part) }
}

/// A formula, and one that is guarded already, so that its own apostrophes come back.
fn is_guarded_part(part: &str) -> bool {
    is_computed(part.trim_start_matches(|c: char| c == APOSTROPHE || is_skipped(c)))
}

/// Where a cell begins with this part of a text.
fn is_computed(part: &str) -> bool {
    part.trim_start_matches(is_skipped).starts_with(FORMULA)
}

/// A quote is taken for the file's own where a cell begins with it.
fn is_skipped(c: char) -> bool {
    c == '"' || c.is_whitespace()
}

fn is_guarded(value: &str) -> bool {
    let shown = value.trim_start();
    shown.starts_with(FORMULA) || shown.starts_with(APOSTROPHE) || value.starts_with(DROPPED)
}

/// `-12.50`.
fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [FieldKind; 5] =
        [FieldKind::Text, FieldKind::Decimal, FieldKind::Boolean, FieldKind::Date, FieldKind::Currency];

    #[test]
    fn what_would_be_computed_is_shown() {
        fn check(kind: FieldKind, value: &str, expected: &str) {
            assert_eq!(guarded(kind, value), expected, "{kind:?} {value:?}");
            assert_eq!(unguarded(expected), value, "{kind:?} {expected:?}");
        }
        for begins in FORMULA {
            check(FieldKind::Text, &format!("{begins}1+1"), &format!("'{begins}1+1"));
        }
        for blank in DROPPED {
            check(FieldKind::Text, &format!("{blank}1"), &format!("'{blank}1"));
        }
        check(FieldKind::Text, " =1", "' =1");
        check(FieldKind::Text, " '=1", "' '=1");
        check(FieldKind::Text, " 1", " 1");
        check(FieldKind::Text, "Chai", "Chai");
        check(FieldKind::Text, "", "");
        check(FieldKind::Text, "1+1", "1+1");
        check(FieldKind::Text, "a=1", "a=1");
        // Under another separator each of these is a cell of its own.
        for separator in SEPARATORS {
            check(FieldKind::Text, &format!("x{separator}=1+1"), &format!("x{separator}'=1+1"));
        }
        check(FieldKind::Text, "x;=1+1;y,+2", "x;'=1+1;y,'+2");
        check(FieldKind::Text, "=1;=2", "'=1;'=2");
        check(FieldKind::Text, "x; =1", "x;' =1");
        check(FieldKind::Text, "x;\"=1+1;y", "x;'\"=1+1;y");
        check(FieldKind::Text, "x;'=1", "x;''=1");
        check(FieldKind::Text, "a\r\n- b", "a\r\n'- b");
        check(FieldKind::Text, "one, 't Hof; x'=1", "one, 't Hof; x'=1");
        check(FieldKind::Decimal, "1;-2", "1;'-2");
        check(FieldKind::Text, "'s-Hertogenbosch", "''s-Hertogenbosch");
        check(FieldKind::Text, "'=1", "''=1");
        check(FieldKind::Text, "-12.50", "'-12.50");
        check(FieldKind::Decimal, "-12.50", "-12.50");
        check(FieldKind::Decimal, "-12", "-12");
        check(FieldKind::Decimal, "99999999999999.9999", "99999999999999.9999");
        // What is called a number but is none is text.
        for none in ["-", "-1.", "-.5", "--1", "+1", "-1+cmd|' /C calc'!A0", "-1 ", "-1e5", "-１"] {
            check(FieldKind::Decimal, none, &format!("'{none}"));
        }
        check(FieldKind::Date, "2026-02-03", "2026-02-03");
        check(FieldKind::Date, "-2026-02-03", "'-2026-02-03");
        check(FieldKind::Currency, "EUR", "EUR");
        check(FieldKind::Currency, "=EUR", "'=EUR");
        check(FieldKind::Boolean, "true", "true");
        check(FieldKind::Boolean, "@true", "'@true");
    }

    #[test]
    fn one_apostrophe_is_taken_off_where_one_was_put() {
        fn check(cell: &str, expected: &str) {
            assert_eq!(meant(cell), expected, "{cell:?}");
        }
        for begins in FORMULA {
            check(&format!(" '{begins}1 "), &format!("{begins}1"));
            check(&format!("{begins}1"), &format!("{begins}1"));
        }
        check("'\t1 ", "\t1");
        check("\t1 ", "1");
        check("' =1", " =1");
        check("' 1", "' 1");
        check("'-2.50", "-2.50");
        // A value of blanks is none.
        check("'\t", "");
        check("'\n \t", "");
        check(" ' ", "'");
        check("''=1", "'=1");
        check("'''", "''");
        check("''", "'");
        // Those of files that nobody has guarded.
        check("'", "'");
        check("'007", "'007");
        check("'s-Hertogenbosch", "'s-Hertogenbosch");
        check("one, 't Hof; 'x', '1|=2", "one, 't Hof; 'x', '1|=2");
        check("Chai", "Chai");
        check("", "");
    }

    #[test]
    fn a_cell_is_guarded_once() {
        fn check(cell: &str, expected: &str) {
            assert_eq!(rewritten(cell), expected, "{cell:?}");
            assert_eq!(rewritten(&rewritten(cell)), expected, "{cell:?}");
            assert_eq!(meant(expected), meant(cell), "{cell:?}");
        }
        check("=1", "'=1");
        check(" =1 ", "'=1");
        check("'=1", "'=1");
        check(" '=1", " '=1");
        check("\t=1", "'=1");
        check("\t1", "1");
        check("x;=1", "x;'=1");
        check("x;'=1", "x;'=1");
        check(" x; =1;''=2", " x;' =1;''=2");
        check("=1;=2", "'=1;'=2");
        check("'\n=1", "'\n'=1");
        check("+49 30", "'+49 30");
        check("-12.50", "-12.50");
        check("-12,50", "'-12,50");
        check("'s-Hertogenbosch", "'s-Hertogenbosch");
        check(" Chai ", " Chai ");
        check("", "");
    }

    fn parts_are_shown(cell: &str) -> bool {
        let begin = |part: &str| part.trim_start_matches([' ', '"']).starts_with(FORMULA);
        !cell.split(SEPARATORS).skip(1).any(begin)
    }

    /// Every text of up to four of these; but for blanks around it, which no value has.
    #[test]
    fn whatever_is_written_is_read_back_and_never_computed() {
        const OF: [char; 12] = ['=', '-', ';', '＝', '"', '\t', '\n', '\'', '1', '.', 'a', ' '];
        let mut texts = vec![String::new()];
        let mut longest = texts.clone();
        for _ in 0..4 {
            longest = longest.iter().flat_map(|text| OF.map(|next| format!("{text}{next}"))).collect();
            texts.extend(longest.iter().cloned());
        }
        for text in &texts {
            for kind in KINDS {
                let cell = guarded(kind, text);
                assert_eq!(unguarded(&cell), text.as_str(), "{kind:?} {cell:?}");
                assert_eq!(meant(&cell).trim(), text.trim(), "{kind:?} {cell:?}");
                let is_number = kind == FieldKind::Decimal && is_decimal(text);
                let is_shown = !cell.trim_start().starts_with(FORMULA) && !cell.starts_with(DROPPED);
                assert!(is_number || is_shown, "{kind:?} {cell:?}");
                assert!(parts_are_shown(&cell), "{kind:?} {cell:?}");
            }
            let cell = rewritten(text);
            assert_eq!(meant(&cell), meant(text), "{text:?}");
            let is_shown = !cell.trim_start().starts_with(FORMULA) && !cell.starts_with(DROPPED);
            assert!(is_decimal(&cell) || is_shown, "{text:?} {cell:?}");
            assert!(parts_are_shown(&cell), "{text:?} {cell:?}");
            assert_eq!(rewritten(&cell), cell, "{text:?}");
        }
        assert_eq!(texts.len(), 1 + 12 + 144 + 1_728 + 20_736);
    }
}
