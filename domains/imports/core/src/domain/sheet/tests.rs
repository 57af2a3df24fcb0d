//! Workbooks made byte by byte: what is read of them, and what is refused.

use super::*;
use ::zip::CompressionMethod;
use ::zip::write::{SimpleFileOptions, ZipWriter};
use std::io::{Cursor, Write};
use std::rc::Rc;

type Part<'a> = (&'a str, &'a str);

fn zipped(parts: &[Part<'_>]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in parts {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const KIND: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn xlsx(of_1904: bool, shared: &str, data: &str, more: &[Part<'_>]) -> Vec<u8> {
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{KIND}/{kind}\" Target=\"{target}\"/>")
    };
    let root = relation("rId1", "officeDocument", "xl/workbook.xml");
    let inner = [
        relation("rId1", "worksheet", "worksheets/sheet1.xml"),
        relation("rId2", "worksheet", "/xl/worksheets/other.xml"),
        relation("rId3", "sharedStrings", "sharedStrings.xml"),
        relation("rId4", "styles", "styles.xml"),
    ];
    let root = format!("<Relationships>{root}</Relationships>");
    let inner = format!("<Relationships>{}</Relationships>", inner.concat());
    let book = format!(
        "<workbook><workbookPr date1904=\"{of_1904}\"/><sheets><sheet name=\"Stock\" r:id=\"rId1\"/>\
         <sheet name=\"Ä &amp; B\" r:id=\"rId2\"/></sheets></workbook>"
    );
    let styles = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm\"/></numFmts>\
                  <cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs>\
                  <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>";
    let shared = format!("<sst>{shared}</sst>");
    let sheet = format!("<worksheet><sheetData>{data}</sheetData></worksheet>");
    let other = "<worksheet><sheetData><row><c><v>7</v></c></row></sheetData></worksheet>";
    let mut parts = vec![
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", root.as_str()),
        ("xl/workbook.xml", book.as_str()),
        ("xl/_rels/workbook.xml.rels", inner.as_str()),
        ("xl/styles.xml", styles),
        ("xl/sharedStrings.xml", shared.as_str()),
        ("xl/worksheets/sheet1.xml", sheet.as_str()),
        ("xl/worksheets/other.xml", other),
    ];
    parts.extend(more);
    zipped(&parts)
}

fn ods(tables: &str, more: &[Part<'_>]) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet>{tables}\
         </office:spreadsheet></office:body></office:document-content>"
    );
    let mut parts = vec![
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content.as_str()),
    ];
    parts.extend(more);
    zipped(&parts)
}

fn read(bytes: &[u8], chosen: Option<&str>, limits: Limits) -> Result<Vec<Row>, SheetError> {
    Rows::open(Cursor::new(bytes), chosen, limits)?.collect()
}

/// Each row as `number: cells`, or `number! fault`.
fn check(bytes: &[u8], chosen: Option<&str>, expected: &[&str]) {
    let rows = read(bytes, chosen, Limits::default()).unwrap();
    let shown = |row: Row| {
        let record = row.into_record(0);
        let errors: Vec<String> = record.errors.into_values().collect();
        if errors.is_empty() {
            return format!("{}: {}", record.line, record.cells.unwrap().join("|"));
        }
        format!("{}! {}", record.line, errors.join("; "))
    };
    assert_eq!(rows.into_iter().map(shown).collect::<Vec<_>>(), expected);
}

fn check_refused(bytes: &[u8], limits: Limits, code: &str, fragment: &str) {
    let error = read(bytes, None, limits).unwrap_err();
    let problem = kernel::Problem::from(crate::error::Error::from(error.clone()));
    assert_eq!(problem.kind.code, code, "{error}");
    assert!(error.to_string().contains(fragment), "{error} does not say {fragment:?}");
}

