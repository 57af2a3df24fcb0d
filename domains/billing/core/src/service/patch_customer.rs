//! A customer changed by a merge patch.

use super::create_customer::or_taken;
use super::{App, audit};
use crate::domain::customer::{Customer, CustomerPatch};
use crate::error::Error;
use crate::store::customers;
use billing_contract::CustomerId;
use kernel::Ctx;

/// `expected` is the version the caller has seen; none means any.
pub async fn patch_customer(
    app: &App,
    ctx: &Ctx,
    id: CustomerId,
    expected: Option<i64>,
    patch: CustomerPatch,
) -> Result<Customer, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = customers::find(&unit, id).await?.ok_or(Error::CustomerNotFound)?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    let fields = before.fields.patched(patch)?;
    let after = customers::update(&unit, &before, &fields).await.map_err(or_taken)?;
    let after = after.ok_or_else(Error::stale)?;
    let change = (audit::customer(&before.fields), audit::customer(&fields));
    unit.audit(audit::changed("billing.customer.update", "customer", id, change))?;
    unit.forget(&app.customers, id.to_string());
    Ok(unit.commit(after).await?)
}
