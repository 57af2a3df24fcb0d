//! CSV in its dialects, and workbooks: from the bytes that come in to the items they become, and what is refused.

use crate::house::{House, Reply, Stage, both, call, request};
use crate::runs::check_counts;
use crate::warehouse::Trouble;
use serde_json::{Value, json};
use std::io::{Cursor, Write};
use testkit::files_under;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const ODS: &str = "application/vnd.oasis.opendocument.spreadsheet";

fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in parts {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Of two sheets, `Notes` and `Stock`; cells of the style 1 are dates.
fn xlsx(of_1904: bool, stock: &str) -> Vec<u8> {
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |id: &str, name: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{kind}/{name}\" Target=\"{target}\"/>")
    };
    let root =
        format!("<Relationships>{}</Relationships>", relation("rId1", "officeDocument", "xl/workbook.xml"));
    let inner = format!(
        "<Relationships>{}{}{}</Relationships>",
        relation("rId1", "worksheet", "worksheets/sheet1.xml"),
        relation("rId2", "worksheet", "worksheets/sheet2.xml"),
        relation("rId3", "styles", "styles.xml")
    );
    let book = format!(
        "<workbook><workbookPr date1904=\"{of_1904}\"/><sheets><sheet name=\"Notes\" r:id=\"rId1\"/>\
         <sheet name=\"Stock\" r:id=\"rId2\"/></sheets></workbook>"
    );
    let sheet = |rows: &str| format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    let notes = sheet(&format!("<row>{}</row>", text("a note")));
    zipped(&[
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", root.as_str()),
        ("xl/workbook.xml", book.as_str()),
        ("xl/_rels/workbook.xml.rels", inner.as_str()),
        (
            "xl/styles.xml",
            "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>",
        ),
        ("xl/worksheets/sheet1.xml", notes.as_str()),
        ("xl/worksheets/sheet2.xml", sheet(stock).as_str()),
    ])
}

fn text(text: &str) -> String {
    format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

fn header() -> String {
    ["id", "title", "price"].map(text).concat()
}

fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"Stock\">{rows}\
         </table:table></office:spreadsheet></office:body></office:document-content>"
    );
    zipped(&[("mimetype", ODS), ("content.xml", content.as_str())])
}

fn ods_text(text: &str) -> String {
    format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
}

fn ods_row(cells: &str) -> String {
    format!("<table:table-row>{cells}</table:table-row>")
}

async fn send(house: &House, query: &str, media_type: &str, bytes: &[u8]) -> Reply {
    let path = format!("/uploads?{query}");
    house.send(call("POST", &path).by("owner").body(media_type, bytes)).await
}

async fn upload(house: &House, query: &str, media_type: &str, bytes: &[u8]) -> Value {
    let reply = send(house, query, media_type, bytes).await;
    assert_eq!(reply.status, 201, "{query}: {reply:?}");
    let upload = reply.json();
    assert_eq!(house.get("owner", &format!("/uploads/{}", reply.id())).await, upload);
    let content = house.send(call("GET", &format!("/uploads/{}/content", reply.id())).by("owner")).await;
    assert_eq!(
        (content.status, content.header("content-type")),
        (200, upload["media_type"].as_str().unwrap())
    );
    assert_eq!(content.bytes, bytes);
    upload
}

async fn import(house: &House, upload: &Value) -> (Value, Vec<(u64, String)>) {
    let run = house.run("owner", upload["id"].as_str().unwrap(), "apply").await;
    let ended = house.ended(&run).await;
    let rows = house.rows("owner", &run, "").await;
    let rows =
        rows.iter().map(|row| (row["line"].as_u64().unwrap(), row["outcome"].as_str().unwrap().to_owned()));
    (ended, rows.collect())
}

fn created(lines: &[u64]) -> Vec<(u64, String)> {
    lines.iter().map(|line| (*line, "created".to_owned())).collect()
}

