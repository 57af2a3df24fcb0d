//! Where the fields of a target come from, as it is written and shown.

use crate::domain::mapping::{Entry, Mapping};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use utoipa::ToSchema;

#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
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
}

impl ImportSourceDto {
    pub fn entry(self, field: String) -> Entry {
        Entry { field, column: self.column, value: self.value, decimals: self.decimals }
    }
}

/// By the target's field.
pub fn shown(mapping: &Mapping) -> BTreeMap<String, ImportSourceDto> {
    let source =
        |Entry { field, column, value, decimals }| (field, ImportSourceDto { column, value, decimals });
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
