//! What mail says: one template for each kind of letter, and what it is filled with.

use crate::domain::words::one_line;
use chrono::{DateTime, Utc};
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Kept sealed until it is sent, since links that let somebody in are part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "snake_case")]
pub enum Letter {
    Verification {
        name: Option<String>,
        link: String,
        expires_at: String,
    },
    AddressKnown {
        link: String,
    },
    ReportReady {
        name: Option<String>,
        title: String,
        rows: u64,
        link: String,
    },
    Invitation {
        tenant: Option<String>,
        inviter: Option<String>,
        link: String,
        expires_at: String,
    },
    PasswordReset {
        name: Option<String>,
        link: String,
        expires_at: String,
    },
    PasswordChanged {
        name: Option<String>,
        happened_at: String,
        link: String,
    },
    PasskeyRegistered {
        name: Option<String>,
        happened_at: String,
        link: String,
    },
    NewDevice {
        name: Option<String>,
        happened_at: String,
        device: Option<String>,
        client_address: Option<String>,
        link: String,
    },
    EmailChangeApproval {
        name: Option<String>,
        new_email: String,
        link: String,
        expires_at: String,
    },
    EmailChangeConfirmation {
        /// The address has an account already, and the link leads to nothing but the front door.
        known: bool,
        link: String,
        expires_at: String,
    },
    EmailChanged {
        name: Option<String>,
        new_email: String,
        happened_at: String,
        link: String,
    },
    AuditStreamPaused {
        name: Option<String>,
        collector: String,
        gone: bool,
        happened_at: String,
        link: String,
    },
    ProviderBypassed {
        name: Option<String>,
        tenant: Option<String>,
        owner: String,
        client_address: Option<String>,
        happened_at: String,
        link: String,
    },
    TenantErased {
        tenant: Option<String>,
        happened_at: String,
        certificate: String,
    },
    PersonErased {
        happened_at: String,
        certificate: String,
    },
}

/// Of what goes to somebody who is nobody here any more, the row forgets to whom it went once it is sent.
const LAST_WORDS: [&str; 2] = ["tenant_erased", "person_erased"];

