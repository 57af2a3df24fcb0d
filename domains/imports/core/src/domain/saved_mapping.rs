//! A mapping that a tenant keeps under a name, for files that come again.

use super::mapping::{Entry, Mapping, check};
use chrono::{DateTime, Utc};
use imports_contract::MappingId;
use kernel::{Faults, FieldError};
use module::TargetDefinition;

pub const MAX_NAME: usize = 100;

#[derive(Clone, Debug, PartialEq)]
pub struct SavedMapping {
    pub id: MappingId,
    pub fields: MappingFields,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingFields {
    pub name: String,
    pub target: String,
    pub mapping: Mapping,
}

/// All that is wrong with it at once. Whether a file has its columns is seen when it is used.
pub fn check_fields(
    target: &TargetDefinition,
    name: &str,
    entries: Vec<Entry>,
) -> Result<MappingFields, Vec<FieldError>> {
    let mut faults = Faults::new();
    let name = faults.text("/name", name, MAX_NAME);
    let mut errors = faults.into_errors();
    match check(target, None, entries) {
        Ok(mapping) if errors.is_empty() => Ok(MappingFields { name, target: target.name.clone(), mapping }),
        checked => {
            errors.extend(checked.err().unwrap_or_default());
            Err(errors)
        }
    }
}