#[test]
fn cells_of_xlsx_are_what_they_mean() {
    let shared = "<si><t>sku</t></si><si><r><t>Kä</t></r><r><t xml:space=\"preserve\">se </t></r>\
                  <rPh><t>spoken</t></rPh></si><si><t>a_x000A_b &lt;</t></si>";
    let row = |cells: &str| xlsx(false, shared, &format!("<row r=\"3\">{cells}</row>"), &[]);
    check(&row("<c r=\"A3\" t=\"s\"><v>0</v></c><c r=\"C3\" t=\"s\"><v>1</v></c>"), None, &["3: sku||Käse "]);
    check(&row("<c t=\"s\"><v>2</v></c><c><v>2</v></c>"), None, &["3: a\nb <|2"]);
    check(&row("<c t=\"inlineStr\"><is><t>in</t></is></c><c t=\"b\"><v>1</v></c>"), None, &["3: in|true"]);
    check(&row("<c><v>1.1000000000000001</v></c><c><v>12E-2</v></c>"), None, &["3: 1.1|0.12"]);
    check(&row("<c><f>A1+1</f><v>5</v></c><c t=\"str\"><f>B1</f><v>x</v></c>"), None, &["3: 5|x"]);
    check(
        &row("<c s=\"1\"><v>61</v></c><c s=\"2\"><v>36526.5</v></c>"),
        None,
        &["3: 1900-03-01|2000-01-01T12:00:00"],
    );
    check(&row("<c r=\"B3\" t=\"e\"><f>X</f><v>#N/A</v></c>"), None, &["3! B3: #N/A"]);
    check(&row("<c s=\"1\"><v>60</v></c>"), None, &["3! A3: 60 is no date"]);
    check(
        &row("<c><f>A1</f></c>"),
        None,
        &["3! A3: a formula without its value; save the file in its program"],
    );
    check(&row("<c s=\"0\"/>"), None, &[]);
    check(&xlsx(true, "", "<row><c s=\"1\"><v>0</v></c></row>", &[]), None, &["1: 1904-01-01"]);
    check(&row(""), Some("Ä & B"), &["1: 7"]);
    let missing = read(&row(""), Some("none"), Limits::default()).unwrap_err();
    assert_eq!(missing.to_string(), "it has no sheet `none`; its sheets are `Stock`, `Ä & B`");
}

#[test]
fn cells_of_ods_are_what_they_mean() {
    let table = |rows: &str| {
        let other = "<table:table table:name=\"Other\"><table:table-row><table:table-cell office:value-type=\"float\" \
                     office:value=\"7\"/></table:table-row></table:table>";
        ods(&format!("<table:table table:name=\"Stock\">{rows}</table:table>{other}"), &[])
    };
    let row = |cells: &str| table(&format!("<table:table-row>{cells}</table:table-row>"));
    let number = "<table:table-cell office:value-type=\"float\" office:value=\"1.50\"><text:p>1,50</text:p></table:table-cell>";
    let twice = number.replacen("table-cell", "table-cell table:number-columns-repeated=\"2\"", 1);
    check(&row(number), None, &["1: 1.5"]);
    check(&row(&twice), None, &["1: 1.5|1.5"]);
    check(
        &row(&format!("<table:table-cell table:number-columns-repeated=\"2\"/>{number}")),
        None,
        &["1: ||1.5"],
    );
    let text = "<table:table-cell office:value-type=\"string\"><office:annotation><text:p>note</text:p>\
                </office:annotation><text:p>a<text:s text:c=\"2\"/>b</text:p><text:p>c</text:p></table:table-cell>";
    check(&row(text), None, &["1: a  b\nc"]);
    let covered = "<table:covered-table-cell office:value-type=\"string\"><text:p>x</text:p></table:covered-table-cell>";
    check(&row(&format!("{number}{covered}{number}")), None, &["1: 1.5||1.5"]);
    let rest = "<table:table-cell office:value-type=\"date\" office:date-value=\"2024-02-29\"/>\
                <table:table-cell office:value-type=\"time\" office:time-value=\"PT09H05M00S\"/>\
                <table:table-cell office:value-type=\"boolean\" office:boolean-value=\"false\"/>";
    check(&row(rest), None, &["1: 2024-02-29|09:05:00|false"]);
    let fault = "<table:table-cell table:formula=\"of:=X\" office:value-type=\"string\" office:string-value=\"\" \
                 calcext:value-type=\"error\"><text:p>#N/A</text:p></table:table-cell>";
    check(&row(fault), None, &["1! A1: #N/A"]);
    let rows = format!(
        "<table:table-row table:number-rows-repeated=\"4\"/><table:table-row table:number-rows-repeated=\"2\">{number}\
         </table:table-row><table:table-row table:number-rows-repeated=\"1048570\"><table:table-cell/></table:table-row>"
    );
    check(&table(&rows), None, &["5: 1.5", "6: 1.5"]);
    check(&row(number), Some("Other"), &["1: 7"]);
}

