//! How the text of a CSV file is written: what separates its columns and in which encoding. Either is declared by
//! whoever uploads the file or detected from its bytes, once, and then kept, so that an import reads what was shown.
//!
//! A record is looked for in the file's own bytes (or pairs of bytes, in UTF-16) and decoded when it is whole; so a
//! position counts bytes of the file, and reading is taken up again at one without any decoder's state. That is why
//! encodings with shifts (ISO-2022-JP) are refused, and why `|` is refused where it is a half of a character.

use super::records::{Position, Records};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs::{REPLACEMENT, X_USER_DEFINED};

/// The delimiter is detected in so many of the first bytes.
pub const DETECTED_IN_BYTES: usize = 64 * 1_024;
const DETECTED_IN_ROWS: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    pub delimiter: Delimiter,
    pub encoding: TextEncoding,
}

impl Dialect {
    /// RFC 4180 in UTF-8.
    pub const RFC_4180: Self = Self { delimiter: Delimiter::Comma, encoding: TextEncoding(UTF_8_REF) };

    pub fn check(self) -> Result<Self, DialectError> {
        if self.delimiter == Delimiter::Pipe && !self.encoding.keeps_ascii_apart() {
            return Err(DialectError::PipeInCharacter { encoding: self.encoding.name() });
        }
        Ok(self)
    }
}

const UTF_8_REF: &Encoding = &encoding_rs::UTF_8_INIT;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DialectError {
    #[error("the encoding `{0}` is not known; name it as on the web, such as `utf-8` or `windows-1252`")]
    UnknownEncoding(String),
    #[error("the encoding {0} cannot be taken up in the middle of a file; save the file as UTF-8")]
    StatefulEncoding(&'static str),
    #[error("`|` is a part of characters in {encoding}; save the file as UTF-8 or with another delimiter")]
    PipeInCharacter { encoding: &'static str },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    Comma,
    Semicolon,
    Tab,
    Pipe,
}

impl Delimiter {
    pub const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }

    /// As it is declared and kept.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Pipe => "pipe",
        }
    }

    /// Of many of them.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Comma => "commas",
            Self::Semicolon => "semicolons",
            Self::Tab => "tabs",
            Self::Pipe => "vertical bars",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|delimiter| delimiter.name() == name)
    }
}

/// One of the WHATWG Encoding Standard, by its labels. There ISO-8859-1 is Windows-1252, which differs from it only
/// in control characters that no text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextEncoding(&'static Encoding);

/// What a line's end and a delimiter are looked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    Bytes,
    LittleEndianPairs,
    BigEndianPairs,
}

impl TextEncoding {
    pub const UTF_8: Self = Self(UTF_8_REF);
    /// Of the single bytes of Western Europe; any bytes are text in it.
    pub const WESTERN: Self = Self(&encoding_rs::WINDOWS_1252_INIT);

    pub fn parse(label: &str) -> Result<Self, DialectError> {
        let unknown = || DialectError::UnknownEncoding(label.chars().take(40).collect());
        let found = Encoding::for_label(label.as_bytes()).ok_or_else(unknown)?;
        if found == ISO_2022_JP {
            return Err(DialectError::StatefulEncoding(found.name()));
        }
        if found == REPLACEMENT || found == X_USER_DEFINED {
            return Err(unknown());
        }
        Ok(Self(found))
    }

    /// What a file's byte order mark says.
    pub fn of_mark(head: &[u8]) -> Option<Self> {
        Encoding::for_bom(head).map(|(found, _)| Self(found))
    }

    pub fn name(self) -> &'static str {
        self.0.name()
    }

    pub fn byte_order_mark(self) -> &'static [u8] {
        match self.0 {
            found if found == UTF_8 => b"\xEF\xBB\xBF",
            found if found == UTF_16LE => b"\xFF\xFE",
            found if found == UTF_16BE => b"\xFE\xFF",
            _ => b"",
        }
    }

    pub fn units(self) -> Units {
        match self.0 {
            found if found == UTF_16LE => Units::LittleEndianPairs,
            found if found == UTF_16BE => Units::BigEndianPairs,
            _ => Units::Bytes,
        }
    }

    /// Whether no part of a longer character looks like one of ASCII. Where it may, it is one from `0` to `9` or
    /// above `?`: no quote, no line's end and no delimiter but `|`.
    fn keeps_ascii_apart(self) -> bool {
        self.0.is_single_byte() || [UTF_8, UTF_16LE, UTF_16BE].contains(&self.0)
    }

    pub fn decode(self, bytes: &[u8]) -> Option<std::borrow::Cow<'_, str>> {
        self.0.decode_without_bom_handling_and_without_replacement(bytes)
    }

    /// What it cannot say becomes `&#8364;`, as in a form on the web.
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self.units() {
            Units::Bytes => self.0.encode(text).0.into_owned(),
            Units::LittleEndianPairs => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Units::BigEndianPairs => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    pub fn decode_lossy(self, bytes: &[u8]) -> std::borrow::Cow<'_, str> {
        self.0.decode_without_bom_handling(bytes).0
    }
}

/// What whoever uploads a file says of it; the rest is detected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    pub delimiter: Option<Delimiter>,
    pub encoding: Option<TextEncoding>,
    /// The line of its header; what is above it is not read.
    pub header_row: Option<u64>,
}

