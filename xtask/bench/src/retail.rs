//! A retail file: a real one that is given, or a like one made by a fixed rule. And what else is made of it: its items, the
//! same lines in another order, its second half, and as many lines as are wanted.

use crate::Failure;
use csv::{Reader, StringRecord, Writer};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const INVOICE: &str = "InvoiceNo";
const CODE: &str = "StockCode";
const DESCRIPTION: &str = "Description";
const COLUMNS: [&str; 8] =
    [INVOICE, CODE, DESCRIPTION, "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"];
/// It is held here as a whole, and its lines beside it.
const MOST_BYTES: u64 = 512 * 1024 * 1024;
const ROWS_A_PIECE: u64 = 1_000;

const MADE_ROWS: usize = 20_000;
const MADE_ITEMS: usize = 2_000;
const FIRST_INVOICE: usize = 536_365;
const LINES_AN_INVOICE: usize = 60;
const SEED: u64 = 20_101_201;

/// Chance that is the same in each run.
struct Dice(u64);

impl Dice {
    /// SplitMix64.
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.roll() % most as u64).unwrap_or_default()
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
}

#[derive(Debug)]
pub struct Retail {
    text: String,
    header: StringRecord,
    rows: Vec<StringRecord>,
    invoice: usize,
    code: usize,
    description: usize,
}

impl Retail {
    pub fn read(file: &Path) -> Result<Self, Failure> {
        let told = |what: &dyn std::fmt::Display| Failure::from(format!("{}: {what}", file.display()));
        let bytes = file.metadata().map_err(|error| told(&error))?.len();
        if bytes > MOST_BYTES {
            return Err(told(&format!("{bytes} bytes, more than the {MOST_BYTES} that are held here")));
        }
        let text = std::fs::read_to_string(file).map_err(|error| told(&error))?;
        Self::parse(text).map_err(|failure| told(&failure))
    }

    /// The same in each run.
    pub fn made() -> Result<Self, Failure> {
        let rows = made_rows();
        let text = written(&StringRecord::from(COLUMNS.as_slice()), &rows)?;
        Self::parse(String::from_utf8(text)?)
    }

    fn parse(text: String) -> Result<Self, Failure> {
        let (header, rows) = {
            let mut reader = Reader::from_reader(text.as_bytes());
            (reader.headers()?.clone(), reader.records().collect::<Result<Vec<_>, _>>()?)
        };
        let at = |name: &str| {
            let found = header.iter().position(|column| column.trim() == name);
            found.ok_or_else(|| Failure::from(format!("has no column {name}")))
        };
        for name in COLUMNS {
            at(name)?;
        }
        if rows.is_empty() {
            return Err("has no rows".into());
        }
        let (invoice, code, description) = (at(INVOICE)?, at(CODE)?, at(DESCRIPTION)?);
        Ok(Self { text, header, rows, invoice, code, description })
    }

    pub fn rows(&self) -> u64 {
        self.rows.len() as u64
    }

    /// As it came.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A file of `sku` and `name`, and how many there are: each code once, as inventory knows it, by the first description
    /// that says something, or else by the code itself.
    pub fn items(&self) -> Result<(Vec<u8>, u64), Failure> {
        let mut names: BTreeMap<String, &str> = BTreeMap::new();
        for row in &self.rows {
            let sku = sku(row.get(self.code).unwrap_or_default());
            let description = row.get(self.description).unwrap_or_default().trim();
            if sku.is_empty() {
                continue;
            }
            let name = names.entry(sku).or_default();
            if name.is_empty() {
                *name = description;
            }
        }
        let rows: Vec<StringRecord> = names
            .iter()
            .map(|(sku, name)| {
                let name = if name.is_empty() { sku.as_str() } else { *name };
                StringRecord::from([sku.as_str(), name].as_slice())
            })
            .collect();
        Ok((written(&StringRecord::from(["sku", "name"].as_slice()), &rows)?, rows.len() as u64))
    }

    pub fn shuffled(&self) -> Result<Vec<u8>, Failure> {
        let mut dice = Dice(SEED);
        let mut rows: Vec<&StringRecord> = self.rows.iter().collect();
        for last in (1..rows.len()).rev() {
            rows.swap(last, dice.below(last + 1));
        }
        written(&self.header, rows)
    }

