//! What mail says: one template for each kind of letter, and what it is filled with.

use crate::domain::words::one_line;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Kept sealed until it is sent, since links that let somebody in are part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "snake_case")]
pub enum Letter {
    Verification { name: Option<String>, link: String, expires_at: String },
    AddressKnown { link: String },
    ReportReady { name: Option<String>, title: String, rows: u64, link: String },
}

#[derive(Debug, PartialEq, Eq)]
pub struct Text {
    pub subject: String,
    pub body: String,
}

impl Letter {
    pub fn template(&self) -> &'static str {
        match self {
            Self::Verification { .. } => "verification",
            Self::AddressKnown { .. } => "address_known",
            Self::ReportReady { .. } => "report_ready",
        }
    }

    /// The first line of a template is the subject; a blank line and the text follow.
    pub fn text(&self) -> Result<Text, Error> {
        let text = TEMPLATES.get_template(self.template())?.render(Serde(self))?;
        let parts = text.strip_prefix("Subject: ").and_then(|rest| rest.split_once("\n\n"));
        let (subject, body) = parts.ok_or_else(|| {
            Error::new(ErrorKind::SyntaxError, "a template begins with `Subject: ` and a blank line")
        })?;
        Ok(Text { subject: one_line(subject), body: format!("{body}\n") })
    }
}

const SOURCES: [(&str, &str); 3] = [
    ("verification", include_str!("../../templates/verification.txt")),
    ("address_known", include_str!("../../templates/address_known.txt")),
    ("report_ready", include_str!("../../templates/report_ready.txt")),
];

/// Whatever is put into a template is put in as one line, so no value can end the subject or a paragraph.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_formatter(|out, _, value: &Value| Ok(out.write_str(&one_line(&value.to_string()))?));
    for (name, source) in SOURCES {
        if let Err(error) = templates.add_template(name, source) {
            tracing::error!(name, %error, "a template of mail is broken");
        }
    }
    templates
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_has_its_subject_and_text() {
        let check = |letter: Letter, subject: &str, contained: &[&str]| {
            let text = letter.text().unwrap();
            assert_eq!(text.subject, subject);
            for part in contained {
                assert!(text.body.contains(part), "{part:?} in {}", text.body);
            }
            assert!(text.body.starts_with("Hello") && text.body.ends_with('\n'), "{}", text.body);
        };
        let link = || "https://x.test/verify-email?token=t%3D&a=1".to_owned();
        let verification = |name: Option<&str>| Letter::Verification {
            name: name.map(str::to_owned),
            link: link(),
            expires_at: "2026-01-16 12:00 UTC".to_owned(),
        };
        let subject = "Confirm your e-mail address";
        let parts =
            ["Hello Zoë,\n", "\nhttps://x.test/verify-email?token=t%3D&a=1\n", "2026-01-16 12:00 UTC"];
        check(verification(Some("Zoë")), subject, &parts);
        check(verification(None), subject, &["Hello,\n"]);
        let subject = "Somebody tried to sign up with your address";
        check(Letter::AddressKnown { link: link() }, subject, &["\nhttps://x.test/"]);
        let ready = |title: &str, rows| Letter::ReportReady {
            name: None,
            title: title.to_owned(),
            rows,
            link: link(),
        };
        check(ready("<Sales> & more", 1), "Your report is ready: <Sales> & more", &["with 1 row."]);
        check(ready("Sales", 2), "Your report is ready: Sales", &["with 2 rows."]);
        let injected = "Sales\r\nBcc: all@x.test\n\nBuy now";
        check(ready(injected, 0), "Your report is ready: Sales Bcc: all@x.test Buy now", &["with 0 rows."]);
    }
}
