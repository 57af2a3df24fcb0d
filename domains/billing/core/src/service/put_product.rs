//! A product by the tenant's own reference: made where there is none, and written over where there is one.

use super::App;
use super::create_product::audited_create;
use super::patch_product::audited_change;
use crate::domain::product::{Product, ProductFields};
use crate::error::Error;
use crate::store::products;
use kernel::Ctx;
use kernel::reference::{Put, Seen};

/// `fields` have an `external_id`.
pub async fn put_product(
    app: &App,
    ctx: &Ctx,
    seen: Seen,
    fields: ProductFields,
) -> Result<Put<Product>, Error> {
    let fields = fields.checked()?;
    let taken = |error: &Error| matches!(error, Error::ExternalIdTaken);
    Put::again_if(taken, || put(app, ctx, seen, &fields)).await
}

async fn put(app: &App, ctx: &Ctx, seen: Seen, fields: &ProductFields) -> Result<Put<Product>, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let external_id = fields.external_id.as_deref().unwrap_or_default();
    let before = products::by_external_id_to_change(&unit, external_id).await?;
    if !seen.allows(before.as_ref().map(|before| before.version)) {
        return Err(Error::stale());
    }
    let created = before.is_none();
    let resource = match before {
        None => audited_create(&mut unit, ctx.new_id(), fields).await?,
        Some(before) => audited_change(app, &mut unit, before, fields).await?,
    };
    Ok(unit.commit(Put { created, resource }).await?)
}
