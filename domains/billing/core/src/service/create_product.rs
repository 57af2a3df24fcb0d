//! A new product.

use super::{App, audit};
use crate::domain::product::{Product, ProductFields};
use crate::error::Error;
use crate::store::products;
use billing_contract::ProductId;
use data::Unit;
use kernel::Ctx;

pub async fn create_product(
    app: &App,
    ctx: &Ctx,
    id: Option<ProductId>,
    fields: ProductFields,
) -> Result<Product, Error> {
    let fields = fields.checked()?;
    let id = id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    let product = audited_create(&mut unit, id, &fields).await?;
    Ok(unit.commit(product).await?)
}

/// For use cases that go on in the same unit.
pub(super) async fn audited_create(
    unit: &mut Unit,
    id: ProductId,
    fields: &ProductFields,
) -> Result<Product, Error> {
    let product = products::insert(unit, id, fields).await.map_err(or_taken)?;
    unit.audit(audit::created("billing.product.create", "product", id, audit::product(fields)))?;
    Ok(product)
}

pub(super) fn or_taken(error: data::Error) -> Error {
    if error.is_unique("products_external_id", "products.external_id") {
        return Error::ExternalIdTaken;
    }
    Error::or_id_taken(error, "products")
}
