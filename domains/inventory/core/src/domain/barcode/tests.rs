//! Vectors, most of them from the standards' own examples. `GS` stands for General Specifications.

use super::element_string::{self, Element, Measured};
use super::*;
use chrono::NaiveDate;

fn kept(code: Result<Barcode, BarcodeError>) -> Result<(&'static str, String), &'static str> {
    code.map(|code| (code.kind().name(), code.as_str().to_owned())).map_err(BarcodeError::code)
}

fn check(text: &str, expected: Result<(&'static str, &str), &'static str>) {
    let expected = expected.map(|(kind, code)| (kind, code.to_owned()));
    assert_eq!(kept(Barcode::parse(text)), expected, "{text:?}");
}

#[test]
fn numbers_of_every_kind_are_kept_in_one_form() {
    // EAN-8 and UPC-A as in Wikipedia, "EAN-8" and "Universal Product Code"
    check("96385074", Ok(("gtin", "00000096385074")));
    check("036000291452", Ok(("gtin", "00036000291452")));
    // GS1, "How to calculate a check digit manually": 629104150021 comes to 3
    check("6291041500213", Ok(("gtin", "06291041500213")));
    // GS1 Digital Link standard, the example used throughout
    check("09506000134352", Ok(("gtin", "09506000134352")));
    check("9506000134352", Ok(("gtin", "09506000134352")));
    check("0036000291452", Ok(("gtin", "00036000291452")));
    check("19506000134359", Ok(("gtin", "19506000134359")));
    // GS 7.9.1, the example of eighteen digits
    check("376104250021234569", Ok(("sscc", "376104250021234569")));
    // ISBN Users' Manual and Wikipedia, "ISBN": 0-306-40615-2 is 978-0-306-40615-7
    check("0-306-40615-2", Ok(("isbn", "09780306406157")));
    check("0306406152", Ok(("isbn", "09780306406157")));
    check("978-0-306-40615-7", Ok(("isbn", "09780306406157")));
    check("9780306406157", Ok(("isbn", "09780306406157")));
    // Wikipedia, "ISBN": a check digit of ten
    check("0-8044-2957-X", Ok(("isbn", "09780804429573")));
    check("080442957x", Ok(("isbn", "09780804429573")));
    check(" 6 291041 500213\r\n", Ok(("gtin", "06291041500213")));
    check("]E06291041500213", Ok(("gtin", "06291041500213")));
    check("]E496385074", Ok(("gtin", "00000096385074")));
    check("]C0Shelf-7", Ok(("own", "Shelf-7")));
    check("Shelf 7/b", Ok(("own", "Shelf 7/b")));
    check("12-34", Ok(("own", "12-34")));
    check(&"x".repeat(80), Ok(("own", &"x".repeat(80))));
}

#[test]
fn what_was_misread_is_refused() {
    for wrong in [
        // one digit wrong
        "96385075",
        "96385174",
        "036000291453",
        "6291041500214",
        "6291041500223",
        "19506000134352",
        "376104250021234568",
        "0-306-40615-3",
        "080442957-1",
        "0-306-40615-X",
        "978-0-306-40615-2",
        // two neighbours in each other's place
        "69385074",
        "063000291452",
        "6921041500213",
        "09506001034352",
        "367104250021234569",
        "0-036-40615-2",
        "9780360406157",
        "]E06291041500214",
    ] {
        check(wrong, Err("wrong_check_digit"));
    }
    // Too short, too long.
    for wrong in ["1", "1234567", "123456789", "62910415002", "629104150021300", "0003761042500212345690"] {
        check(wrong, Err("invalid_length"));
    }
    for wrong in ["00000000", "00000000000000", "000000000000000000", "0-00-000000-0"] {
        check(wrong, Err("zeros"));
    }
    check("", Err("blank"));
    check(" \r\n", Err("blank"));
    check("]E0", Err("blank"));
    check("Käse", Err("invalid_character"));
    check("a\tb", Err("invalid_character"));
    check("６２９１０４１５００２１３", Err("invalid_character"));
    check(&"x".repeat(81), Err("too_long"));
    check("]C10109506000134352", Err("element_string"));
    check("(01)09506000134352", Err("element_string"));
    // Modulo 10 cannot tell two neighbours that differ by five: 1 and 6 here.
    check("9780306401657", Ok(("isbn", "09780306401657")));
}

fn check_text(text: &str, expected: &str) {
    assert_eq!(Barcode::parse(text).unwrap_err().to_string(), expected, "{text:?}");
}

#[test]
fn an_error_says_what_to_do() {
    let digit = "ends in the check digit 4, but 3 belongs to what is before it: scan or type it again";
    check_text("6291041500214", digit);
    check_text("ab\u{e9}", "character 3 cannot be in a barcode: use letters, digits and signs of ASCII");
}

fn check_own(text: &str, expected: Result<(&'static str, &str), &'static str>) {
    let expected = expected.map(|(kind, code)| (kind, code.to_owned()));
    assert_eq!(kept(Barcode::parse_own(text)), expected, "{text:?}");
}

#[test]
fn a_code_of_ones_own_may_be_digits_but_never_hides_a_number() {
    check_own("1001", Ok(("own", "1001")));
    check_own(" 6291041500214 ", Ok(("own", "6291041500214")));
    check_own("6291041500213", Ok(("gtin", "06291041500213")));
    check_own("00000000", Ok(("own", "00000000")));
    check_own("Käse", Err("invalid_character"));
    check_own(" ", Err("blank"));
}

fn check_upc_e(text: &str, expected: Result<&str, &'static str>) {
    let expected = expected.map(|code| ("gtin", code.to_owned()));
    assert_eq!(kept(Barcode::parse_upc_e(text)), expected, "{text:?}");
}

#[test]
fn upc_e_is_expanded() {
    // Wikipedia, "Universal Product Code", UPC-E: 04252614 is 042100005264
    check_upc_e("04252614", Ok("00042100005264"));
    check_upc_e("14252611", Ok("00142100005261"));
    // tests of the gem gtin: 001234000057 and 087800000737
    check_upc_e("00123457", Ok("00001234000057"));
    check_upc_e("08787337", Ok("00087800000737"));
    // the rule for each sixth digit
    check_upc_e("01234505", Ok("00012000003455"));
    check_upc_e("01234523", Ok("00012200003453"));
    check_upc_e("01234543", Ok("00012340000053"));
    check_upc_e("01234558", Ok("00012345000058"));
    check_upc_e("04252615", Err("wrong_check_digit"));
    check_upc_e("24252614", Err("not_upc_e"));
    check_upc_e("0425261", Err("not_upc_e"));
    check_upc_e("042526144", Err("not_upc_e"));
    check_upc_e("0425261x", Err("not_digits"));
}

#[test]
fn a_book_is_told_from_other_things() {
    // ISO 2108: 978 and 979 are books; 979-0 is music (Wikipedia, "ISMN": 979-0-2600-0043-8)
    check("9791090636071", Ok(("isbn", "09791090636071")));
    check("979-0-2600-0043-8", Ok(("gtin", "09790260000438")));
    check("19780306406154", Ok(("gtin", "19780306406154")));
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// What a scan says, as text: `gtin lot serial produced expires best_before quantity unit sscc | others`.
fn read(text: &str, today: &str) -> Result<String, String> {
    let scan = element_string::parse(text, day(today)).map_err(|error| error.to_string())?;
    let quantity = scan.quantity.map(|Measured { quantity, unit, .. }| format!("{quantity} {unit}"));
    let said = [
        scan.gtin.map(|gtin| format!("gtin {}", gtin.as_str())),
        scan.lot.map(|lot| format!("lot {lot}")),
        scan.serial.map(|serial| format!("serial {serial}")),
        scan.produced_on.map(|date| format!("produced {date}")),
        scan.expires_on.map(|date| format!("expires {date}")),
        scan.best_before.map(|date| format!("best {date}")),
        quantity,
        scan.sscc.map(|sscc| format!("sscc {}", sscc.as_str())),
    ];
    let others = scan.others.into_iter().map(|Element { ai, value }| format!("{ai}={value}"));
    Ok(said.into_iter().flatten().chain(others).collect::<Vec<_>>().join(", "))
}

fn check_scan(text: &str, expected: &str) {
    assert_eq!(read(text, "2026-05-01").as_deref(), Ok(expected), "{text:?}");
}

#[test]
fn an_element_string_is_read_in_brackets_and_raw() {
    let all = "gtin 09506000134352, lot ABC123, expires 2027-12-31, 12 EA";
    check_scan("(01)09506000134352(10)ABC123(17)271231(30)12", all);
    check_scan(" (01) 09506000134352 (10) ABC123 (17) 271231 (30) 12\r\n", all);
    check_scan("]C1010950600013435210ABC123\u{1d}172712313012", all);
    for mark in ["", "]C1", "]d2", "]Q3", "]e0", "]J1", "\u{1d}"] {
        check_scan(&format!("{mark}01095060001343521727123110ABC123\u{1d}3012"), all);
    }
    // separators that are not needed, as in tests of jodal/biip
    check_scan("0109506000134352\u{1d}17271231\u{1d}10ABC123\u{1d}\u{1d}3012\u{1d}", all);
    // jodal/biip, tests/test_gs1_messages.py
    check_scan("010703206980498815210526100329", "gtin 07032069804988, lot 0329, best 2021-05-26");
    check_scan("(00)376104250021234569", "sscc 376104250021234569");
    check_scan(
        "(00)376104250021234569(02)09506000134352(37)24(10)L7",
        "gtin 09506000134352, lot L7, 24 EA, sscc 376104250021234569",
    );
    check_scan("(21)S-1_2/3(20)07(22)2A", "serial S-1_2/3, 20=07, 22=2A");
    check_scan("400PO-17\u{1d}240X\u{1d}241Y\u{1d}91in_house", "400=PO-17, 240=X, 241=Y, 91=in_house");
    // A pallet's label: gross weight, the postal code it goes to, and a route.
    let pallet = "lot L7, sscc 376104250021234569, 3302=012345, 420=80331, 403=R-1";
    check_scan("(00)376104250021234569(3302)012345(420)80331(403)R-1(10)L7", pallet);
    check_scan("]C100376104250021234569330201234542080331\u{1d}403R-1\u{1d}10L7", pallet);
    check_scan("(250)S2(251)S1(415)9521234567899", "250=S2, 251=S1, 415=9521234567899");
    check_scan("(11)260131(13)260201", "produced 2026-01-31, 13=260201");
    check_scan("(410)9521234567899(414)9521234567899", "410=9521234567899, 414=9521234567899");
    check_scan("(10)A\\(1)(21)7", "lot A(1), serial 7");
    check_scan("(10)A(10)A(21)7", "lot A, serial 7");
    // A separator that is missing shows only where the value grows too long.
    check_scan("10ABC12317271231", "lot ABC12317271231");
}

#[test]
fn a_quantity_has_its_decimals_and_unit() {
    // GS 3.6.2: the last digit of the AI places the decimal point
    check_scan("(3103)001250", "1.25 KGM");
    check_scan("(3100)000012", "12 KGM");
    check_scan("(3105)999999", "9.99999 KGM");
    check_scan("(3202)012345", "123.45 LBR");
    check_scan("(3112)000150", "1.5 MTR");
    check_scan("(3143)002500", "2.5 MTK");
    check_scan("(3151)000075", "7.5 LTR");
    check_scan("(3164)012000", "1.2 MTQ");
    check_scan("(30)99999999", "99999999 EA");
    check_scan("(37)024", "24 EA");
    check_scan("(3302)001250(3103)001000", "1 KGM, 3302=001250");
    check_scan("(3352)001250", "3352=001250");
    // A count goes before a weight, a weight before a length; width and depth are no quantity.
    check_scan("(3103)001250(30)6", "6 EA, 3103=001250");
    check_scan("(3112)000150(3103)001250", "1.25 KGM, 3112=000150");
    check_scan("(3121)000150(3131)000150", "3121=000150, 3131=000150");
}

fn check_date(value: &str, today: &str, expected: Option<&str>) {
    let found = read(&format!("(17){value}"), today).ok();
    let expected = expected.map(|date| format!("expires {date}"));
    assert_eq!(found, expected, "{value} on {today}");
}

#[test]
fn dates_have_a_century_and_an_end_of_the_month() {
    // GS 7.12: fifty years ahead are this side, fifty-one the last century; fifty back the next
    check_date("760501", "2026-05-01", Some("2076-05-01"));
    check_date("770501", "2026-05-01", Some("1977-05-01"));
    check_date("990101", "2026-05-01", Some("1999-01-01"));
    check_date("000101", "2049-12-31", Some("2000-01-01"));
    check_date("000101", "2050-01-01", Some("2100-01-01"));
    check_date("490101", "2099-01-01", Some("2149-01-01"));
    check_date("500101", "2099-01-01", Some("2050-01-01"));
    // GS 3.4.7: day 00 is the last of the month
    check_date("270200", "2026-05-01", Some("2027-02-28"));
    check_date("280200", "2026-05-01", Some("2028-02-29"));
    check_date("261200", "2026-05-01", Some("2026-12-31"));
    check_date("280229", "2026-05-01", Some("2028-02-29"));
    for wrong in ["270229", "261301", "260001", "260000", "260431", "26123", "2612311", "26-231"] {
        check_date(wrong, "2026-05-01", None);
    }
}

#[test]
fn what_a_label_says_beside_is_told_as_it_is() {
    // Fresh food: a weight and its price; where it comes from.
    let priced = "gtin 09506000134352, 1.25 KGM, 3922=0995";
    check_scan("(01)09506000134352(3103)001250(3922)0995", priced);
    check_scan("]C10109506000134352310300125039220995", priced);
    check_scan("]C10109506000134352310300125039220995\u{1d}422276", &format!("{priced}, 422=276"));
    let grown = "gtin 09506000134352, lot L1, expires 2027-12-31, 422=276";
    check_scan("(01)09506000134352(10)L1(17)271231(422)276", grown);
    check_scan("010950600013435210L1\u{1d}1727123142227610L1", grown);
    check_scan("71012345678\u{1d}10L1", "lot L1, 710=12345678");
    check_scan("(7030)276A1(7031)276B2", "7030=276A1, 7031=276B2");
    check_scan("(8010)A#1", "8010=A#1");
    check_scan("(3282)000150(3103)001250", "1.25 KGM, 3282=000150");
    // Not listed, and in brackets.
    check_scan("(8888)x #1(3106)1(10)L", "lot L, 8888=x #1, 3106=1");
}

fn check_longest(ai: &str, character: &str, length: usize) {
    let value = character.repeat(length);
    check_scan(&format!("({ai}){value}"), &format!("{ai}={value}"));
    check_scan(&format!("{ai}{value}"), &format!("{ai}={value}"));
    let longer = read(&format!("({ai}){value}{character}"), "2026-05-01");
    assert!(longer.is_err(), "({ai}) of {length} and one: {longer:?}");
}

#[test]
fn each_value_has_the_length_of_its_ai() {
    // The GS1 Barcode Syntax Dictionary.
    for (ai, length) in [
        ("235", 28),
        ("253", 30),
        ("421", 12),
        ("427", 3),
        ("715", 20),
        ("4300", 35),
        ("4302", 70),
        ("4307", 2),
        ("4319", 30),
        ("4330", 7),
        ("7005", 12),
        ("7020", 20),
        ("7039", 30),
        ("7040", 4),
        ("7239", 30),
        ("7242", 25),
        ("8003", 30),
        ("8007", 34),
        ("8009", 50),
        ("8030", 90),
        ("8200", 70),
    ] {
        check_longest(ai, "A", length);
    }
    for (ai, length) in [
        ("242", 6),
        ("255", 25),
        ("402", 17),
        ("423", 15),
        ("426", 3),
        ("3375", 6),
        ("3695", 6),
        ("3909", 15),
        ("3919", 18),
        ("3933", 18),
        ("3943", 4),
        ("3955", 6),
        ("4309", 20),
        ("4321", 1),
        ("4324", 10),
        ("7001", 13),
        ("7004", 4),
        ("7007", 12),
        ("7241", 2),
        ("8001", 14),
        ("8005", 6),
        ("8008", 12),
        ("8017", 18),
        ("8026", 18),
        ("8111", 4),
    ] {
        check_longest(ai, "1", length);
    }
}

fn check_error(text: &str, code: &str, said: &str) {
    let error = element_string::parse(text, day("2026-05-01")).unwrap_err();
    assert_eq!(error.code(), code, "{text:?}");
    assert!(error.to_string().contains(said), "{text:?}: {error}");
}

#[test]
fn an_error_names_the_place_and_the_ai() {
    check_error(
        "(01)09506000134353",
        "wrong_check_digit",
        "AI (01) at character 1 ends in the check digit 3",
    );
    check_error("(10)A(01)09506001034352", "wrong_check_digit", "AI (01) at character 6");
    check_error("(00)376104250021234568", "wrong_check_digit", "AI (00)");
    check_error("(412)9521234567898", "wrong_check_digit", "AI (412)");
    check_error("(01)00000000000000", "zeros", "AI (01)");
    check_error("]C1010950600013435217261301", "invalid_date", "AI (17) at character 20");
    check_error("(11)260230", "invalid_date", "AI (11)");
    check_error("(01)9506000134352", "invalid_length", "must have 14 digits, but has 13");
    check_error("(01)009506000134352", "invalid_length", "must have 14 digits, but has 15");
    check_error("0109506000134", "invalid_length", "AI (01) at character 1");
    check_error("010950600013\u{1d}1012", "invalid_length", "AI (01)");
    check_error("(01)0950600013435X", "not_digits", "AI (01)");
    check_error("(30)1.5", "not_digits", "AI (30)");
    // the separator that should stand behind the lot or the count
    check_error("10ABC1231727123121SERIAL-9", "too_long", "AI (10) at character 1 has 24 characters");
    check_error("30121727123110A", "not_digits", "AI (30)");
    check_error("301217271231", "too_long", "the separator (GS) behind it may be missing");
    check_error("(10)", "blank", "AI (10) at character 1 has no value");
    check_error("10\u{1d}17271231", "blank", "AI (10)");
    check_error("(10)A#1", "invalid_character", "'#'");
    check_error("(10)A 1", "invalid_character", "' '");
    check_error("(1)5", "unknown_ai", "AI (1) at character 1");
    check_error("(10)A(12345)1", "unknown_ai", "AI (12345) at character 6");
    check_error("0109506000134352888", "unknown_ai", "AI (88) at character 17");
    check_error("3106000001", "unknown_ai", "AI (3106)");
    check_error("(3922)1(3923)1", "conflicting_ai", "AI (3923) at character 8");
    check_error("(422)27", "invalid_length", "must have 3 digits, but has 2");
    check_error("3999", "unknown_ai", "AI (3999)");
    check_error("1", "unknown_ai", "AI (1) at character 1");
    check_error("(10)A(10)B", "conflicting_ai", "AI (10) at character 6 says otherwise than AI (10)");
    check_error("(3102)000125(3103)001250", "conflicting_ai", "AI (3103) at character 13");
    check_error("(01)09506000134352(37)4", "invalid_pair", "AI (37) at character 19");
    check_error("(02)09506000134352(01)09506000134352", "invalid_pair", "AI (02) at character 1");
    check_error("]E06291041500213", "unknown_symbology", "]E0");
    check_error("(10", "malformed", "character 1");
    check_error("(10)A\u{e9}", "invalid_character", "character 6");
    check_error(" ", "blank", "GS1 element string");
    check_error("]C1", "blank", "GS1 element string");
    check_error(&"1".repeat(1_025), "too_long", "1024");
}

#[test]
fn an_element_string_shows_itself() {
    for text in [
        "(01)09506000134352",
        "]d20109506000134352",
        "10A\u{1d}2112",
        "0109506000134352",
        "020950600013435237012",
        "00376104250021234569",
    ] {
        assert!(element_string::is_element_string(text), "{text:?}");
    }
    for text in ["6291041500213", "Shelf (2)", "(a) 1", "]E06291041500213", "010425002123456789", ""] {
        assert!(!element_string::is_element_string(text), "{text:?}");
    }
}
