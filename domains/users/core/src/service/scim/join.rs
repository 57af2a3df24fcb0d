//! Somebody has accepted an invitation to an address at which the tenant's directory awaits a person: what it said of that
//! person is said of the new member from then on, the teams and the manager that it named included.

use crate::app::App;
use crate::domain::scim::Document;
use crate::domain::{MembershipId, ScimUserId};
use crate::error::Error;
use crate::service::members::change_member::check_manager;
use crate::service::roles::authority;
use crate::service::scim::person::{self, audited};
use crate::service::sessions::fresh;
use crate::service::teams::add_team_member::audited as in_team;
use crate::service::teams::create_team::granted_in;
use crate::store::{invitation, membership, scim_group_member, scim_user, team, team_member};
use data::{AuditEntry, Tx, Unit};
use kernel::{Ctx, UserId};
use serde_json::Value;

/// As many as one person is waited for in, or is waited for by.
const MOST: u64 = 1_000;

/// By an invitation. The tenant must be held.
pub async fn join(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    invited: &invitation::Model,
    member: MembershipId,
) -> Result<(), Error> {
    join_at(app, ctx, unit, &invited.email_key, Some(invited.invited_by), member).await
}

/// By a proof of the address, in lower case. `by`: who asked them in, if anybody did. The tenant must be held.
pub async fn join_at(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    address: &str,
    by: Option<UserId>,
    member: MembershipId,
) -> Result<(), Error> {
    let Some(before) = scim_user::awaited(unit, address).await? else { return Ok(()) };
    let id = before.public_id;
    if scim_user::of_member(unit, member).await?.is_some() {
        return Ok(());
    }
    scim_user::link(unit, id, member).await?;
    enter_teams(app, ctx, unit, by, id, member).await?;
    take_places(unit, id).await?;
    let after = scim_user::by_ids(unit, vec![id]).await?.pop();
    unit.audit(AuditEntry {
        action: "users.scim_user.join",
        resource: "scim_user",
        resource_id: id.uuid(),
        before: Some(audited(&before)),
        after: after.as_ref().map(audited),
    })?;
    authority::forget_member(app, unit, member);
    Ok(())
}

/// Whether the directory knows who is at this address and lets them in nowhere.
pub async fn keeps_out(tx: &Tx, address: &str) -> Result<bool, Error> {
    let Some(row) = scim_user::awaited(tx, address).await? else { return Ok(false) };
    let said: Document = serde_json::from_str(&row.attributes).map_err(data::Error::internal)?;
    Ok(said.get("active") == Some(&Value::Bool(false)))
}

/// Those that whoever asked them in could put them into now, but for what makes them more than a member: the directory's key
/// could not, and the team may have its role since.
async fn enter_teams(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    by: Option<UserId>,
    id: ScimUserId,
    member: MembershipId,
) -> Result<(), Error> {
    let teams = scim_group_member::teams_of(unit, id, MOST).await?;
    if teams.is_empty() {
        return Ok(());
    }
    let inviter = match by {
        Some(by) => membership::of_user(unit, by).await?,
        None => None,
    };
    let inviter = match inviter {
        Some(inviter) => authority::of_member(app, unit, inviter.public_id).await?,
        None => None,
    };
    let theirs = inviter.unwrap_or_default();
    for team in teams {
        let is_there = team::find_to_keep(unit, team).await?.is_some();
        let is_new = team_member::find(unit, team, member).await?.is_none();
        if !is_there || !is_new {
            continue;
        }
        let granted = granted_in(app, unit, team).await?;
        if theirs.covers(&granted) && fresh::is_of_members(app, &granted) {
            let added = team_member::insert(unit, ctx, team, member).await?;
            unit.audit(AuditEntry {
                action: "users.team_member.add",
                resource: "team_member",
                resource_id: added.public_id.uuid(),
                before: None,
                after: Some(in_team(team, member)),
            })?;
        }
    }
    scim_group_member::delete_all_of(unit, id).await?;
    Ok(())
}

/// Reports to whom the directory said, and is whom others were said to report to. What would be a circle is left out.
async fn take_places(unit: &Unit, id: ScimUserId) -> Result<(), Error> {
    let mut touched: Vec<ScimUserId> =
        scim_user::reports_of(unit, id, MOST).await?.iter().map(|row| row.public_id).collect();
    touched.push(id);
    for person in person::load(unit, touched).await? {
        let Some(row) = &person.row else { continue };
        let (Some(manager), Some(member)) = (row.manager_id, &person.member) else { continue };
        let manager = person::load(unit, vec![manager]).await?.pop().and_then(|found| found.member_id());
        let Some(manager) = manager else { continue };
        let member = &member.row;
        if member.manager_id.is_none() && check_manager(unit, member.public_id, Some(manager)).await.is_ok() {
            membership::change(unit, member, member.role()?, Some(manager), member.state()?).await?;
        }
        scim_user::settle_manager(unit, person.id).await?;
    }
    Ok(())
}
