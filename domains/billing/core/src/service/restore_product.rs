//! Brings a deleted product back. One that is there is left as it is.

use super::create_product::or_taken;
use super::{App, audit};
use crate::domain::product::Product;
use crate::error::Error;
use crate::store::products;
use billing_contract::ProductId;
use kernel::Ctx;

pub async fn restore_product(app: &App, ctx: &Ctx, id: ProductId) -> Result<Product, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(product) = products::restore(&unit, id).await.map_err(or_taken)? else {
        let present = products::find(&unit, id).await?.ok_or(Error::ProductNotFound)?;
        return Ok(unit.commit(present).await?);
    };
    unit.audit(audit::created("billing.product.restore", "product", id, audit::product(&product.fields)))?;
    Ok(unit.commit(product).await?)
}