#[test]
fn the_first_sheet_that_is_shown_is_read() {
    let style = |name: &str, family: &str, display: &str| {
        format!(
            "<style:style style:name=\"{name}\" style:family=\"{family}\"><style:table-properties \
             table:display=\"{display}\"/></style:style>"
        )
    };
    let styles =
        [style("ta1", "table", "true"), style("ta2", "table", "false"), style("ta3", "graphic", "false")]
            .concat();
    let table = |name: &str, style: &str, cell: &str| {
        format!(
            "<table:table table:name=\"{name}\" table:style-name=\"{style}\"><table:table-row><table:table-cell \
             office:value-type=\"string\"><text:p>{cell}</text:p></table:table-cell></table:table-row></table:table>"
        )
    };
    let book = |tables: &[String]| {
        let content = format!(
            "<office:document-content><office:automatic-styles>{styles}</office:automatic-styles><office:body>\
             <office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>",
            tables.concat()
        );
        zipped(&[("content.xml", content.as_str())])
    };
    let three = book(&[table("Lists", "ta2", "x"), table("Stock", "ta1", "y"), table("More", "ta1", "z")]);
    check(&three, None, &["1: y"]);
    check(&three, Some("Lists"), &["1: x"]);
    check(&three, Some("More"), &["1: z"]);
    let asked = Asked { kind: Kind::Ods, sheet: None, header_row: None };
    assert_eq!(inspect(Cursor::new(&three), &asked, Limits::default()).unwrap().0.name, "Stock");
    check(&book(&[table("A", "ta3", "x"), table("B", "ta1", "y")]), None, &["1: x"]);
    check(&book(&[table("A", "ta2", "x"), table("B", "ta2", "y")]), None, &["1: x"]);
    // What was shown by its name is read by its name.
    check(&book(&[table("A", "ta2", "x"), table("A", "ta1", "y")]), Some("A"), &["1: y"]);
    let nested = table("Lists", "ta2", &table("Stock", "ta1", "x"));
    let bytes = book(&[nested, table("Stock", "ta1", "y")]);
    check(&bytes, None, &["1: y"]);
    check(&bytes, Some("Stock"), &["1: y"]);
    let long = book(&[table(&"A".repeat(1_001), "ta1", "x"), table("B", "ta1", "y")]);
    check(&long, None, &["1: y"]);
    let missing = read(&three, Some("none"), Limits::default()).unwrap_err();
    assert_eq!(missing.to_string(), "it has no sheet `none`; its sheets are `Lists`, `Stock`, `More`");
}

