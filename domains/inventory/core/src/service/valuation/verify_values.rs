//! Proves that what a tenant's stock is worth is the sum of its entries, and of its layers.

use crate::store::value_drift::{self, ValueDrift};
use data::Databases;
use kernel::Ctx;

/// What is wrong; nothing, as long as all writing goes through this crate. `databases` are inventory's own.
pub async fn verify_values(databases: &Databases, ctx: &Ctx) -> Result<Vec<ValueDrift>, data::Error> {
    let tx = databases.read(ctx).await?;
    value_drift::find(&tx).await
}
