//! Log lines as JSON: the event's fields, and those of each span it is in. tracing-subscriber's own form parses what
//! it wrote of a span, at each recording and again for each line, to write it anew; here a span's fields are kept as
//! they will stand in its lines.

use std::error::Error;
use std::fmt::{self, Write};
use tracing::field::{Field, Visit};
use tracing::span::Record;
use tracing::{Event, Subscriber};
use tracing_log::NormalizeEvent;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

pub struct JsonLine;

impl<S> FormatEvent<S, JsonMembers> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonMembers>,
        mut line: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        // What came by the crate `log` has its level and target among its fields.
        let normalized = event.normalized_metadata();
        let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());
        line.write_str(r#"{"timestamp":""#)?;
        SystemTime.format_time(&mut line)?;
        line.write_str(r#"","level":""#)?;
        line.write_str(metadata.level().as_str())?;
        line.write_char('"')?;
        Members::write(line.by_ref(), true, event)?;
        line.write_str(r#","target":"#)?;
        quote(&mut line, metadata.target())?;
        if let Some(spans) = context.event_scope() {
            line.write_str(r#","spans":["#)?;
            for (index, span) in spans.from_root().enumerate() {
                line.write_str(if index == 0 { "{" } else { ",{" })?;
                if let Some(members) = span.extensions().get::<FormattedFields<JsonMembers>>()
                    && !members.is_empty()
                {
                    line.write_str(members)?;
                    line.write_char(',')?;
                }
                line.write_str(r#""name":"#)?;
                quote(&mut line, span.name())?;
                line.write_char('}')?;
            }
            line.write_char(']')?;
        }
        line.write_str("}\n")
    }
}

/// The fields of a span as members of an object, without its braces. A field recorded twice is there twice.
pub struct JsonMembers;

impl<'w> FormatFields<'w> for JsonMembers {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'w>, fields: R) -> fmt::Result {
        Members::write(writer, false, fields)
    }

    fn add_fields(&self, current: &'w mut FormattedFields<Self>, fields: &Record<'_>) -> fmt::Result {
        // Half a member would spoil every later line of the span.
        let whole = current.fields.len();
        let outcome = Members::write(current.as_writer(), whole > 0, fields);
        if outcome.is_err() {
            current.fields.truncate(whole);
        }
        outcome
    }
}

struct Members<'w> {
    writer: Writer<'w>,
    /// Whether a member stands before the next.
    follows: bool,
    outcome: fmt::Result,
}

impl<'w> Members<'w> {
    fn write(writer: Writer<'w>, follows: bool, fields: impl RecordFields) -> fmt::Result {
        let mut members = Self { writer, follows, outcome: Ok(()) };
        fields.record(&mut members);
        members.outcome
    }

    fn add(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'w>) -> fmt::Result) {
        if self.outcome.is_ok() && !field.name().starts_with("log.") {
            self.outcome = self.name(field).and_then(|()| value(&mut self.writer));
        }
    }

    fn name(&mut self, field: &Field) -> fmt::Result {
        if std::mem::replace(&mut self.follows, true) {
            self.writer.write_char(',')?;
        }
        let name = field.name();
        quote(&mut self.writer, name.strip_prefix("r#").unwrap_or(name))?;
        self.writer.write_char(':')
    }
}

impl Visit for Members<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, |writer| match value.is_finite() {
            true => write!(writer, "{value}"),
            false => writer.write_str("null"),
        });
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, |writer| write!(writer, "{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, |writer| write!(writer, "{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, |writer| writer.write_str(if value { "true" } else { "false" }));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, |writer| quote(writer, value));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.add(field, |writer| quoted(writer, format_args!("{value}")));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, |writer| quoted(writer, format_args!("{value:?}")));
    }
}

fn quote(writer: &mut impl Write, text: &str) -> fmt::Result {
    writer.write_char('"')?;
    Escaped(writer).write_str(text)?;
    writer.write_char('"')
}

fn quoted(writer: &mut impl Write, text: fmt::Arguments<'_>) -> fmt::Result {
    writer.write_char('"')?;
    Escaped(writer).write_fmt(text)?;
    writer.write_char('"')
}

/// What stands between the quotes of a string (RFC 8259, section 7).
struct Escaped<'a, W>(&'a mut W);

impl<W: Write> Write for Escaped<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
            // All of these are one byte, so the text can be cut on either side.
            let (plain, from) = rest.split_at(at);
            self.0.write_str(plain)?;
            match from.as_bytes()[0] {
                b'\n' => self.0.write_str("\\n")?,
                b'\t' => self.0.write_str("\\t")?,
                b'\r' => self.0.write_str("\\r")?,
                byte @ (b'"' | b'\\') => write!(self.0, "\\{}", char::from(byte))?,
                byte => write!(self.0, "\\u{byte:04x}")?,
            }
            rest = &from[1..];
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_one_json_string() {
        for text in ["", "plain", "a \"b\" \\c", "\n\r\t\u{0}\u{1f}\u{7f}", "ü€😀\n", "\\\\\"\""] {
            let mut line = String::new();
            quote(&mut line, text).unwrap();
            assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text, "{line}");
        }
    }
}