#[test]
fn what_swells_is_refused() {
    let limits = Limits {
        entries: 12,
        directory_bytes: 1_000,
        unpacked_bytes: 1 << 20,
        ratio: 100,
        ratio_from_bytes: 64 << 10,
        shared_bytes: 4_096,
        text_bytes: 64 << 10,
    };
    let too_large = "imports.workbook_too_large";
    let many: Vec<String> = (0..9).map(|index| format!("xl/media/{index}")).collect();
    let many: Vec<Part<'_>> = many.iter().map(|name| (name.as_str(), "")).collect();
    check_refused(&xlsx(false, "", "", &many), limits, too_large, "more than 12 parts");
    let long = "x".repeat(2_000);
    check_refused(&xlsx(false, "", "", &[(long.as_str(), "")]), limits, too_large, "list of its parts");
    let blanks = " ".repeat(900 << 10);
    check_refused(&xlsx(false, "", &blanks, &[]), limits, too_large, "come out of one");
    let unbound = Limits { ratio: 10_000, ..limits };
    check_refused(&xlsx(false, "", &" \n<!-- -->".repeat(200 << 10), &[]), unbound, too_large, "unpacked");
    let shared = "<si><t>0123456789</t></si>".repeat(500);
    check_refused(&xlsx(false, &shared, "", &[]), limits, too_large, "texts of its cells");
    let cell = |more: &str| {
        format!(
            "<table:table-cell {more} office:value-type=\"string\"><text:p>{}</text:p></table:table-cell>",
            "x".repeat(2_000)
        )
    };
    let table = |row: &str, cell: &str| {
        ods(&format!("<table:table><table:table-row {row}>{cell}</table:table-row></table:table>"), &[])
    };
    let rows = table("table:number-rows-repeated=\"1000000\"", &cell(""));
    check_refused(&rows, limits, too_large, "rows are longer");
    let columns = table("", &cell("table:number-columns-repeated=\"1000\""));
    check_refused(&columns, limits, too_large, "row 1 is longer");
    let short = "<table:table-cell table:number-columns-repeated=\"16384\" office:value-type=\"float\" office:value=\"1\"/>";
    check_refused(&table("", short), limits, too_large, "column 1001");
    let beyond = table("table:number-rows-repeated=\"2000000\"", short.replace("16384", "1").as_str());
    check_refused(&beyond, limits, too_large, "1,048,576 rows");
    let blank = "<table:table-cell office:value-type=\"float\" office:value=\"1\"><text:p><text:s \
                 text:c=\"1000000\"/></text:p></table:table-cell>";
    assert_eq!(read(&table("", &blank.repeat(900)), None, Limits::default()).unwrap().len(), 1);
    let piece = xlsx(false, "", &format!("<row a=\"{}\"/>", "x".repeat(1 << 20)), &[]);
    check_refused(&piece, Limits::default(), "imports.workbook_damaged", "longer than 1 MiB");
    let deep = "<a>".repeat(300);
    check_refused(
        &xlsx(false, "", &deep, &[]),
        Limits::default(),
        "imports.workbook_damaged",
        "nested too deeply",
    );
}

#[test]
fn what_is_no_plain_workbook_is_refused_by_its_name() {
    fn check(bytes: &[u8], code: &str, fragment: &str) {
        check_refused(bytes, Limits::default(), code, fragment);
    }
    check(b"", "imports.not_a_workbook", "no workbook");
    check(b"a,b\n1,2\n", "imports.not_a_workbook", "no workbook");
    check(&zipped(&[("a.txt", "")]), "imports.not_a_workbook", "no workbook");
    check(b"PK\x03\x04 and no more", "imports.workbook_damaged", "damaged");
    check(b"\xD0\xCF\x11\xE0 old", "imports.other_workbook", ".xls");
    let name = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes);
    let encrypted: Vec<u8> = OLE_SIGNATURE.iter().copied().chain([0; 70_000]).chain(name).collect();
    check(&encrypted, "imports.workbook_encrypted", "without a password");
    let macros = xlsx(false, "", "", &[("xl/vbaProject.bin", "")]);
    check(&macros, "imports.workbook_macros", "xl/vbaProject.bin");
    check(&ods("", &[("Basic/Standard/Module1.xml", "")]), "imports.workbook_macros", "Basic/");
    let manifest = "<m:manifest><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>";
    check(&ods("", &[("META-INF/manifest.xml", manifest)]), "imports.workbook_encrypted", "password");
    check(&zipped(&[("xl/workbook.bin", "")]), "imports.other_workbook", ".xlsb");
    check(&ods("", &[]), "imports.no_such_sheet", "no sheet");
    let entity = "<!DOCTYPE a [<!ENTITY b \"c\">]><table:table/>";
    check(&ods(entity, &[]), "imports.workbook_damaged", "document type");
    check(&xlsx(false, "", "<row r=\"2\"/><row r=\"2\"/>", &[]), "imports.workbook_damaged", "out of order");
}