both!(
    async fn csv_is_read_in_the_dialect_that_is_found_or_declared(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let check =
            async |query: &str, media_type: &str, bytes: &[u8], how: [&str; 2], sku: &str, name: &str| {
                let upload = upload(&house, query, media_type, bytes).await;
                assert_eq!(
                    (&upload["delimiter"], &upload["encoding"]),
                    (&json!(how[0]), &json!(how[1])),
                    "{query}"
                );
                assert_eq!(upload["columns"], json!(["id", "title", "price"]), "{query}");
                let (ended, _) = import(&house, &upload).await;
                check_counts(&ended, "done", 1, [1, 0, 0, 0]);
                assert_eq!(house.warehouse.sent(sku, "name").as_deref(), Some(name), "{query}");
            };
        let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let found = ["semicolon", "UTF-8"];
        check("", "text/csv", b"id;title;price\ra1;\"x\ry\";1\r", found, "a1", "x\ry").await;
        let marked = "\u{FEFF}id;title;price\r\na2;Käse;1".as_bytes();
        check("", "text/csv", marked, found, "a2", "Käse").await;
        let little = utf_16("\u{FEFF}id\ttitle\tprice\na3\tKäse\t1\n");
        check("", "text/csv", &little, ["tab", "UTF-16LE"], "a3", "Käse").await;
        let unmarked = utf_16("id,title,price\na4,Käse,1\n");
        let query = "encoding=utf-16le";
        check(query, "text/csv", &unmarked, ["comma", "UTF-16LE"], "a4", "Käse").await;
        // A euro sign in one, a currency sign in the other: no text tells which was meant.
        let bytes = b"id|title|price\na5|\xA4|1\n";
        let query = "encoding=iso-8859-15&delimiter=pipe";
        check(query, "text/csv", bytes, ["pipe", "ISO-8859-15"], "a5", "€").await;
        let titled = b"Stock; today\n\nid;title;price\na6;six;1\n";
        check("header_row=3", "text/csv", titled, found, "a6", "six").await;
        let tabs = b"id\ttitle\tprice\na7\tone, two, three\t1\n";
        check("", "text/tab-separated-values", tabs, ["tab", "UTF-8"], "a7", "one, two, three").await;
        let german = b"id,title,price\na8,K\xE4se f\xFCr die gro\xDFe B\xE4ckerei,1\n";
        check("", "text/csv", german, ["comma", "windows-1252"], "a8", "Käse für die große Bäckerei").await;
    }
);

