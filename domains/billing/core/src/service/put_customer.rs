//! A customer by the tenant's own reference: made where there is none, and written over where there is one.

use super::create_customer::or_taken;
use super::{App, audit};
use crate::domain::customer::{Customer, CustomerFields};
use crate::error::Error;
use crate::store::customers;
use kernel::Ctx;
use kernel::reference::{Put, Seen};

/// `fields` have an `external_id`.
pub async fn put_customer(
    app: &App,
    ctx: &Ctx,
    seen: Seen,
    fields: CustomerFields,
) -> Result<Put<Customer>, Error> {
    let fields = fields.checked()?;
    match put(app, ctx, seen, &fields).await {
        // Another one has made it in between: now it is there to be written over.
        Err(Error::ExternalIdTaken) => put(app, ctx, seen, &fields).await,
        put => put,
    }
}

async fn put(app: &App, ctx: &Ctx, seen: Seen, fields: &CustomerFields) -> Result<Put<Customer>, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let external_id = fields.external_id.as_deref().unwrap_or_default();
    let before = customers::by_external_id(&unit, external_id).await?;
    if !seen.allows(before.as_ref().map(|before| before.version)) {
        return Err(Error::stale());
    }
    let Some(before) = before else {
        let id = ctx.new_id();
        let resource = customers::insert(&unit, id, fields).await.map_err(or_taken)?;
        unit.audit(audit::created("billing.customer.create", "customer", id, audit::customer(fields)))?;
        return Ok(unit.commit(Put { created: true, resource }).await?);
    };
    if before.fields == *fields {
        return Ok(unit.commit(Put { created: false, resource: before }).await?);
    }
    let resource = customers::update(&unit, &before, fields).await?.ok_or_else(Error::stale)?;
    let change = (audit::customer(&before.fields), audit::customer(fields));
    unit.audit(audit::changed("billing.customer.update", "customer", before.id, change))?;
    unit.forget(&app.customers, before.id.to_string());
    Ok(unit.commit(Put { created: false, resource }).await?)
}
