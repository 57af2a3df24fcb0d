//! Brings a deleted customer back.

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
        let known = customers::find(&unit, id).await?.is_some();
        return Err(if known { Error::NotDeleted } else { Error::CustomerNotFound });
    };
    unit.audit(audit::restored(
        "billing.customer.restore",
        "customer",
        id,
        audit::customer(&customer.fields),
    ))?;
    Ok(unit.commit(customer).await?)
}
