//! What a file that is downloaded is to be called (RFC 6266).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const NAMELESS: &str = "download";
/// All but the `attr-char` of RFC 8187. What actix-web has for this leaves others bare, such as `=` and `@`.
const NOT_BARE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The name in ASCII, and the whole one (RFC 8187) where that is another; who knows both takes the whole one.
pub fn attachment(file_name: &str) -> String {
    let name: String = file_name.trim_start_matches('.').chars().map(harmless).collect();
    let name = if name.is_empty() { NAMELESS.to_owned() } else { name };
    let ascii: String = name.chars().map(plain).collect();
    let told = format!("attachment; filename=\"{ascii}\"");
    if ascii == name {
        return told;
    }
    // Some take the first that they know, so the plain one comes first.
    format!("{told}; filename*=UTF-8''{}", utf8_percent_encode(&name, NOT_BARE))
}

/// Nothing that ends a line, a quoted text or a folder's name, or that turns round how the letters after it are read.
fn harmless(letter: char) -> char {
    let harms = letter.is_control()
        || matches!(letter, '"' | '/' | '\\' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if harms { '_' } else { letter }
}

/// Some decode `%41` here too.
fn plain(letter: char) -> char {
    if letter.is_ascii() && letter != '%' { letter } else { '_' }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{ContentDisposition, HeaderValue};

    #[test]
    fn a_name_in_ascii_is_told_once() {
        fn check(file_name: &str, expected: &str) {
            let expected = format!("attachment; filename=\"{expected}\"");
            assert_eq!(attachment(file_name), expected, "{file_name:?}");
        }
        check("stock.csv", "stock.csv");
        check("stock, old; (2) 'a'.csv", "stock, old; (2) 'a'.csv");
        check("a\"; filename=\"b.exe", "a_; filename=_b.exe");
        check("a\\\".csv", "a__.csv");
        check("a\r\nset-cookie: b=c", "a__set-cookie: b=c");
        check("a\0\t\u{7F}.csv", "a___.csv");
        check("../../etc/passwd", "_.._etc_passwd");
        check("C:\\files\\stock.csv", "C:_files_stock.csv");
        check(".bashrc", "bashrc");
        check("..", "download");
        check("", "download");
    }

    #[test]
    fn any_other_is_told_whole_as_well() {
        fn check(file_name: &str, ascii: &str, encoded: &str, whole: &str) {
            let told = attachment(file_name);
            let expected = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}");
            assert_eq!(told, expected, "{file_name:?}");
            let read = ContentDisposition::from_raw(&HeaderValue::try_from(told).unwrap()).unwrap();
            assert_eq!(read.get_filename(), Some(ascii));
            assert_eq!(read.get_filename_ext().unwrap().value, whole.as_bytes(), "{file_name:?}");
        }
        check("Bestände 2026.csv", "Best_nde 2026.csv", "Best%C3%A4nde%202026.csv", "Bestände 2026.csv");
        check("在庫.xlsx", "__.xlsx", "%E5%9C%A8%E5%BA%AB.xlsx", "在庫.xlsx");
        check("🧀'*;.csv", "_'*;.csv", "%F0%9F%A7%80%27%2A%3B.csv", "🧀'*;.csv");
        let bare = "é!#$&+-.^_`|~09AZaz";
        check(bare, "_!#$&+-.^_`|~09AZaz", "%C3%A9!#$&+-.^_`|~09AZaz", bare);
        let encoded = "%C3%A9%20%28%29%2A%2C%3A%3B%3C%3D%3E%3F%40%5B%5D%7B%7D";
        check("é ()*,:;<=>?@[]{}", "_ ()*,:;<=>?@[]{}", encoded, "é ()*,:;<=>?@[]{}");
        check("100%41.csv", "100_41.csv", "100%2541.csv", "100%41.csv");
        check("é\"\r\n/../x", "_____.._x", "%C3%A9____.._x", "é____.._x");
        check("é\u{85}\u{2028}.csv", "___.csv", "%C3%A9__.csv", "é__.csv");
        check("é\u{202E}vsc.exe", "__vsc.exe", "%C3%A9_vsc.exe", "é_vsc.exe");
    }
}