pub fn is_last_word(template: &str) -> bool {
    LAST_WORDS.contains(&template)
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
            Self::Invitation { .. } => "invitation",
            Self::PasswordReset { .. } => "password_reset",
            Self::PasswordChanged { .. } => "password_changed",
            Self::PasskeyRegistered { .. } => "passkey_registered",
            Self::NewDevice { .. } => "new_device",
            Self::EmailChangeApproval { .. } => "email_change_approval",
            Self::EmailChangeConfirmation { .. } => "email_change_confirmation",
            Self::EmailChanged { .. } => "email_changed",
            Self::AuditStreamPaused { .. } => "audit_stream_paused",
            Self::ProviderBypassed { .. } => "provider_bypassed",
            Self::TenantErased { .. } => "tenant_erased",
            Self::PersonErased { .. } => "person_erased",
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

/// A time as letters tell it.
pub fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

const SOURCES: [(&str, &str); 15] = [
    ("verification", include_str!("../../templates/verification.txt")),
    ("address_known", include_str!("../../templates/address_known.txt")),
    ("report_ready", include_str!("../../templates/report_ready.txt")),
    ("invitation", include_str!("../../templates/invitation.txt")),
    ("password_reset", include_str!("../../templates/password_reset.txt")),
    ("password_changed", include_str!("../../templates/password_changed.txt")),
    ("passkey_registered", include_str!("../../templates/passkey_registered.txt")),
    ("new_device", include_str!("../../templates/new_device.txt")),
    ("email_change_approval", include_str!("../../templates/email_change_approval.txt")),
    ("email_change_confirmation", include_str!("../../templates/email_change_confirmation.txt")),
    ("email_changed", include_str!("../../templates/email_changed.txt")),
    ("audit_stream_paused", include_str!("../../templates/audit_stream_paused.txt")),
    ("provider_bypassed", include_str!("../../templates/provider_bypassed.txt")),
    ("tenant_erased", include_str!("../../templates/tenant_erased.txt")),
    ("person_erased", include_str!("../../templates/person_erased.txt")),
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

    const AT: &str = "2026-01-16 12:00 UTC";

    fn check(letter: Letter, subject: &str, contained: &[&str]) {
        let text = letter.text().unwrap();
        assert_eq!(text.subject, subject);
        for part in contained {
            assert!(text.body.contains(part), "{part:?} in {}", text.body);
        }
        assert!(text.body.starts_with("Hello") && text.body.ends_with('\n'), "{}", text.body);
    }

    fn link() -> String {
        "https://x.test/verify-email?token=t%3D&a=1".to_owned()
    }

    fn owned(text: Option<&str>) -> Option<String> {
        text.map(str::to_owned)
    }

    #[test]
    fn every_letter_has_its_subject_and_text() {
        let verification = |name: Option<&str>| Letter::Verification {
            name: owned(name),
            link: link(),
            expires_at: AT.to_owned(),
        };
        let subject = "Confirm your e-mail address";
        let parts = ["Hello Zoë,\n", "\nhttps://x.test/verify-email?token=t%3D&a=1\n", AT];
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

    #[test]
    fn an_invitation_names_whom_it_may() {
        let invitation = |tenant: Option<&str>, inviter: Option<&str>| Letter::Invitation {
            tenant: owned(tenant),
            inviter: owned(inviter),
            link: link(),
            expires_at: AT.to_owned(),
        };
        let subject = "You are invited to Engines & Co";
        let parts = ["Hello,\n", "\nAda asks you to join Engines & Co.\n", "\nhttps://x.test/", AT];
        check(invitation(Some("Engines & Co"), Some("Ada")), subject, &parts);
        let parts = ["\nsomebody asks you to join an organisation.\n"];
        check(invitation(None, None), "You are invited to an organisation", &parts);
        let injected = "Engines\r\nBcc: all@x.test\n\nBuy now";
        let subject = "You are invited to Engines Bcc: all@x.test Buy now";
        check(invitation(Some(injected), None), subject, &["join Engines Bcc: all@x.test Buy now.\n"]);
    }

    #[test]
    fn letters_about_an_account_say_what_happened() {
        let reset =
            Letter::PasswordReset { name: owned(Some("Zoë")), link: link(), expires_at: AT.to_owned() };
        check(reset, "Choose a new password", &["Hello Zoë,\n", "\nhttps://x.test/", AT]);
        let changed = Letter::PasswordChanged { name: None, happened_at: AT.to_owned(), link: link() };
        let parts = ["Hello,\n", "was changed at 2026-01-16 12:00 UTC.\n", "\nhttps://x.test/"];
        check(changed, "Your password was changed", &parts);
        let registered = Letter::PasskeyRegistered { name: None, happened_at: AT.to_owned(), link: link() };
        let parts = ["Hello,\n", "registered for your account at 2026-01-16 12:00 UTC.", "\nhttps://x.test/"];
        check(registered, "A passkey was registered for your account", &parts);
        let device = |device: Option<&str>, client_address: Option<&str>| Letter::NewDevice {
            name: None,
            happened_at: AT.to_owned(),
            device: owned(device),
            client_address: owned(client_address),
            link: link(),
        };
        let subject = "A new device signed in to your account";
        let parts = ["\nTime: 2026-01-16 12:00 UTC\n", "\nDevice: curl/8\n", "\nNetwork address: ::1\n"];
        check(device(Some("curl/8"), Some("::1")), subject, &parts);
        check(device(Some("curl\n\nBuy now"), None), subject, &["\nDevice: curl Buy now\n"]);
        check(device(None, None), subject, &["\nDevice: not known\nNetwork address: not known\n\nIf it was"]);
    }

    #[test]
    fn owners_hear_who_came_in_past_their_provider() {
        let bypassed = |tenant: Option<&str>, client_address: Option<&str>| Letter::ProviderBypassed {
            name: owned(Some("Zoë")),
            tenant: owned(tenant),
            owner: "ada@x.test".to_owned(),
            client_address: owned(client_address),
            happened_at: AT.to_owned(),
            link: link(),
        };
        let subject = "An owner came in past the provider of your organisation";
        let parts =
            ["Hello Zoë,\n", "owner of Engines came", "\nada@x.test\n", AT, "\nNetwork address: ::1\n"];
        check(bypassed(Some("Engines"), Some("::1")), subject, &parts);
        let parts =
            ["owner of your organisation came", "\nNetwork address: not known\n", "\nhttps://x.test/"];
        check(bypassed(None, None), subject, &parts);
    }

    #[test]
    fn a_paused_stream_says_why() {
        let paused = |gone| Letter::AuditStreamPaused {
            name: owned(Some("Zoë")),
            collector: "siem.test".to_owned(),
            gone,
            happened_at: AT.to_owned(),
            link: link(),
        };
        let subject = "An audit stream of your organisation is paused";
        let parts =
            ["Hello Zoë,\n", " at\n2026-01-16 12:00 UTC:\n\nsiem.test\n\n", "(410).\nNothing is lost"];
        check(paused(true), subject, &parts);
        check(paused(false), subject, &["\nThe collector took nothing for three days.\nNothing is lost"]);
    }

    #[test]
    fn a_certificate_is_in_its_letter() {
        let erased = |tenant: Option<&str>| Letter::TenantErased {
            tenant: owned(tenant),
            happened_at: AT.to_owned(),
            certificate: "e30.e30.c2ln".to_owned(),
        };
        let parts = ["Hello,\n", "erased at 2026-01-16 12:00 UTC.\n", "\n\ne30.e30.c2ln\n"];
        check(erased(Some("Engines")), "Engines is erased", &parts);
        check(erased(None), "Your organisation is erased", &parts);
        let person =
            Letter::PersonErased { happened_at: AT.to_owned(), certificate: "e30.e30.c2ln".to_owned() };
        for letter in [erased(None), person.clone()] {
            assert!(is_last_word(letter.template()), "{letter:?}");
        }
        assert!(!is_last_word(Letter::AddressKnown { link: link() }.template()));
        let parts = ["Hello,\n", "erased at 2026-01-16 12:00 UTC", "\n\ne30.e30.c2ln\n"];
        check(person, "Your account was erased", &parts);
    }

    #[test]
    fn letters_about_another_address_say_what_to_do() {
        let new_email = "zoë@new.test".to_owned();
        let approval = Letter::EmailChangeApproval {
            name: owned(Some("Zoë")),
            new_email: new_email.clone(),
            link: link(),
            expires_at: AT.to_owned(),
        };
        let subject = "Approve the new address of your account";
        let parts =
            ["Hello Zoë,\n", "\nzoë@new.test\n", "\nhttps://x.test/", AT, "change your password\nat once"];
        check(approval, subject, &parts);
        let asked =
            |known| Letter::EmailChangeConfirmation { known, link: link(), expires_at: AT.to_owned() };
        let subject = "An account is to have your e-mail address";
        let parts = ["address. To\nconfirm", "\n\nhttps://x.test/", AT, "can use your address.\n"];
        check(asked(false), subject, &parts);
        let parts =
            ["address. It\nbelongs to an account already", "\n\nhttps://x.test/", "have an account.\n"];
        check(asked(true), subject, &parts);
        for (known, absent) in [(false, "already"), (true, AT)] {
            let body = asked(known).text().unwrap().body;
            assert!(!body.contains(absent) && !body.ends_with("\n\n"), "{body}");
        }
        let changed =
            Letter::EmailChanged { name: None, new_email, happened_at: AT.to_owned(), link: link() };
        let parts = ["Hello,\n", "was changed at 2026-01-16 12:00 UTC.\n", "\nzoë@new.test\n"];
        check(changed, "The address of your account was changed", &parts);
    }

    #[test]
    fn a_moment_is_told_to_the_minute() {
        assert_eq!(moment("2026-01-16T12:00:59Z".parse().unwrap()), AT);
    }
}
