//! A supplier by the tenant's own reference: made where there is none, and written over where there is one.

use crate::App;
use crate::domain::supplier::{Supplier, SupplierFields};
use crate::error::Error;
use crate::service::buying::create_supplier::audited_create;
use crate::service::buying::patch_supplier::audited_change;
use crate::store;
use kernel::Ctx;
use kernel::reference::{Put, Seen};

/// `fields` have an `external_id`.
pub async fn put_supplier(
    app: &App,
    ctx: &Ctx,
    seen: Seen,
    fields: SupplierFields,
) -> Result<Put<Supplier>, Error> {
    let fields = fields.checked().map_err(Error::invalid)?;
    let taken =
        |error: &Error| matches!(error, Error::SupplierExternalIdTaken | Error::SupplierCodeTaken { .. });
    Put::again_if(taken, || put(app, ctx, seen, &fields)).await
}

async fn put(app: &App, ctx: &Ctx, seen: Seen, fields: &SupplierFields) -> Result<Put<Supplier>, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let external_id = fields.external_id.as_deref().unwrap_or_default();
    let before = store::supplier::by_external_id_to_change(&unit, external_id).await?;
    if !seen.allows(before.as_ref().map(|before| before.version)) {
        return Err(Error::stale_one());
    }
    let created = before.is_none();
    let resource = match before {
        None => audited_create(&mut unit, ctx.new_id(), fields).await?,
        Some(before) => audited_change(&mut unit, before, fields).await?,
    };
    Ok(unit.commit(Put { created, resource }).await?)
}
