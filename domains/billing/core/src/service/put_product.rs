//! A product by the tenant's own reference: made where there is none, and written over where there is one.

use super::create_product::or_taken;
use super::{App, audit};
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
    match put(app, ctx, seen, &fields).await {
        // Another one has made it in between: now it is there to be written over.
        Err(Error::ExternalIdTaken) => put(app, ctx, seen, &fields).await,
        put => put,
    }
}

async fn put(app: &App, ctx: &Ctx, seen: Seen, fields: &ProductFields) -> Result<Put<Product>, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let external_id = fields.external_id.as_deref().unwrap_or_default();
    let before = products::by_external_id(&unit, external_id).await?;
    if !seen.allows(before.as_ref().map(|before| before.version)) {
        return Err(Error::stale());
    }
    let Some(before) = before else {
        let id = ctx.new_id();
        let resource = products::insert(&unit, id, fields).await.map_err(or_taken)?;
        unit.audit(audit::created("billing.product.create", "product", id, audit::product(fields)))?;
        return Ok(unit.commit(Put { created: true, resource }).await?);
    };
    if before.fields == *fields {
        return Ok(unit.commit(Put { created: false, resource: before }).await?);
    }
    let resource = products::update(&unit, &before, fields).await?.ok_or_else(Error::stale)?;
    let change = (audit::product(&before.fields), audit::product(fields));
    unit.audit(audit::changed("billing.product.update", "product", before.id, change))?;
    unit.forget(&app.products, before.id.to_string());
    Ok(unit.commit(Put { created: false, resource }).await?)
}
