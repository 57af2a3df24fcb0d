//! The directory speaks of a group for the first time: a team that hands no role down.

use crate::app::App;
use crate::domain::TeamId;
use crate::domain::scim::Document;
use crate::domain::scim::entry::GroupEntry;
use crate::error::Error;
use crate::permissions::DIRECTORY_PROVISION;
use crate::service::roles::authority;
use crate::service::scim::base;
use crate::service::scim::group::{self, Group};
use crate::service::scim::version::{self, Told};
use crate::service::teams::create_team::{audited, checked, hold_teams, or_taken};
use crate::store::team::{self, TeamFields};
use data::AuditEntry;
use kernel::Ctx;
use std::collections::BTreeSet;

pub async fn create_group(app: &App, ctx: &Ctx, document: Document) -> Result<Told, Error> {
    let entry = GroupEntry::of(document)?;
    let id: TeamId = ctx.new_id();
    let mut unit = app.databases.write(ctx).await?;
    hold_teams(&unit).await?;
    authority::hold(app, ctx, &unit, &DIRECTORY_PROVISION).await?;
    let fields = TeamFields { name: entry.display_name.clone(), parent: None, role: None };
    let fields = checked(&unit, id, fields).await?;
    let mut team = team::insert(&unit, id, &fields).await.map_err(or_taken)?;
    if entry.external_id.is_some() {
        team = team::call(&unit, id, entry.external_id.clone()).await?.ok_or_else(Error::stale)?;
    }
    unit.audit(AuditEntry {
        action: "users.team.create",
        resource: "team",
        resource_id: id.uuid(),
        before: None,
        after: Some(audited(&fields)),
    })?;
    let moves = group::named(&unit, &entry, &Group { team, members: BTreeSet::new() }).await?;
    moves.make(app, ctx, &mut unit, id).await?;
    let told = version::told(group::find(&unit, id).await?.document(&base(app)))?;
    Ok(unit.commit(told).await?)
}