both!(
    async fn a_sheet_of_a_workbook_becomes_items_with_the_dates_of_its_epoch(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        for (of_1904, epoch, day, sku) in [(false, 1900, 36_526, "x1"), (true, 1904, 35_064, "x2")] {
            let rows = format!(
                "<row r=\"1\">{}</row><row r=\"3\">{}</row>\
                 <row r=\"4\">{}<c s=\"1\"><v>{day}</v></c><c><v>1.1000000000000001</v></c></row>\
                 <row r=\"6\">{}<c t=\"e\"><f>X1</f><v>#N/A</v></c></row>\
                 <row r=\"7\">{}{}<c/></row>",
                text("All of the stock"),
                header(),
                text(sku),
                text("lost"),
                text(&format!("{sku}b")),
                text("no price"),
            );
            let bytes = xlsx(of_1904, &rows);
            let upload = upload(&house, "sheet=Stock&header_row=2&file_name=a.xlsx", XLSX, &bytes).await;
            assert_eq!((&upload["sheet"], &upload["epoch"]), (&json!("Stock"), &json!(epoch)));
            assert_eq!((&upload["header_row"], &upload["row_count"]), (&json!(3), &json!(3)));
            assert_eq!(upload["encoding"], json!(null));
            let (lost, last) = (json!(["lost", "#N/A", ""]), json!([format!("{sku}b"), "no price", ""]));
            let preview = json!([[sku, "2000-01-01", "1.1"], lost, last]);
            assert_eq!(upload["preview"], preview);
            let (ended, rows) = import(&house, &upload).await;
            check_counts(&ended, "done", 3, [2, 0, 0, 1]);
            let expected = [(4, "created"), (6, "refused"), (7, "created")];
            assert_eq!(rows, expected.map(|(line, outcome)| (line, outcome.to_owned())));
            assert_eq!(house.warehouse.sent(sku, "name").as_deref(), Some("2000-01-01"));
            assert_eq!(house.warehouse.cost(sku).as_deref(), Some("1.1"));
        }
        let price = "<table:table-cell office:value-type=\"float\" office:value=\"2.50\"/>";
        let date = "<table:table-cell office:value-type=\"date\" office:date-value=\"2024-02-29\"/>";
        let rows = [
            ods_row(&["id", "title", "price"].map(ods_text).concat()),
            "<table:table-row table:number-rows-repeated=\"3\"/>".to_owned(),
            ods_row(&format!("{}{date}{price}", ods_text("o1"))),
        ];
        let upload = upload(&house, "", ODS, &ods(&rows.concat())).await;
        assert_eq!((&upload["sheet"], &upload["epoch"]), (&json!("Stock"), &json!(null)));
        assert_eq!(upload["file_name"], "upload.ods");
        let (ended, rows) = import(&house, &upload).await;
        check_counts(&ended, "done", 1, [1, 0, 0, 0]);
        assert_eq!(rows, created(&[5]));
        assert_eq!(house.warehouse.sent("o1", "name").as_deref(), Some("2024-02-29"));
        assert_eq!(house.warehouse.cost("o1").as_deref(), Some("2.5"));
    }
);

both!(
    async fn an_error_in_a_cell_refuses_the_rows_that_need_it(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let header = ["id", "title", "price", "note"].map(text).concat();
        let row = |sku: &str, name: &str, price: &str, note: &str| {
            format!("<row>{}{name}{price}{note}</row>", text(sku))
        };
        let (error, formula, day) =
            ("<c t=\"e\"><v>#N/A</v></c>", "<c><f>A1</f></c>", "<c s=\"1\"><v>0</v></c>");
        let price = "<c><v>1</v></c>";
        let unmapped: String =
            (1..=5).map(|item| row(&format!("e{item}"), &text("Chai"), price, error)).collect();
        let rows = [
            format!("<row>{header}</row>{unmapped}"),
            row("e6", error, price, &text("mine")),
            row("e7", &text("Chang"), formula, day),
        ];
        let sent = upload(&house, "sheet=Stock", XLSX, &xlsx(false, &rows.concat())).await;
        let (ended, rows) = import(&house, &sent).await;
        check_counts(&ended, "done", 7, [5, 0, 0, 2]);
        assert_eq!(rows[..5], created(&[2, 3, 4, 5, 6]));
        let run = ended["id"].as_str().unwrap();
        let refused = house.rows("owner", run, "&outcome=refused").await;
        let fault = &refused[0]["faults"][0];
        let told = ["column", "field", "value", "rule"].map(|name| fault[name].as_str().unwrap());
        assert_eq!(told, ["title", "name", "B7: #N/A", "malformed_row"]);
        let errors = house.send(call("GET", &format!("/runs/{run}/error-file")).by("owner")).await;
        let errors = String::from_utf8(errors.bytes).unwrap();
        let price = "price has an error instead of a value";
        let formula = "a formula without its value; save the file in its program";
        let expected = format!(
            "\u{FEFF}id,title,price,note,error,import_row\r\n\
             e6,#N/A,1,mine,line 7: title has an error instead of a value (B7: #N/A),{run}:7\r\n\
             e7,Chang,#VALUE!,#VALUE!,line 8: {price} (C8: {formula}),{run}:8\r\n"
        );
        assert_eq!(errors, expected);

        // Each is refused until it is mended, and only that.
        let mended = errors.replace("e7,Chang,#VALUE!", "e7,Chang,2");
        let (ended, rows) = import(&house, &upload(&house, "", "text/csv", mended.as_bytes()).await).await;
        check_counts(&ended, "done", 2, [1, 0, 0, 1]);
        assert_eq!(rows[1], (3, "created".to_owned()));
        assert_eq!(house.warehouse.cost("e7").as_deref(), Some("2"));
    }
);

