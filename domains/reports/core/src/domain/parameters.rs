//! Whether a report was given the parameters it asks for. What a value must look like is the source's to say.

use kernel::{Faults, FieldError};
use module::ReportParameter;
use std::collections::BTreeMap;

const VALUE_MAX_CHARS: usize = 200;

/// All faults at once, by pointer.
pub fn check(asked: &[ReportParameter], given: &BTreeMap<String, String>) -> Result<(), Vec<FieldError>> {
    let mut faults = Faults::new();
    for (name, value) in given {
        if !asked.iter().any(|parameter| parameter.name == *name) {
            let known = asked.iter().map(|parameter| parameter.name.as_str()).collect::<Vec<_>>().join(", ");
            let known = if known.is_empty() { "none".to_owned() } else { known };
            faults.add(
                pointer(name),
                "unknown_parameter",
                format!("the report does not take it; it takes: {known}"),
            );
        } else if value.chars().count() > VALUE_MAX_CHARS {
            let detail = format!("must have at most {VALUE_MAX_CHARS} characters");
            faults.add(pointer(name), "too_long", detail);
        }
    }
    for parameter in asked.iter().filter(|parameter| parameter.required) {
        if given.get(&parameter.name).is_none_or(|value| value.trim().is_empty()) {
            let detail = format!("the report needs it: {}", parameter.description);
            faults.add(pointer(&parameter.name), "required", detail);
        }
    }
    faults.finish(())
}

/// RFC 6901 writes `~` and `/` of a name otherwise.
fn pointer(name: &str) -> String {
    format!("/parameters/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named_all_at_once() {
        let asked = ["month", "currency"].map(|name| ReportParameter {
            name: name.to_owned(),
            description: name.to_owned(),
            required: name == "month",
        });
        let check = |given: &[(&str, &str)], expected: &[&str]| {
            let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let faults = check(&asked, &given).err().unwrap_or_default();
            let faults: Vec<_> =
                faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
            assert_eq!(faults, expected, "{given:?}");
        };
        check(&[("month", "2026-01")], &[]);
        check(&[("month", "2026-01"), ("currency", "EUR")], &[]);
        check(&[], &["/parameters/month required"]);
        check(&[("month", " ")], &["/parameters/month required"]);
        check(&[("month", &"x".repeat(201))], &["/parameters/month too_long"]);
        check(&[("a/b~c", "1")], &["/parameters/a~1b~0c unknown_parameter", "/parameters/month required"]);
    }
}
