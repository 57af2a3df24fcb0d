//! Takes a product out of use. Only one that nobody pays for any more.

use super::{App, audit};
use crate::error::Error;
use crate::store::{products, subscriptions};
use billing_contract::ProductId;
use kernel::Ctx;

pub async fn delete_product(app: &App, ctx: &Ctx, id: ProductId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = products::find_to_change(&unit, id).await?.ok_or(Error::ProductNotFound)?;
    if subscriptions::any_active_to(&unit, id).await? {
        return Err(Error::ProductInUse);
    }
    if !products::delete(&unit, id).await? {
        return Err(Error::ProductNotFound);
    }
    unit.audit(audit::deleted("billing.product.delete", "product", id, audit::product(&before.fields)))?;
    unit.forget(&app.products, id.to_string());
    Ok(unit.commit(()).await?)
}
