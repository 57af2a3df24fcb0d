//! Whether a password is known from a breach, where the operator has named a service that says so. It is told the first
//! five characters of the password's SHA-1 and no more (k-anonymity, as Have I Been Pwned has it). When it does not
//! answer, the password passes, and the log says so.

use crate::app::App;
use crate::domain::Password;
use crate::error::Error;
use kernel::Faults;
use reqwest::{Client, Url};
use sha1::{Digest, Sha1};
use std::fmt::Write;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const TIMEOUT: Duration = Duration::from_secs(2);
/// A range holds about a thousand lines of forty characters; the padded ones too.
const MAX_BYTES: usize = 256 * 1024;
const PREFIX: usize = 5;

#[derive(Clone)]
pub struct Breaches {
    client: Client,
    /// Ends in a slash.
    url: Url,
}

impl Breaches {
    /// `None`, and a line in the log, when nothing can be asked there.
    pub fn of(url: &str) -> Option<Self> {
        let client = Client::builder().connect_timeout(CONNECT_TIMEOUT).timeout(TIMEOUT);
        let client = client.redirect(reqwest::redirect::Policy::none()).build();
        match (client, format!("{}/", url.trim_end_matches('/')).parse()) {
            (Ok(client), Ok(url)) => Some(Self { client, url }),
            (client, parsed) => {
                let (client, parsed) = (client.err(), parsed.err());
                tracing::error!(?client, ?parsed, "passwords are not checked for breaches");
                None
            }
        }
    }

    /// No error of it has the URL, which ends in what is told of the password.
    async fn range(&self, prefix: &str) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        let asked = self.client.get(self.url.join(prefix)?).header("Add-Padding", "true");
        let mut answer = asked.send().await.map_err(reqwest::Error::without_url)?;
        answer.error_for_status_ref().map_err(reqwest::Error::without_url)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
            if body.len() + chunk.len() > MAX_BYTES {
                return Err("the answer is too long".into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(String::from_utf8(body)?)
    }
}

pub async fn refuse(app: &App, pointer: &str, password: &Password) -> Result<(), Error> {
    let Some(breaches) = &app.breaches else { return Ok(()) };
    let hash = hex_sha1(password.as_str());
    let (prefix, rest) = hash.split_at(PREFIX);
    match breaches.range(prefix).await {
        Ok(range) if lists(&range, rest) => {
            let mut faults = Faults::new();
            let detail = "is known from a breach of another service; choose one you have used nowhere else";
            faults.add(pointer, "breached_password", detail);
            Err(Error::invalid(faults.into_errors()))
        }
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::warn!(?error, "passwords are not checked for breaches: the service does not answer");
            Ok(())
        }
    }
}

/// A padded line has a count of 0 and says nothing.
fn lists(range: &str, rest: &str) -> bool {
    let mut lines = range.lines().filter_map(|line| line.trim().split_once(':'));
    lines.any(|(suffix, count)| suffix.eq_ignore_ascii_case(rest) && count != "0")
}

fn hex_sha1(text: &str) -> String {
    Sha1::digest(text.as_bytes()).iter().fold(String::with_capacity(40), |mut hex, byte| {
        let _ = write!(hex, "{byte:02X}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_it_is_published() {
        // RFC 3174, section 7.3.
        assert_eq!(hex_sha1("abc"), "A9993E364706816ABA3E25717850C26C9CD0D89D");
        let range = "0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n00D4F6E8FA6EECAD2A3AA415EEC418D38EC:0\r\n";
        assert!(lists(range, "0018a45c4d1def81644b54ab7f969b88d65"));
        assert!(!lists(range, "00D4F6E8FA6EECAD2A3AA415EEC418D38EC"), "padding");
        assert!(!lists(range, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    }
}
