//! Brings a deleted customer back. One that is there is left as it is.

use super::create_customer::or_taken;
use super::{App, audit};
use crate::domain::customer::Customer;
use crate::error::Error;
use crate::store::customers;
use billing_contract::CustomerId;
use kernel::Ctx;

pub async fn restore_customer(app: &App, ctx: &Ctx, id: CustomerId) -> Result<Customer, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(customer) = customers::restore(&unit, id).await.map_err(or_taken)? else {
        let present = customers::find(&unit, id).await?.ok_or(Error::CustomerNotFound)?;
        return Ok(unit.commit(present).await?);
    };
    unit.audit(audit::created(
        "billing.customer.restore",
        "customer",
        id,
        audit::customer(&customer.fields),
    ))?;
    Ok(unit.commit(customer).await?)
}
