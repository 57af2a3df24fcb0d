//! A new customer.

use super::{App, audit};
use crate::domain::customer::{Customer, CustomerFields};
use crate::error::Error;
use crate::store::customers;
use billing_contract::CustomerId;
use data::Unit;
use kernel::Ctx;

pub async fn create_customer(
    app: &App,
    ctx: &Ctx,
    id: Option<CustomerId>,
    fields: CustomerFields,
) -> Result<Customer, Error> {
    let fields = fields.checked()?;
    let id = id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    let customer = audited_create(&mut unit, id, &fields).await?;
    Ok(unit.commit(customer).await?)
}

/// For use cases that go on in the same unit.
pub(super) async fn audited_create(
    unit: &mut Unit,
    id: CustomerId,
    fields: &CustomerFields,
) -> Result<Customer, Error> {
    let customer = customers::insert(unit, id, fields).await.map_err(or_taken)?;
    unit.audit(audit::created("billing.customer.create", "customer", id, audit::customer(fields)))?;
    Ok(customer)
}

pub(super) fn or_taken(error: data::Error) -> Error {
    if error.is_unique("customers_external_id", "customers.external_id") {
        return Error::ExternalIdTaken;
    }
    Error::or_id_taken(error, "customers")
}