#[test]
fn damage_is_found() {
    let mut bytes = xlsx(false, "", "<row><c><v>1</v></c></row>", &[]);
    let whole = read(&bytes, None, Limits::default()).unwrap();
    assert_eq!(whole.len(), 1);
    bytes.truncate(bytes.len() / 2);
    check_refused(&bytes, Limits::default(), "imports.workbook_damaged", "damaged");
}

/// How many bytes of a file are asked for.
struct Counted<'a> {
    source: Cursor<&'a [u8]>,
    read_bytes: Rc<Counter>,
}

type Counter = std::cell::Cell<usize>;

impl Read for Counted<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(target)?;
        self.read_bytes.set(self.read_bytes.get() + read);
        Ok(read)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.source.seek(to)
    }
}

/// What is not read from the file yet cannot be held.
#[test]
fn rows_are_read_as_they_are_asked_for() {
    const ROWS: usize = 20_000;
    // Digits that do not pack well, so that there is something to read.
    let mut state = 7_u64;
    let mut digits = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{:08}{:08}", state >> 40, (state >> 16) & 0xFF_FFFF)
    };
    let text: Vec<String> = (0..ROWS).map(|_| digits()).collect();
    let of_xlsx = |digits: &String| format!("<row><c><v>{digits}</v></c></row>");
    let of_ods = |digits: &String| {
        format!(
            "<table:table-row><table:table-cell office:value-type=\"float\" office:value=\"{digits}\"/>\
             </table:table-row>"
        )
    };
    let rows: String = text.iter().map(of_ods).collect();
    let table = format!("<table:table table:name=\"Stock\">{rows}</table:table>");
    let rows: String = text.iter().map(of_xlsx).collect();
    for bytes in [xlsx(false, "", &rows, &[]), ods(&table, &[])] {
        assert!(bytes.len() > 100_000, "{}", bytes.len());
        let read_bytes = Rc::new(Counter::new(0));
        let source = Counted { source: Cursor::new(bytes.as_slice()), read_bytes: Rc::clone(&read_bytes) };
        let mut rows = Rows::open(source, None, Limits::default()).unwrap();
        let opened = read_bytes.get();
        for (row, most) in [(1, bytes.len() / 3), (ROWS / 2, bytes.len() * 3 / 4), (ROWS, bytes.len())] {
            while rows.next().unwrap().unwrap().number < row as u64 {}
            let read = read_bytes.get() - opened;
            assert!(read <= most, "{read} of {} bytes for {row} rows", bytes.len());
        }
        assert!(rows.next().is_none());
    }
}

#[test]
fn a_sheet_is_a_header_and_what_is_below_it() {
    let data = "<row r=\"1\"><c t=\"inlineStr\"><is><t>Stock</t></is></c></row>\
                <row r=\"3\"><c t=\"inlineStr\"><is><t>sku</t></is></c><c t=\"inlineStr\"><is><t>n</t></is></c></row>\
                <row r=\"4\"><c><v>1</v></c><c><v>2.5</v></c></row><row r=\"6\"><c><v>3</v></c></row>";
    let bytes = xlsx(true, "", data, &[]);
    let found = |kind, sheet: Option<&str>, header_row| {
        let asked = Asked { kind, sheet: sheet.map(str::to_owned), header_row };
        inspect(Cursor::new(&bytes), &asked, Limits::default())
    };
    let (sheet, table) = found(Kind::Xlsx, None, Some(2)).unwrap();
    assert_eq!((sheet.name.as_str(), sheet.epoch), ("Stock", Some(Epoch::Of1904)));
    assert_eq!((table.header_row, table.row_count), (3, 2));
    assert_eq!(table.columns, ["sku", "n"]);
    assert_eq!(table.preview, [["1", "2.5"], ["3", ""]]);
    let check = |found: Result<(Sheet, Table), SheetError>, fragment: &str| {
        let error = found.unwrap_err().to_string();
        assert!(error.contains(fragment), "{error} does not say {fragment:?}");
    };
    check(found(Kind::Ods, None, None), "an .xlsx workbook under the name or the media type of .ods");
    check(found(Kind::Xlsx, None, Some(7)), "no value in row 7");
    check(found(Kind::Xlsx, Some("Nothing"), None), "no sheet `Nothing`");
}