both!(
    async fn csv_may_lack_the_blank_cells_that_a_workbook_lacks(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let file = "id;title;price;;\r\nb1;Tea\r\nb2;Tea;2;;\r\nb3\r\nb4;;\r\nb5;Tea\r\n\
                    b6;Tea;2;;x\r\nb7;Te";
        let sent = upload(&house, "file_name=b.csv", "text/csv", file.as_bytes()).await;
        assert_eq!(sent["columns"], json!(["id", "title", "price"]));
        let (ended, rows) = import(&house, &sent).await;
        check_counts(&ended, "done", 7, [3, 0, 0, 4]);
        assert_eq!(rows[..2], created(&[2, 3]));
        let run = ended["id"].as_str().unwrap();
        let refused = house.rows("owner", run, "&outcome=refused").await;
        let told = refused.iter().map(|row| row["faults"][0]["rule"].as_str().unwrap());
        let malformed = "malformed_row";
        assert_eq!(told.collect::<Vec<_>>(), [malformed, "required", malformed, malformed]);
    }
);

both!(
    async fn a_file_with_a_byte_order_mark_gets_its_error_file_with_one(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        for mark in ["", "\u{FEFF}"] {
            let file = format!("{mark}id,title,price\nm1,Käse,dear\n");
            let sent = upload(&house, "", "text/csv", file.as_bytes()).await;
            let (ended, _) = import(&house, &sent).await;
            let run = ended["id"].as_str().unwrap();
            let errors = house.send(call("GET", &format!("/runs/{run}/error-file")).by("owner")).await;
            let errors = String::from_utf8(errors.bytes).unwrap();
            assert!(errors.starts_with(&format!("{mark}id,title,price,error")), "{errors:?}");
        }
    }
);

both!(
    async fn a_workbook_has_no_decimal_comma(stage: Stage) {
        let house = House::new(stage).await;
        let rows =
            [["id", "title", "price"], ["o1", "Chai", "1,5"]].map(|row| ods_row(&row.map(ods_text).concat()));
        let upload = upload(&house, "", ODS, &ods(&rows.concat())).await;
        let mut body = request(upload["id"].as_str().unwrap(), "apply");
        body["mapping"]["unit_cost"]["decimal_mark"] = json!(",");
        let reply = house.send(call("POST", "/runs").by("owner").key().json(&body)).await;
        assert_eq!((reply.status, reply.code().as_str()), (422, "invalid"), "{reply:?}");
        assert_eq!(reply.json()["errors"][0]["pointer"], "/mapping/unit_cost/decimal_mark");
    }
);

both!(
    async fn a_workbook_is_taken_up_where_it_was_left(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        house.warehouse.trouble(0, Trouble::DiesAfter);
        house.warehouse.trouble(1, Trouble::AnswerLost);
        house.warehouse.trouble(2, Trouble::DiesBefore);
        // Every second row, so that rows are not counted but known.
        let row = |number: u64| {
            let sku = format!("w{number}");
            format!("<row r=\"{number}\">{}{}<c><v>1</v></c></row>", text(&sku), text("Item"))
        };
        let lines: Vec<u64> = (1..=230).map(|row| 1 + 2 * row).collect();
        let rows: String = lines.iter().map(|line| row(*line)).collect();
        let bytes = xlsx(false, &format!("<row r=\"1\">{}</row>{rows}", header()));
        let upload = upload(&house, "sheet=Stock", XLSX, &bytes).await;
        let (ended, rows) = import(&house, &upload).await;
        check_counts(&ended, "done", 230, [230, 0, 0, 0]);
        assert_eq!(rows, created(&lines));
        assert_eq!(house.warehouse.skus(house.people.tenant.id).len(), 230);
        assert_eq!(house.warehouse.written_twice(), Vec::<String>::new());
        let sizes = |(batch, rows): &(u32, usize)| *rows == if *batch == 2 { 30 } else { 100 };
        assert!(house.warehouse.batches().iter().all(sizes), "{:?}", house.warehouse.batches());
    }
);

