//! What a target has, as CSV (RFC 4180) that an import takes as it is, and that a spreadsheet shows and does not compute.

use super::dialect::TextEncoding;
use super::guard::guarded;
use csv::{Terminator, Writer, WriterBuilder};
use module::ImportField;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The names of the fields, in their order, behind the mark by which Excel knows UTF-8.
pub fn header(fields: &[ImportField]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = writer();
    writer.write_record(fields.iter().map(|field| &field.name))?;
    Ok([TextEncoding::UTF_8.byte_order_mark(), &finish(writer)?].concat())
}

pub fn lines(fields: &[ImportField], rows: &[BTreeMap<String, String>]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = writer();
    for row in rows {
        let cell = |field: &ImportField| {
            let value = row.get(&field.name);
            value.map_or(Cow::Borrowed(""), |value| guarded(field.kind, value)).into_owned()
        };
        writer.write_record(fields.iter().map(cell))?;
    }
    finish(writer)
}

/// A name that the target has no field for, which no file could hold.
pub fn unknown_field<'a>(fields: &[ImportField], rows: &'a [BTreeMap<String, String>]) -> Option<&'a String> {
    let mut names = rows.iter().flat_map(BTreeMap::keys);
    names.find(|name| !fields.iter().any(|field| field.name == **name))
}

fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new())
}

fn finish(writer: Writer<Vec<u8>>) -> Result<Vec<u8>, csv::Error> {
    writer.into_inner().map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::super::dialect::Dialect;
    use super::super::records::{Position, Records};
    use super::*;
    use module::FieldKind;

    fn fields() -> Vec<ImportField> {
        let field = |(name, kind): (&str, FieldKind)| ImportField {
            name: name.to_owned(),
            description: String::new(),
            kind,
            required: false,
        };
        [("sku", FieldKind::Text), ("name", FieldKind::Text), ("on_hand", FieldKind::Decimal)]
            .map(field)
            .to_vec()
    }

    fn row(values: &[(&str, &str)]) -> BTreeMap<String, String> {
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn rows_are_written_in_the_order_of_the_fields() {
        assert_eq!(header(&fields()).unwrap(), b"\xEF\xBB\xBFsku,name,on_hand\r\n");
        let check = |values: &[(&str, &str)], expected: &str| {
            let written = lines(&fields(), &[row(values)]).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), expected, "{values:?}");
        };
        check(&[("on_hand", "-1.50"), ("name", "Chai"), ("sku", "1")], "1,Chai,-1.50\r\n");
        check(&[("sku", "1")], "1,,\r\n");
        check(&[], ",,\r\n");
        check(&[("sku", "a,b"), ("name", "say \"hi\"")], "\"a,b\",\"say \"\"hi\"\"\",\r\n");
        check(&[("sku", "two\r\nlines"), ("name", "\r=1")], "\"two\r\nlines\",\"'\r'=1\",\r\n");
        check(&[("sku", "=HYPERLINK(\"x\")"), ("name", "'=1")], "\"'=HYPERLINK(\"\"x\"\")\",''=1,\r\n");
        assert_eq!(lines(&fields(), &[]).unwrap(), b"");
        assert_eq!(unknown_field(&fields(), &[row(&[("sku", "1")])]), None);
        let rows = [row(&[("sku", "1")]), row(&[("color", "red")])];
        assert_eq!(unknown_field(&fields(), &rows).map(String::as_str), Some("color"));
    }

    #[test]
    fn no_text_leaves_its_cell() {
        let parts = [",", "\"", "\n", "\r", "=1", "'", ";", "ä", "\u{FEFF}"];
        let texts = parts.iter().flat_map(|a| parts.map(|b| format!("x{a}{b}{a}y")));
        let texts: Vec<String> = texts.chain(parts.map(|part| format!("{part}x"))).collect();
        let rows: Vec<_> = texts.iter().map(|text| row(&[("sku", "1"), ("name", text.as_str())])).collect();
        let mut records = Records::of(Position::default(), Dialect::RFC_4180);
        records.push(&header(&fields()).unwrap());
        records.push(&lines(&fields(), &rows).unwrap());
        records.end();
        let read: Vec<Vec<String>> = records.map(|record| record.cells.unwrap()).skip(1).collect();
        let expected: Vec<_> = texts
            .iter()
            .map(|text| vec!["1".to_owned(), guarded(FieldKind::Text, text).into_owned(), String::new()])
            .collect();
        assert_eq!(read, expected);
    }
}
