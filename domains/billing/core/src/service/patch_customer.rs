//! A customer changed by a merge patch.

use super::create_customer::or_taken;
use super::{App, audit};
use crate::domain::customer::{Customer, CustomerFields, CustomerPatch};
use crate::error::Error;
use crate::store::customers;
use billing_contract::CustomerId;
use data::Unit;
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
    let before = customers::find_to_change(&unit, id).await?.ok_or(Error::CustomerNotFound)?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    let fields = before.fields.patched(patch)?;
    let after = audited_change(app, &mut unit, before, &fields).await?;
    Ok(unit.commit(after).await?)
}

/// For use cases that go on in the same unit.
pub(super) async fn audited_change(
    app: &App,
    unit: &mut Unit,
    before: Customer,
    fields: &CustomerFields,
) -> Result<Customer, Error> {
    if before.fields == *fields {
        return Ok(before);
    }
    let after = customers::update(unit, &before, fields).await.map_err(or_taken)?.ok_or_else(Error::stale)?;
    let change = (audit::customer(&before.fields), audit::customer(fields));
    unit.audit(audit::changed("billing.customer.update", "customer", before.id, change))?;
    unit.forget(&app.customers, before.id.to_string());
    Ok(after)
}
