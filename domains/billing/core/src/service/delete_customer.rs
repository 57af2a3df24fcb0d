//! Takes a customer out of use. Only one who owes nothing more: what is still to be invoiced must not lose its
//! customer.

use super::{App, audit};
use crate::error::Error;
use crate::store::{customers, invoices, subscriptions};
use billing_contract::CustomerId;
use kernel::Ctx;

pub async fn delete_customer(app: &App, ctx: &Ctx, id: CustomerId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = customers::find_to_change(&unit, id).await?.ok_or(Error::CustomerNotFound)?;
    if subscriptions::any_active_of(&unit, id).await? || invoices::any_unfinished_of(&unit, id).await? {
        return Err(Error::CustomerInUse);
    }
    if !customers::delete(&unit, id).await? {
        return Err(Error::CustomerNotFound);
    }
    unit.audit(audit::deleted("billing.customer.delete", "customer", id, audit::customer(&before.fields)))?;
    unit.forget(&app.customers, id.to_string());
    Ok(unit.commit(()).await?)
}
