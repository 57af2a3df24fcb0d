//! What is told of a domain's statements: how long each took, and the text of those that took long. A text never holds
//! a value: a prepared statement has placeholders, and what stands in a message of several is taken out here.

use kernel::TenantId;
use metrics::Histogram;
use std::borrow::Cow;
use std::time::{Duration, Instant};

const LONGEST_TEXT_BYTES: usize = 8_192;

pub(crate) struct Meter {
    domain: &'static str,
    /// Resolved once: a look-up by labels costs more than all else that is done here.
    durations: Histogram,
    slow: Duration,
}

impl Meter {
    pub fn new(domain: &'static str, slow: Duration) -> Self {
        let durations = metrics::histogram!("db_query_duration_seconds", "domain" => domain);
        Self { domain, durations, slow }
    }

    /// Its parameters were sent beside it, so the text is logged as it is.
    pub fn prepared(&self, tenant: Option<TenantId>, sql: &str, started: Instant) {
        let took = started.elapsed();
        self.durations.record(took);
        if took >= self.slow {
            self.log(tenant, sql, took);
        }
    }

    /// Several statements in one message, which hold their values themselves.
    pub fn batch(&self, tenant: Option<TenantId>, sql: &str, started: Instant) {
        let took = started.elapsed();
        if took >= self.slow {
            self.log(tenant, &without_values(sql), took);
        }
    }

    fn log(&self, tenant: Option<TenantId>, sql: &str, took: Duration) {
        tracing::warn!(
            target: "slow_statement",
            domain = self.domain,
            tenant = tenant.map(tracing::field::display),
            ms = took.as_micros() as f64 / 1_000.0,
            statement = &*bounded(sql),
            "a statement took long"
        );
    }
}

/// With `?` for every quoted text, blob and number.
fn without_values(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(next) = rest.chars().next() {
        let end_of_word = || rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        let (end, hidden) = match next {
            '\'' => (end_of_quoted(rest, false), true),
            // A name may be anything but a value.
            '"' => (rest[1..].find('"').map_or(rest.len(), |at| at + 2), false),
            '$' => (1 + rest[1..].find(|c: char| !is_word(c)).unwrap_or(rest.len() - 1), false),
            '0'..='9' => (rest.find(|c: char| !is_word(c) && c != '.').unwrap_or(rest.len()), true),
            // X'…', E'…' and their like: the letter belongs to what is quoted.
            c if is_word(c) => match end_of_word() {
                1 if rest[1..].starts_with('\'') => {
                    (1 + end_of_quoted(&rest[1..], matches!(c, 'E' | 'e')), true)
                }
                end => (end, false),
            },
            c => (c.len_utf8(), false),
        };
        text.push_str(if hidden { "?" } else { &rest[..end] });
        rest = &rest[end..];
    }
    text
}

/// Past the closing quote; two quotes are one that does not close, and so is one after a backslash where those mean it.
fn end_of_quoted(text: &str, backslashes: bool) -> usize {
    let mut bytes = text.bytes().enumerate().skip(1).peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if backslashes => drop(bytes.next()),
            b'\'' if bytes.next_if(|(_, next)| *next == b'\'').is_none() => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn bounded(text: &str) -> Cow<'_, str> {
    match text.char_indices().find(|(at, c)| at + c.len_utf8() > LONGEST_TEXT_BYTES) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sql: &str, expected: &str) {
        assert_eq!(without_values(sql), expected);
    }

    #[test]
    fn no_value_is_left() {
        check("BEGIN; SET LOCAL ROLE \"insula_billing\"", "BEGIN; SET LOCAL ROLE \"insula_billing\"");
        check("SET LOCAL app.tenant_id = '0198-77'", "SET LOCAL app.tenant_id = ?");
        check(
            "SELECT NOT pg_try_advisory_xact_lock(-42) AS a",
            "SELECT NOT pg_try_advisory_xact_lock(-?) AS a",
        );
        check("x = X'0a1b' AND s = 'it''s'", "x = ? AND s = ?");
        check("s = E'it\\'s 7' AND t = 1", "s = ? AND t = ?");
        check("s = 'ends in \\' AND t = 'b 7'", "s = ? AND t = ?");
        check("a1 = 1.5e3, t2.c3 = $1 AND b = 0x1F", "a1 = ?, t2.c3 = $1 AND b = ?");
        check("s = 'never closed, 7", "s = ?");
        check("s = 'ü' AND ü = 'x'", "s = ? AND ü = ?");
        check("", "");
    }

    #[test]
    fn a_long_text_is_cut() {
        let text = format!("{}ü", "x".repeat(LONGEST_TEXT_BYTES - 1));
        assert_eq!(bounded(&text), format!("{}…", &text[..LONGEST_TEXT_BYTES - 1]));
        assert_eq!(bounded(&text[..LONGEST_TEXT_BYTES - 1]), text[..LONGEST_TEXT_BYTES - 1]);
    }
}
