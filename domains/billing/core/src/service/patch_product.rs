//! A product changed by a merge patch.

use super::create_product::or_taken;
use super::{App, audit};
use crate::domain::product::{Product, ProductFields, ProductPatch};
use crate::error::Error;
use crate::store::products;
use billing_contract::ProductId;
use data::Unit;
use kernel::Ctx;

/// `expected` is the version the caller has seen; none means any.
pub async fn patch_product(
    app: &App,
    ctx: &Ctx,
    id: ProductId,
    expected: Option<i64>,
    patch: ProductPatch,
) -> Result<Product, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = products::find_to_change(&unit, id).await?.ok_or(Error::ProductNotFound)?;
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
    before: Product,
    fields: &ProductFields,
) -> Result<Product, Error> {
    if before.fields == *fields {
        return Ok(before);
    }
    let after = products::update(unit, &before, fields).await.map_err(or_taken)?.ok_or_else(Error::stale)?;
    let change = (audit::product(&before.fields), audit::product(fields));
    unit.audit(audit::changed("billing.product.update", "product", before.id, change))?;
    unit.forget(&app.products, before.id.to_string());
    Ok(after)
}
