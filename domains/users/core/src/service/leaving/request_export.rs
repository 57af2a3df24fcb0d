//! Asks for all data of the tenant, or of oneself in all one's tenants. A job writes the file.

use crate::app::App;
use crate::domain::DataExportId;
use crate::error::Error;
use crate::jobs::ProduceExport;
use crate::service::leaving::export::{Export, KEPT, audit_step};
use crate::service::sessions::fresh;
use crate::service::sso::federated;
use crate::store::data_export::{self, NewExport};
use data::JobOptions;
use kernel::{Actor, Ctx};

/// Each reads all there is.
const MOST_UNDER_WAY: u64 = 25;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfWhom {
    Tenant,
    Oneself,
}

pub async fn request_export(
    app: &App,
    ctx: &Ctx,
    of: OfWhom,
    id: Option<DataExportId>,
) -> Result<Export, Error> {
    let &Actor::User { id: user } = ctx.actor() else { return Err(Error::SessionRequired) };
    // It would be of all their tenants.
    if of == OfWhom::Oneself {
        federated::refuse(ctx)?;
    }
    fresh::require(app, ctx)?;
    let of_person = (of == OfWhom::Oneself).then_some(user);
    let mut unit = app.databases.write(ctx).await?;
    if data_export::under_way(&unit, of_person).await? >= MOST_UNDER_WAY {
        return Err(Error::TooManyExports);
    }
    let id = id.unwrap_or_else(|| ctx.new_id());
    let new = NewExport { id, of_person, requested_by: user, expires_at: ctx.now() + KEPT };
    let inserted = data_export::insert(&unit, new).await;
    let row = inserted.map_err(|error| match data_export::is_taken(&error) {
        true => Error::ExportExists,
        false => error.into(),
    })?;
    unit.enqueue(&ProduceExport { export: id }, JobOptions::default())?;
    audit_step(&mut unit, "users.data_export.create", None, &row)?;
    Ok(unit.commit(Export::of(row)?).await?)
}
