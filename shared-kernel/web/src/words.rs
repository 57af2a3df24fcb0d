//! serde tells what it wanted in Rust's types; a client is told in words of JSON.

/// Any message of serde's that is not about the names of fields.
pub(crate) fn in_json_words(message: &str) -> String {
    if let Some((fault, wanted)) = message.rsplit_once(", expected ") {
        if let Some((kind @ ("invalid type" | "invalid value"), found)) = fault.split_once(": ") {
            let wanted = told_wanted(wanted, kind == "invalid value");
            return format!("{kind}: {}, expected {wanted}", told_found(found));
        }
        if fault.starts_with("invalid length ") {
            return format!("{fault}, expected {}", told_wanted(wanted, false));
        }
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        return format!("unknown value {rest}");
    }
    let said = match message {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "must be a whole number"
        }
        "number too large to fit in target type" => "is too large a number",
        "number too small to fit in target type" => "is too small a number",
        "invalid float literal" | "cannot parse float from empty string" => "must be a number",
        "provided string was not `true` or `false`" => "must be true or false",
        "input is out of range"
        | "no possible date and time matching input"
        | "input is not enough for unique date and time"
        | "input contains invalid characters"
        | "premature end of input"
        | "trailing input" => {
            "must be a time such as 2026-01-31T12:00:00Z, or where a date is asked for 2026-01-31"
        }
        _ if message.starts_with("UUID parsing failed") => "must be a UUID",
        _ if message.starts_with("data did not match any variant") => "has none of the forms it may have",
        _ => message,
    };
    said.to_owned()
}

fn told_found(found: &str) -> String {
    match found.split_once(' ') {
        Some(("integer", number)) => format!("the number {}", number.trim_matches('`')),
        Some(("floating", rest)) => {
            format!("the number {}", rest.trim_start_matches("point ").trim_matches('`'))
        }
        Some(("boolean", value)) => value.trim_matches('`').to_owned(),
        Some(("string", text)) => format!("the string {text}"),
        _ => match found {
            "map" => "an object".to_owned(),
            "sequence" => "a list".to_owned(),
            "unit value" => "null".to_owned(),
            _ => found.to_owned(),
        },
    }
}

fn told_wanted(wanted: &str, with_range: bool) -> String {
    if let Some((least, greatest)) = range(wanted) {
        let range = if with_range { format!(" from {least} to {greatest}") } else { String::new() };
        return format!("a whole number{range}");
    }
    let (first, _) = wanted.split_once(' ').unwrap_or((wanted, ""));
    let said = match (first, wanted) {
        (_, "f32" | "f64") => "a number",
        (_, "a boolean") => "true or false",
        (_, "a sequence") => "a list",
        (_, "a map") => "an object",
        (_, "a character") => "a string of one character",
        (_, "a borrowed string" | "variant identifier" | "field identifier") => "a string",
        (_, "unit") | ("unit", _) => "null",
        ("struct" | "internally" | "adjacently", _) => "an object",
        ("tuple", _) => "a list",
        ("enum", _) => "one of the values that are documented",
        _ if wanted.starts_with("a tuple of ") || wanted.starts_with("an array of ") => {
            "a list of another length"
        }
        _ => wanted,
    };
    said.to_owned()
}

fn range(integer: &str) -> Option<(i128, i128)> {
    macro_rules! ranges {
        ($($type:ident)*) => {
            match integer {
                $(stringify!($type) => Some(($type::MIN as i128, $type::MAX as i128)),)*
                _ => None,
            }
        };
    }
    ranges! { i8 i16 i32 i64 isize u8 u16 u32 u64 usize }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde::de::DeserializeOwned;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize)]
    struct Line {
        #[expect(dead_code, reason = "only read")]
        quantity: f64,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Mode {
        DryRun,
        Apply,
    }

    #[derive(Debug, Deserialize)]
    #[serde(tag = "kind")]
    enum Shape {
        #[expect(dead_code, reason = "only read")]
        Line { length: u8 },
    }

    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    enum Either {
        #[expect(dead_code, reason = "only read")]
        Number(u8),
        #[expect(dead_code, reason = "only read")]
        Line(Line),
    }

    fn check<T: DeserializeOwned + std::fmt::Debug>(json: &str, expected: &str) {
        let error = serde_json::from_str::<T>(json).unwrap_err().to_string();
        let message = error.split(" at line ").next().unwrap();
        assert_eq!(in_json_words(message), expected, "{json}: {error}");
    }

    #[test]
    fn faults_are_told_in_words_of_json() {
        check::<i64>("1.5", "invalid type: the number 1.5, expected a whole number");
        check::<u32>("\"many\"", "invalid type: the string \"many\", expected a whole number");
        check::<u32>("-1", "invalid value: the number -1, expected a whole number from 0 to 4294967295");
        check::<i8>("200", "invalid value: the number 200, expected a whole number from -128 to 127");
        check::<f64>("true", "invalid type: true, expected a number");
        check::<String>("7", "invalid type: the number 7, expected a string");
        check::<String>("null", "invalid type: null, expected a string");
        check::<String>("{}", "invalid type: an object, expected a string");
        check::<bool>(
            "\"a, expected b\"",
            "invalid type: the string \"a, expected b\", expected true or false",
        );
        check::<Vec<u8>>("{}", "invalid type: an object, expected a list");
        check::<BTreeMap<String, u8>>("[]", "invalid type: a list, expected an object");
        check::<Line>("\"x\"", "invalid type: the string \"x\", expected an object");
        check::<Line>("[]", "invalid length 0, expected an object");
        check::<Mode>("\"no\"", "unknown value `no`, expected `dry_run` or `apply`");
        check::<Shape>("7", "invalid type: the number 7, expected an object");
        check::<Either>("\"x\"", "has none of the forms it may have");
        let time = "must be a time such as 2026-01-31T12:00:00Z, or where a date is asked for 2026-01-31";
        for text in ["2026-01-01", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "noon"] {
            check::<chrono::DateTime<chrono::Utc>>(&format!("\"{text}\""), time);
        }
        check::<chrono::NaiveDate>("\"2026-01\"", time);
        check::<uuid::Uuid>("\"4711\"", "must be a UUID");
        check::<char>("\"ab\"", "invalid value: the string \"ab\", expected a string of one character");
    }

    #[test]
    fn so_are_those_of_queries() {
        fn check<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str, expected: &str) {
            let message = text.parse::<T>().err().unwrap().to_string();
            assert_eq!(in_json_words(&message), expected, "{text}: {message}");
        }
        check::<u32>("few", "must be a whole number");
        check::<u32>("", "must be a whole number");
        check::<u8>("300", "is too large a number");
        check::<i8>("-300", "is too small a number");
        check::<f64>("few", "must be a number");
        check::<bool>("yes", "must be true or false");
        assert_eq!(in_json_words("a message of our own"), "a message of our own");
    }
}
