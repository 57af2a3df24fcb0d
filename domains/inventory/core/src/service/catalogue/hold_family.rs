//! What an item says of its family is held against the family, which stays as it is until the transaction ends.

use crate::domain::family::{MAX_VARIANTS, Variant};
use crate::error::Error;
use crate::store;
use data::Unit;
use kernel::{Faults, FieldError};

/// For an item that is to be a variant, where it was another or none before.
pub(super) async fn hold_family(
    unit: &Unit,
    before: Option<&Variant>,
    after: Option<&Variant>,
) -> Result<(), Error> {
    let Some(variant) = after.filter(|after| before != Some(*after)) else { return Ok(()) };
    let Some(family) = store::family::find_to_change(unit, variant.family_id).await? else {
        return Err(Error::invalid(unknown_family()));
    };
    let faults = family.fields.faults_of(&variant.options);
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let joins = before.is_none_or(|before| before.family_id != variant.family_id);
    if joins && store::family::count_variants(unit, variant.family_id).await? >= MAX_VARIANTS as u64 {
        return Err(Error::FamilyFull);
    }
    Ok(())
}

fn unknown_family() -> Vec<FieldError> {
    let mut faults = Faults::new();
    faults.add("/family_id", "unknown_family", "names no family of this tenant");
    faults.into_errors()
}
