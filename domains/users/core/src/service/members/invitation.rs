//! An invitation as the tenant sees it: all but its token. And how its mail is sent.

use crate::app::App;
use crate::domain::{InvitationId, MembershipId, RoleRef};
use crate::error::Error;
use crate::service::members::invitation_bounds::count_letter;
use crate::service::sessions::tokens::sealed;
use crate::store::invitation::{self, InvitationState};
use crate::store::{membership, tenant, user};
use chrono::{DateTime, Utc};
use data::Unit;
use kernel::UserId;
use serde_json::{Value, json};
use users_contract::{INVITATION_SEAL, InvitationSent};

pub const INVITATION_PREFIX: &str = "ins_in";

#[derive(Clone, Debug)]
pub struct Invitation {
    pub id: InvitationId,
    pub email: String,
    pub role: RoleRef,
    pub state: InvitationState,
    pub invited_by: UserId,
    pub expires_at: DateTime<Utc>,
    /// Who came of it.
    pub member: Option<MembershipId>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub fn of(row: &invitation::Model) -> Result<Invitation, Error> {
    Ok(Invitation {
        id: row.public_id,
        email: row.email.clone(),
        role: row.role()?,
        state: row.state()?,
        invited_by: row.invited_by,
        expires_at: row.expires_at,
        member: row.membership_id,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// What an audit entry says of one.
pub fn audited(row: &invitation::Model) -> Result<Value, Error> {
    let role = row.role()?;
    Ok(json!({
        "email": row.email, "role": role.name(), "role_id": role.id(),
        "state": row.state, "expires_at": row.expires_at, "team": row.team_id, "manager": row.manager_id,
    }))
}

/// In the words of the tenant and of whoever invited. The unit has written the row just now, and holds the tenant.
pub async fn send(app: &App, unit: &mut Unit, row: &invitation::Model, token: &str) -> Result<(), Error> {
    let tenant = tenant::own_to_change(unit).await?.ok_or(Error::NotAMember)?;
    count_letter(app, unit, &tenant, row.updated_at).await?;
    let inviter = match membership::of_user(unit, row.invited_by).await? {
        Some(_) => user::by_id(unit, row.invited_by).await?,
        None => None,
    };
    unit.publish(&InvitationSent {
        email: row.email.clone(),
        tenant_name: tenant.name,
        inviter_name: inviter.map(|inviter| inviter.display_name).unwrap_or_default(),
        sealed_token: sealed(app, INVITATION_SEAL, token)?,
        expires_at: row.expires_at,
    })?;
    Ok(())
}