    /// The lines from the middle on, and which the first of them is.
    pub fn second_half(&self) -> Result<(Vec<u8>, usize), Failure> {
        let middle = self.rows.len() / 2;
        Ok((written(&self.header, &self.rows[middle..])?, middle))
    }
}

/// So many lines, piece by piece: those of the file again and again, each time of other documents.
pub struct Repeats {
    retail: Arc<Retail>,
    /// In the numbers of their documents, so that two of these have none in common.
    mark: &'static str,
    rows: u64,
    done: u64,
}

impl Repeats {
    pub fn of(retail: &Arc<Retail>, mark: &'static str, rows: u64) -> Self {
        Self { retail: Arc::clone(retail), mark, rows, done: 0 }
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    fn piece(&mut self) -> Result<Vec<u8>, csv::Error> {
        let mut piece = Vec::new();
        let mut writer = Writer::from_writer(&mut piece);
        if self.done == 0 {
            writer.write_record(&self.retail.header)?;
        }
        let until = self.rows.min(self.done + ROWS_A_PIECE);
        for number in self.done..until {
            let (repeat, at) = (number / self.retail.rows(), number % self.retail.rows());
            let row = &self.retail.rows[usize::try_from(at).unwrap_or_default()];
            for (column, cell) in row.iter().enumerate() {
                if column == self.retail.invoice && !cell.trim().is_empty() {
                    writer.write_field(format!("{}-{}{repeat}", cell.trim(), self.mark))?;
                } else {
                    writer.write_field(cell)?;
                }
            }
            writer.write_record(None::<&[u8]>)?;
        }
        writer.flush()?;
        drop(writer);
        self.done = until;
        Ok(piece)
    }
}

impl Iterator for Repeats {
    type Item = Result<Vec<u8>, csv::Error>;

    fn next(&mut self) -> Option<Self::Item> {
        (self.done < self.rows).then(|| self.piece())
    }
}

/// As inventory writes it.
fn sku(code: &str) -> String {
    code.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_uppercase()
}

fn written<'a>(
    header: &StringRecord,
    rows: impl IntoIterator<Item = &'a StringRecord>,
) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let mut writer = Writer::from_writer(&mut text);
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.flush()?;
    drop(writer);
    Ok(text)
}

fn made_rows() -> Vec<StringRecord> {
    let mut dice = Dice(SEED);
    let mut rows: Vec<StringRecord> = Vec::new();
    for number in 0.. {
        if rows.len() >= MADE_ROWS {
            break;
        }
        let invoice = Invoice::of(number, &mut dice);
        let until = MADE_ROWS.min(rows.len() + 1 + dice.below(LINES_AN_INVOICE));
        while rows.len() < until {
            let line = invoice.line(&mut dice);
            // Some shops write one line for each piece.
            if dice.one_in(80) && rows.len() + 1 < until {
                rows.push(line.clone());
            }
            rows.push(line);
        }
    }
    rows
}

struct Invoice {
    number: String,
    cancels: bool,
    date: String,
    customer: String,
    country: &'static str,
}

impl Invoice {
    fn of(number: usize, dice: &mut Dice) -> Self {
        let cancels = number % 20 == 7;
        let (day, hour, minute) = (1 + number / 40 % 28, 8 + number % 40 / 4, number % 4 * 15);
        let customer = match number % 4 {
            3 => String::new(),
            _ => format!("{}.0", 12_346 + dice.below(4_000)),
        };
        Self {
            number: format!("{}{}", if cancels { "C" } else { "" }, FIRST_INVOICE + number),
            cancels,
            date: format!("2010-12-{day:02} {hour:02}:{minute:02}:00"),
            customer,
            country: if number.is_multiple_of(12) { "France" } else { "United Kingdom" },
        }
    }