both!(
    async fn what_is_no_honest_workbook_is_refused_and_not_kept(stage: Stage) {
        let house = House::new(stage).await;
        let check = async |query: &str, media_type: &str, bytes: &[u8], code: &str, fragment: &str| {
            let reply = send(&house, query, media_type, bytes).await;
            assert_eq!((reply.status, reply.code().as_str()), (422, code), "{reply:?}");
            let detail = reply.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(fragment), "{detail:?} does not say {fragment:?}");
            assert_eq!(files_under(&house.stage.folder.path().join("blobs")), 0, "{detail}");
        };
        let good = xlsx(false, &format!("<row>{}</row>", header()));
        let bomb = xlsx(false, &format!("<!--{}-->", "x".repeat(10_000)).repeat(1_800));
        let too_large = "imports.workbook_too_large";
        check("sheet=Stock", XLSX, &bomb, too_large, "come out of one").await;
        let rows = "<table:table-row table:number-rows-repeated=\"1048577\">";
        let swollen = ods(&format!("{rows}{}</table:table-row>", ods_text("x")));
        check("", ODS, &swollen, too_large, "1,048,576 rows").await;
        let manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>";
        let locked = zipped(&[("content.xml", "?"), ("META-INF/manifest.xml", manifest)]);
        check("", ODS, &locked, "imports.workbook_encrypted", "without a password").await;
        let name = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes);
        let locked: Vec<u8> = b"\xD0\xCF\x11\xE0".iter().copied().chain([0; 500]).chain(name).collect();
        check("", XLSX, &locked, "imports.workbook_encrypted", "without a password").await;
        check("", XLSX, &good[..good.len() / 2], "imports.workbook_damaged", "save it anew").await;
        check("", ODS, &good, "imports.other_workbook", "an .xlsx workbook under").await;
        check("", XLSX, b"id,title\n1,2\n", "imports.not_a_workbook", "send it as what it is").await;
        check("", "text/csv", &good, "imports.not_csv", "its own name and media type").await;
        let extension = "imports.wrong_extension";
        check("file_name=a.xlsx", "text/csv", b"id\n1\n", extension, "ends in .xlsx").await;
        check("file_name=a.xls", XLSX, &good, extension, "ends in .xls").await;
        check("sheet=Lager", XLSX, &good, "imports.no_such_sheet", "`Notes`, `Stock`").await;
        check("sheet=Stock&header_row=2", XLSX, &good, "imports.no_table", "no value in row 2").await;
        upload(&house, "sheet=Stock", XLSX, &good).await;
    }
);

both!(
    async fn what_cannot_be_declared_of_a_file_is_told(stage: Stage) {
        let house = House::new(stage).await;
        let check = async |query: &str, media_type: &str, pointers: &[&str]| {
            let reply = send(&house, query, media_type, b"id\n").await;
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (400, "invalid_parameter"),
                "{query}: {reply:?}"
            );
            let errors = reply.json()["errors"].as_array().unwrap().clone();
            let found: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
            assert_eq!(found, pointers, "{query}");
        };
        check("delimiter=colon", "text/csv", &["/delimiter"]).await;
        check("encoding=klingon", "text/csv", &["/encoding"]).await;
        check("encoding=iso-2022-jp", "text/csv", &["/encoding"]).await;
        check("header_row=0", "text/csv", &["/header_row"]).await;
        check("sheet=Stock", "text/csv", &["/sheet"]).await;
        check("delimiter=tab&encoding=utf-8&sheet=", XLSX, &["/delimiter", "/encoding", "/sheet"]).await;
    }
);
