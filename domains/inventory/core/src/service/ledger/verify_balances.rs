//! Proves that every maintained balance of a tenant is the sum of its movements and active reservations.

use crate::store::drift::{self, Drift};
use data::Databases;
use kernel::Ctx;

/// What is wrong; nothing, as long as all writing goes through this crate. `databases` are inventory's own.
pub async fn verify_balances(databases: &Databases, ctx: &Ctx) -> Result<Vec<Drift>, data::Error> {
    let tx = databases.read(ctx).await?;
    drift::find(&tx).await
}
