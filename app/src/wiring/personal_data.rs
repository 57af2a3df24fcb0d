//! The register of personal data as the command line prints it: what every domain declares of its columns.

use super::StartError;
use super::modules::TABLES;
use data::tables::{RegisterLine, register};

pub fn personal_data(json: bool) -> Result<String, StartError> {
    let lines: Vec<RegisterLine> =
        TABLES.iter().flat_map(|(domain, tables)| register(domain, tables)).collect();
    if !json {
        return Ok(markdown(&lines));
    }
    let text = serde_json::to_string_pretty(&lines);
    let unwritable =
        |error| StartError::new("the register cannot be written", "see the cause").because(error);
    Ok(format!("{}\n", text.map_err(unwritable)?))
}

fn markdown(lines: &[RegisterLine]) -> String {
    let mut text = String::from(
        "# Personal data\n\n| column | why | by what right | how long | when the person is erased |\n|---|---|---|---|---|\n",
    );
    for line in lines {
        let RegisterLine { table, column, why, basis, kept, when_erased } = line;
        text.push_str(&format!("| `{table}.{column}` | {why} | {basis} | {kept} | {when_erased} |\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_printed_for_people_and_for_programs() {
        let markdown = personal_data(false).unwrap();
        assert!(markdown.contains("| `users.sessions.client_address` | "), "{markdown}");
        let json: serde_json::Value = serde_json::from_str(&personal_data(true).unwrap()).unwrap();
        let lines = json.as_array().unwrap();
        assert_eq!(lines.len(), markdown.lines().count() - 4, "a line each, below four of heading");
        assert!(lines.iter().all(|line| line["why"].as_str().is_some_and(|why| !why.is_empty())));
    }
}