/// The delimiter under which the first rows have the most columns that agree with the header's; a comma where there
/// is one column. `whole` says that the file does not go on after `head`.
pub fn detect_delimiter(head: &[u8], encoding: TextEncoding, header_row: u64, whole: bool) -> Delimiter {
    let head = &head[..head.len().min(DETECTED_IN_BYTES)];
    let mut best = (Delimiter::Comma, (0, 0));
    for delimiter in Delimiter::ALL {
        let dialect = Dialect { delimiter, encoding };
        if dialect.check().is_err() {
            continue;
        }
        let mut records = Records::of(Position::default(), dialect);
        records.push(head);
        if whole {
            records.end();
        }
        let header = records.find(|record| record.line >= header_row);
        let Some(Ok(header)) = header.map(|record| record.cells) else { continue };
        if header.len() < 2 {
            continue;
        }
        let (mut rows, mut agreeing) = (0, 0_usize);
        for record in records.take(DETECTED_IN_ROWS) {
            rows += 1;
            agreeing += match record.cells.map_or(0, |cells| cells.len()) {
                width if width == header.len() => 2,
                // It may lack blank cells at its end.
                width if width > 1 && width < header.len() => 1,
                _ => 0,
            };
        }
        let permille = (agreeing * 500).checked_div(rows).unwrap_or(1_000);
        if permille > 0 && (permille, header.len()) > best.1 {
            best = (delimiter, (permille, header.len()));
        }
    }
    best.0
}

/// Checks text in a declared encoding as it passes by; a character may be cut by two chunks.
pub struct Check {
    decoder: Decoder,
    scratch: Box<[u8; 8 * 1_024]>,
    read_bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadText {
    Nul { at: u64 },
    Malformed { at: u64 },
}

impl Check {
    pub fn of(encoding: TextEncoding) -> Self {
        let decoder = encoding.0.new_decoder_without_bom_handling();
        Self { decoder, scratch: Box::new([0; 8 * 1_024]), read_bytes: 0 }
    }

    pub fn read(&mut self, mut bytes: &[u8], last: bool) -> Result<(), BadText> {
        loop {
            let target = &mut self.scratch[..];
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(bytes, target, last);
            if self.scratch[..written].contains(&0) {
                return Err(BadText::Nul { at: self.read_bytes });
            }
            self.read_bytes += read as u64;
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, after) => {
                    let back = u64::from(length) + u64::from(after);
                    return Err(BadText::Malformed { at: self.read_bytes.saturating_sub(back) });
                }
            }
        }
    }
}

/// Finds out what text is in that is not UTF-8.
pub struct Guess(Box<EncodingDetector>);

impl Default for Guess {
    fn default() -> Self {
        Self(Box::new(EncodingDetector::new(Iso2022JpDetection::Deny)))
    }
}

impl Guess {
    pub fn read(&mut self, bytes: &[u8], last: bool) {
        self.0.feed(bytes, last);
    }

    pub fn encoding(&self) -> TextEncoding {
        let found = TextEncoding(self.0.guess(None, Utf8Detection::Deny));
        TextEncoding::parse(found.name()).unwrap_or(TextEncoding::WESTERN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_makes_a_table() {
        fn check(text: &str, expected: Delimiter) {
            assert_eq!(detect_delimiter(text.as_bytes(), TextEncoding::UTF_8, 1, true), expected, "{text:?}");
        }
        check("a\n1\n", Delimiter::Comma);
        check("a,b\n1,2\n", Delimiter::Comma);
        check("a;b\n1;2\n", Delimiter::Semicolon);
        check("a\tb\n1\t2\n", Delimiter::Tab);
        check("a|b\n1|2\n", Delimiter::Pipe);
        check("name;price\nx;1,50\ny;2,50\n", Delimiter::Semicolon);
        check("name, full;price, net\nx;1,50\ny;2\n", Delimiter::Semicolon);
        check("a,b\n\"x;y;z\",2\n", Delimiter::Comma);
        check("a;b\n\"x\n1,2\n\";2\n", Delimiter::Semicolon);
        check("a;b;c", Delimiter::Semicolon);
        check("a;b;c\n1;2\n3;4,5\n", Delimiter::Semicolon);
        let titled = b"Stock, of all, places, today\n\na;b\n1;2\n";
        assert_eq!(detect_delimiter(titled, TextEncoding::UTF_8, 3, true), Delimiter::Semicolon);
    }

    #[test]
    fn encodings_have_the_names_of_the_web() {
        fn check(label: &str, expected: Result<&str, DialectError>) {
            assert_eq!(TextEncoding::parse(label).map(TextEncoding::name), expected, "{label}");
        }
        check("utf-8", Ok("UTF-8"));
        check("UTF-16LE", Ok("UTF-16LE"));
        check("latin1", Ok("windows-1252"));
        check("ISO-8859-1", Ok("windows-1252"));
        check("iso-8859-15", Ok("ISO-8859-15"));
        check("cp1252", Ok("windows-1252"));
        check("shift_jis", Ok("Shift_JIS"));
        check("iso-2022-jp", Err(DialectError::StatefulEncoding("ISO-2022-JP")));
        check("klingon", Err(DialectError::UnknownEncoding("klingon".to_owned())));
    }

    #[test]
    fn a_bar_is_no_delimiter_where_it_is_half_a_character() {
        let dialect = |label| Dialect {
            delimiter: Delimiter::Pipe,
            encoding: TextEncoding::parse(label).expect("a known label"),
        };
        assert!(dialect("utf-16be").check().is_ok());
        assert_eq!(dialect("big5").check(), Err(DialectError::PipeInCharacter { encoding: "Big5" }));
    }
}
