//! Brings a deleted product back.

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
        let known = products::find(&unit, id).await?.is_some();
        return Err(if known { Error::NotDeleted } else { Error::ProductNotFound });
    };
    unit.audit(audit::restored("billing.product.restore", "product", id, audit::product(&product.fields)))?;
    Ok(unit.commit(product).await?)
}
