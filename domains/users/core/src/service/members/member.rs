//! A member as their tenant sees them: the membership, and the person it belongs to.

use crate::domain::{MembershipId, MembershipState, RoleRef};
use crate::error::Error;
use crate::store::{membership, user};
use chrono::{DateTime, Utc};
use data::Tx;
use kernel::UserId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

#[derive(Clone, Debug)]
pub struct Member {
    pub id: MembershipId,
    pub user: UserId,
    pub email: String,
    pub display_name: String,
    pub role: RoleRef,
    pub state: MembershipState,
    pub manager: Option<MembershipId>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Member {
    /// Names what is shown of them: the version of the membership, and in the lower half the address, which changes
    /// without it.
    pub fn tag(&self) -> i64 {
        let digest = Sha256::digest(self.email.as_bytes());
        (self.version << 32) + i64::from(u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]))
    }
}

/// The version of a tag: who changes a membership need not have seen the address.
pub fn version_of(tag: i64) -> i64 {
    tag >> 32
}

pub fn of(row: &membership::Model, person: &user::Model) -> Result<Member, Error> {
    Ok(Member {
        id: row.public_id,
        user: row.user_id,
        email: person.email.clone(),
        display_name: person.display_name.clone(),
        role: row.role()?,
        state: row.state()?,
        manager: row.manager_id,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

pub async fn with_person(tx: &Tx, row: &membership::Model) -> Result<Member, Error> {
    let person = user::by_id(tx, row.user_id).await?.ok_or(Error::MemberNotFound)?;
    of(row, &person)
}

/// What an audit entry says of one.
pub fn audited(row: &membership::Model) -> Result<Value, Error> {
    let role = row.role()?;
    Ok(json!({
        "user": row.user_id, "role": role.name(), "role_id": role.id(),
        "state": row.state()?.name(), "manager": row.manager_id,
    }))
}
