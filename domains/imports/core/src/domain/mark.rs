//! The mark of a row in an error file: which row of which import it was. A target that knows rows by what they say is
//! told it when the row comes back mended, so that it is not taken for another that says the same.

use super::guard::meant;
use super::mapping::{Mapping, shown};
use super::row::Fault;
use imports_contract::ImportRunId;
use module::{IMPORT_ROW, ImportId, RefusedRow};
use std::borrow::Cow;

/// The column of a file that has the marks.
#[derive(Debug)]
pub struct Marks {
    index: usize,
    column: String,
}

impl Marks {
    pub fn of(mapping: &Mapping, columns: &[String]) -> Option<Self> {
        let column = column(mapping, IMPORT_ROW);
        let index = columns.iter().position(|known| *known == column)?;
        Some(Self { index, column })
    }

    /// Of a row; none where its cell is blank. One that stands in another cell tells that the row is shifted.
    pub fn read(&self, cells: &[String]) -> Result<Option<RefusedRow>, Fault> {
        let cell = cells.get(self.index).map_or(Cow::Borrowed(""), |cell| meant(cell));
        if cell.is_empty() && !cells.iter().any(|cell| parse(&meant(cell)).is_some()) {
            return Ok(None);
        }
        let no_mark = || Fault {
            column: Some(self.column.clone()),
            field: None,
            value: Some(shown(cell.clone().into_owned())),
            rule: "not_an_import_row".to_owned(),
            detail: "is no row of an error file: leave the cell as it was there, or empty it".to_owned(),
        };
        parse(&cell).map(Some).ok_or_else(no_mark)
    }
}

/// As a column of an error file is called that its own file has not: the mapping means another by the name that it
/// uses.
pub fn column(mapping: &Mapping, name: &str) -> String {
    let mut column = name.to_owned();
    while mapping.uses_column(&column) {
        column.insert_str(0, "import_");
    }
    column
}

pub fn text(run: ImportRunId, line: u64) -> String {
    format!("{run}:{line}")
}

pub fn parse(text: &str) -> Option<RefusedRow> {
    let (run, line) = text.split_once(':')?;
    let run: ImportRunId = run.parse().ok()?;
    let line = line.parse::<u64>().ok().filter(|line| (1..=i64::MAX.unsigned_abs()).contains(line))?;
    Some(RefusedRow { import: ImportId::from_uuid(run.uuid()), line })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mapping::Source;
    use uuid::Uuid;

    const RUN: &str = "01890000-0000-7000-8000-000000000000";

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        let run: ImportRunId = RUN.parse().unwrap();
        let text = text(run, 17);
        assert_eq!(text, format!("{RUN}:17"));
        assert_eq!(parse(&text), Some(RefusedRow { import: ImportId::from_uuid(run.uuid()), line: 17 }));
        let lines = ["0", "-1", "1.5", "", "x", "9223372036854775808"].map(|line| format!("{RUN}:{line}"));
        for none in lines.iter().map(String::as_str).chain(["", ":", "17", RUN, "no-run:17"]) {
            assert_eq!(parse(none), None, "{none:?}");
        }
    }

    #[test]
    fn a_file_says_which_row_each_was_unless_it_means_something_else_by_that() {
        let mapping = |column: &str| Mapping([("f".to_owned(), Source::Column(column.to_owned()))].into());
        let read = |columns: &[&str], mapped: &str, cells: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
            let marks = Marks::of(&mapping(mapped), &owned(columns))?;
            Some(marks.read(&owned(cells)).map_err(|fault| (fault.column.unwrap(), fault.rule)))
        };
        let mark = format!("{RUN}:2");
        let row = Some(RefusedRow { import: ImportId::from_uuid(Uuid::parse_str(RUN).unwrap()), line: 2 });
        assert_eq!(read(&["a", "b"], "a", &["1", &mark]), None);
        assert_eq!(read(&["a", "import_row"], "a", &["1", &format!(" {mark} ")]), Some(Ok(row)));
        assert_eq!(read(&["a", "import_row"], "a", &["1", " "]), Some(Ok(None)));
        let fault = |column: &str| Some(Err((column.to_owned(), "not_an_import_row".to_owned())));
        assert_eq!(read(&["a", "import_row"], "a", &["1", "2"]), fault("import_row"));
        assert_eq!(read(&["a", "import_row"], "a", &[mark.as_str(), ""]), fault("import_row"));
        assert_eq!(read(&["a", "import_row"], "import_row", &["1", "2"]), None);
        let both = ["import_row", "import_import_row"];
        assert_eq!(read(&both, "import_row", &["1", &mark]), Some(Ok(row)));
        assert_eq!(read(&both, "import_row", &["1", "x"]), fault("import_import_row"));
    }
}
