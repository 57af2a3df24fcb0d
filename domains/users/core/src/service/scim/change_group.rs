//! The directory gives a group another name or other members.

use crate::app::App;
use crate::domain::TeamId;
use crate::domain::scim::entry::GroupEntry;
use crate::domain::scim::patch::apply;
use crate::domain::scim::schema::GROUPS;
use crate::error::Error;
use crate::permissions::DIRECTORY_PROVISION;
use crate::service::roles::authority;
use crate::service::scim::base;
use crate::service::scim::change_person::Change;
use crate::service::scim::group;
use crate::service::scim::version::{self, Seen, Told};
use crate::service::teams::create_team::{audited, checked, hold_teams, or_taken};
use crate::store::team::{self, Team, TeamFields};
use data::{AuditEntry, Unit};
use kernel::Ctx;
use serde_json::json;

pub async fn change_group(
    app: &App,
    ctx: &Ctx,
    id: TeamId,
    seen: Seen,
    change: Change,
) -> Result<Told, Error> {
    let base = base(app);
    let mut unit = app.databases.write(ctx).await?;
    hold_teams(&unit).await?;
    authority::hold(app, ctx, &unit, &DIRECTORY_PROVISION).await?;
    let known = group::find_to_change(&unit, id).await?;
    let document = known.document(&base);
    seen.require(&document)?;
    let document = match change {
        Change::Whole(whole) => whole,
        Change::Part(operations) => apply(&GROUPS, document, operations)?,
    };
    let entry = GroupEntry::of(document)?;
    write(&mut unit, &known.team, &entry).await?;
    group::named(&unit, &entry, &known).await?.make(app, ctx, &mut unit, id).await?;
    let told = version::told(group::find(&unit, id).await?.document(&base))?;
    Ok(unit.commit(told).await?)
}

/// What it hands down and where it stands is for the tenant to say.
async fn write(unit: &mut Unit, before: &Team, entry: &GroupEntry) -> Result<(), Error> {
    let fields = TeamFields { name: entry.display_name.clone(), ..before.fields.clone() };
    let is_renamed = fields != before.fields;
    let is_called = entry.external_id != before.external_id;
    if !is_renamed && !is_called {
        return Ok(());
    }
    if is_renamed {
        let fields = checked(unit, before.id, fields).await?;
        team::update(unit, before, &fields).await.map_err(or_taken)?.ok_or_else(Error::stale)?;
    }
    if is_called {
        team::call(unit, before.id, entry.external_id.clone()).await?.ok_or_else(Error::stale)?;
    }
    let after = TeamFields { name: entry.display_name.clone(), ..before.fields.clone() };
    let told = |fields: &TeamFields, external: &Option<String>| {
        let mut told = audited(fields);
        told["external_id"] = json!(external);
        told
    };
    unit.audit(AuditEntry {
        action: "users.team.update",
        resource: "team",
        resource_id: before.id.uuid(),
        before: Some(told(&before.fields, &before.external_id)),
        after: Some(told(&after, &entry.external_id)),
    })?;
    Ok(())
}
