//! Where the fields of a target come from, as it is written and shown.

use crate::domain::mapping::{Entry, Mapping};
use crate::domain::notation::{DateOrder, DecimalMark};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use utoipa::ToSchema;

#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"column": "unit_price", "decimals": 2, "decimal_mark": ","}))]
pub struct ImportSourceDto {
    /// The file's column that fills the field
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The same value in every row; of a run it is left out for who may not read the target
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Rounds the column's numbers half to even to so many decimals; only for a field of kind `decimal`. Without it a
    /// number with more decimals than the field takes is refused
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 6)]
    pub decimals: Option<i64>,
    /// What stands before the decimals of the column's numbers; only for a field of kind `decimal`. Without it a point
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal_mark: Option<ImportDecimalMark>,
    /// In which order the column's dates are written; only for a field of kind `date`. Without it ISO 8601
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_order: Option<ImportDateOrder>,
}

/// With `.` a number has no separators: `1234.50`. With `,` groups of three digits may have a point, a space, a
/// no-break space or an apostrophe between them, the same one in all of a number: `1.234,50`. A value that is not
/// written so is refused. `,` is for CSV alone, since the numbers of a workbook have a point whatever it shows.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[schema(example = ",")]
pub enum ImportDecimalMark {
    #[serde(rename = ".")]
    Point,
    #[serde(rename = ",")]
    Comma,
}

impl From<DecimalMark> for ImportDecimalMark {
    fn from(mark: DecimalMark) -> Self {
        match mark {
            DecimalMark::Point => Self::Point,
            DecimalMark::Comma => Self::Comma,
        }
    }
}

impl From<ImportDecimalMark> for DecimalMark {
    fn from(mark: ImportDecimalMark) -> Self {
        match mark {
            ImportDecimalMark::Point => Self::Point,
            ImportDecimalMark::Comma => Self::Comma,
        }
    }
}

/// `iso` takes `2026-02-03`. The others take day, month and year of four digits in the order of their letters, with
/// the same `.`, `/` or `-` between them: `dmy` takes `03.02.2026` and `3/2/2026`. They take a date that is ISO 8601
/// already as well. A time may follow: `03.02.2026 09:30`. A value that is not written so, or is no day, is refused.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "dmy")]
pub enum ImportDateOrder {
    Iso,
    Dmy,
    Mdy,
    Ymd,
}

impl From<DateOrder> for ImportDateOrder {
    fn from(order: DateOrder) -> Self {
        match order {
            DateOrder::Iso => Self::Iso,
            DateOrder::Dmy => Self::Dmy,
            DateOrder::Mdy => Self::Mdy,
            DateOrder::Ymd => Self::Ymd,
        }
    }
}

impl From<ImportDateOrder> for DateOrder {
    fn from(order: ImportDateOrder) -> Self {
        match order {
            ImportDateOrder::Iso => Self::Iso,
            ImportDateOrder::Dmy => Self::Dmy,
            ImportDateOrder::Mdy => Self::Mdy,
            ImportDateOrder::Ymd => Self::Ymd,
        }
    }
}

impl ImportSourceDto {
    pub fn entry(self, field: String) -> Entry {
        let Self { column, value, decimals, decimal_mark, date_order } = self;
        let (decimal_mark, date_order) = (decimal_mark.map(Into::into), date_order.map(Into::into));
        Entry { field, column, value, decimals, decimal_mark, date_order }
    }
}

/// By the target's field.
pub fn shown(mapping: &Mapping) -> BTreeMap<String, ImportSourceDto> {
    let source = |entry: Entry| {
        let Entry { field, column, value, decimals, decimal_mark, date_order } = entry;
        let (decimal_mark, date_order) = (decimal_mark.map(Into::into), date_order.map(Into::into));
        (field, ImportSourceDto { column, value, decimals, decimal_mark, date_order })
    };
    mapping.entries().into_iter().map(source).collect()
}

/// As who may not read the target sees it: a value is of what is in there.
pub fn shown_without_values(mapping: &Mapping) -> BTreeMap<String, ImportSourceDto> {
    let sources = shown(mapping).into_iter();
    sources.map(|(field, source)| (field, ImportSourceDto { value: None, ..source })).collect()
}

/// Keeps a field that is given twice, so that it can be told; a map would silently keep the last.
#[derive(Default)]
pub struct Entries(pub Vec<Entry>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with the target's fields")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Entries::default();
                while let Some((field, source)) = map.next_entry::<String, ImportSourceDto>()? {
                    entries.0.push(source.entry(field));
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_map(Collect)
    }
}