    fn line(&self, dice: &mut Dice) -> StringRecord {
        let item = dice.below(MADE_ITEMS);
        let (code, description) = match item {
            0 => ("POST".to_owned(), "POSTAGE".to_owned()),
            1 => ("BANK CHARGES".to_owned(), "Bank Charges".to_owned()),
            _ => described(item),
        };
        let code = if dice.one_in(100) { code.to_ascii_lowercase() } else { code };
        let description = if dice.one_in(300) { String::new() } else { description };
        let pieces = 1 + dice.below(48);
        let cents = 10 + item * 37 % 2_000;
        let price = match dice.below(400) {
            0 => "0.0".to_owned(),
            // Of a float, as the programs of shops write it.
            1 => format!("{}.{:02}4", cents / 100, cents % 100),
            _ => format!("{}.{:02}", cents / 100, cents % 100),
        };
        let quantity = if self.cancels { format!("-{pieces}") } else { pieces.to_string() };
        let cells: [&str; 8] =
            [&self.number, &code, &description, &quantity, &self.date, &price, &self.customer, self.country];
        StringRecord::from(cells.as_slice())
    }
}

fn described(item: usize) -> (String, String) {
    const COLOURS: [&str; 5] = ["WHITE", "RED, HAND PAINTED", "CREAM", "BLUE 3\" WIDE", "PINK"];
    const THINGS: [&str; 4] = ["HANGING HEART", "METAL LANTERN", "UNION FLAG MUG", "GIFT BAG £5"];
    let code = format!("{}{}", 20_000 + item * 7, ["", "A", "B", ""][item % 4]);
    (code, format!("{} {} {item}", COLOURS[item % 5], THINGS[item % 4]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_file_has_what_makes_a_real_one_hard() {
        let made = Retail::made().unwrap();
        assert_eq!(made.text(), Retail::made().unwrap().text());
        assert_eq!(made.rows(), MADE_ROWS as u64);
        let count = |wanted: fn(&StringRecord) -> bool| made.rows.iter().filter(|row| wanted(row)).count();
        for (what, found) in [
            ("cancellations", count(|row| row[0].starts_with('C') && row[3].starts_with('-'))),
            ("blank customers", count(|row| row[6].is_empty())),
            ("blank descriptions", count(|row| row[2].is_empty())),
            ("codes in lower case", count(|row| row[1] != sku(&row[1]))),
            ("exact repeats", made.rows.windows(2).filter(|pair| pair[0] == pair[1]).count()),
        ] {
            assert!(found > 20, "{what}: {found}");
        }
    }

    #[test]
    fn codes_that_differ_in_case_are_one_item() {
        let text = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
                    1,85123a, ,1,,,,\n1,85123A,\"HEART, WHITE\",1,,,,\n1,85123A,OTHER,1,,,,\n1,post,,1,,,,\n\
                    1,,X,1,,,,\n";
        let retail = Retail::parse(text.to_owned()).unwrap();
        let (items, count) = retail.items().unwrap();
        let items = String::from_utf8(items).unwrap();
        assert_eq!((items.as_str(), count), ("sku,name\n85123A,\"HEART, WHITE\"\nPOST,POST\n", 2));
        let missing = Retail::parse("InvoiceNo,StockCode\n1,2\n".to_owned()).unwrap_err();
        assert!(missing.to_string().contains("no column Description"), "{missing}");
    }

    #[test]
    fn what_is_made_of_a_file_has_its_lines() {
        let retail = Arc::new(Retail::made().unwrap());
        let sorted = |mut rows: Vec<StringRecord>| {
            rows.sort_by(|one, other| one.as_slice().cmp(other.as_slice()));
            rows
        };
        let again = |text: Vec<u8>| Retail::parse(String::from_utf8(text).unwrap()).unwrap().rows;
        let shuffled = again(retail.shuffled().unwrap());
        assert!(shuffled != retail.rows && sorted(shuffled) == sorted(retail.rows.clone()));
        let (half, middle) = retail.second_half().unwrap();
        assert_eq!(again(half), retail.rows[middle..].to_vec());
        let wanted = retail.rows() * 2 + 7;
        let text = Repeats::of(&retail, "L", wanted).collect::<Result<Vec<_>, _>>().unwrap().concat();
        let rows = again(text);
        assert_eq!(rows.len() as u64, wanted);
        let invoices = [0, MADE_ROWS, 2 * MADE_ROWS].map(|at| rows[at][0].to_owned());
        assert_eq!(invoices, ["536365-L0", "536365-L1", "536365-L2"]);
    }
}
