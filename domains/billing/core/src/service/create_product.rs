//! A new product.

use super::{App, audit};
use crate::domain::product::{Product, ProductFields};
use crate::error::Error;
use crate::store::products;
use billing_contract::ProductId;
use kernel::Ctx;
use serde_json::json;

pub async fn create_product(
    app: &App,
    ctx: &Ctx,
    id: Option<ProductId>,
    fields: ProductFields,
) -> Result<Product, Error> {
    let fields = fields.checked()?;
    let id = id.unwrap_or_else(|| ctx.new_id());
    let after = json!({ "name": fields.name, "active": fields.active });
    let mut unit = app.databases.write(ctx).await?;
    let product = products::insert(&unit, id, fields).await;
    let product = product.map_err(|error| Error::or_id_taken(error, "products"))?;
    unit.audit(audit::created("billing.product.create", "product", id, after))?;
    Ok(unit.commit(product).await?)
}
