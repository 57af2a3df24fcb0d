//! Who is asked in, by which token, to which role.

use crate::domain::link::MAX_TRIES;
use crate::domain::{Email, InvitationId, MembershipId, RoleId, RoleRef, TeamId};
use crate::store::{builtin_role, unknown};
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit, tenant_entity};
use kernel::{Page, PageRequest, TenantId, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ExprTrait};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitations")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: InvitationId,
    pub email: String,
    pub email_key: String,
    pub role: String,
    pub role_id: Option<RoleId>,
    pub invited_by: UserId,
    pub hash: Vec<u8>,
    pub tries: i64,
    pub state: String,
    pub expires_at: DateTime<Utc>,
    pub membership_id: Option<MembershipId>,
    /// In which team whoever accepts it is then, and to whom they report.
    pub team_id: Option<TeamId>,
    pub manager_id: Option<MembershipId>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(resource);

impl PlatformEntity for Entity {
    const REASON: &'static str = "whoever follows an invitation brings nothing but its token";
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationState {
    Open,
    Accepted,
    Revoked,
}

impl InvitationState {
    const ALL: [Self; 3] = [Self::Open, Self::Accepted, Self::Revoked];

    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
        }
    }
}

impl Model {
    pub fn role(&self) -> Result<RoleRef, data::Error> {
        let builtin = builtin_role(&self.role)?;
        Ok(RoleRef::from_columns(builtin, self.role_id))
    }

    pub fn state(&self) -> Result<InvitationState, data::Error> {
        let known = InvitationState::ALL.into_iter().find(|state| state.name() == self.state);
        known.ok_or_else(|| unknown("invitation state", &self.state))
    }
}

pub struct NewInvitation<'a> {
    pub id: InvitationId,
    pub email: &'a Email,
    pub role: RoleRef,
    pub invited_by: UserId,
    pub hash: [u8; 32],
    pub expires_at: DateTime<Utc>,
    pub team: Option<TeamId>,
    pub manager: Option<MembershipId>,
}

pub async fn insert(unit: &Unit, new: NewInvitation<'_>) -> Result<Model, data::Error> {
    let (role, role_id) = new.role.columns();
    let row = ActiveModel {
        public_id: Set(new.id),
        email: Set(new.email.as_str().to_owned()),
        email_key: Set(new.email.key()),
        role: Set(role.name().to_owned()),
        role_id: Set(role_id),
        invited_by: Set(new.invited_by),
        hash: Set(new.hash.to_vec()),
        tries: Set(0),
        state: Set(InvitationState::Open.name().to_owned()),
        expires_at: Set(new.expires_at),
        team_id: Set(new.team),
        manager_id: Set(new.manager),
        ..Default::default()
    };
    unit.insert(row).await
}

pub async fn by_hash(system: &System, hash: [u8; 32]) -> Result<Option<Model>, data::Error> {
    let select = Entity::find().filter(Column::Hash.eq(hash.to_vec())).filter(Column::DeletedAt.is_null());
    system.one(select).await
}

pub async fn by_id(tx: &Tx, id: InvitationId) -> Result<Option<Model>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await
}

/// As it is now, and so it stays until the transaction ends.
pub async fn by_id_to_change(unit: &Unit, id: InvitationId) -> Result<Option<Model>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await
}

pub async fn open_for_to_change(unit: &Unit, email: &Email) -> Result<Option<Model>, data::Error> {
    let open = unit.find::<Entity>().filter(Column::EmailKey.eq(email.key()));
    open.filter(Column::State.eq(InvitationState::Open.name())).to_change().one().await
}

/// The same to several addresses, in lower case.
pub async fn open_for_all_to_change(unit: &Unit, keys: Vec<String>) -> Result<Vec<Model>, data::Error> {
    let limit = keys.len() as u64;
    if limit == 0 {
        return Ok(Vec::new());
    }
    let open = unit.find::<Entity>().filter(Column::EmailKey.is_in(keys));
    let open = open.filter(Column::State.eq(InvitationState::Open.name()));
    open.order_by_asc(Column::PublicId).limit(limit).to_change().all().await
}

/// Those that still let somebody in, in the order of their ids; at most so many.
pub async fn open_after(
    tx: &Tx,
    last: Option<InvitationId>,
    now: DateTime<Utc>,
    most: usize,
) -> Result<Vec<Model>, data::Error> {
    let open = tx.find::<Entity>().filter(Column::State.eq(InvitationState::Open.name()));
    let mut open = open.filter(Column::ExpiresAt.gt(now));
    if let Some(last) = last {
        open = open.filter(Column::PublicId.gt(last));
    }
    open.order_by_asc(Column::PublicId).limit(most as u64).all().await
}

/// How many still let somebody in.
pub async fn count_open(tx: &Tx, now: DateTime<Utc>) -> Result<u64, data::Error> {
    let open = tx.find::<Entity>().filter(Column::State.eq(InvitationState::Open.name()));
    open.filter(Column::ExpiresAt.gt(now)).count().await
}

pub async fn page(
    tx: &Tx,
    state: Option<InvitationState>,
    request: &PageRequest,
) -> Result<Page<Model>, data::Error> {
    let mut found = tx.find::<Entity>();
    if let Some(state) = state {
        found = found.filter(Column::State.eq(state.name()));
    }
    found.page(request).await
}

/// `None` when it is not open any more.
pub async fn revoke(unit: &Unit, id: InvitationId) -> Result<Option<Model>, data::Error> {
    let update = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(id))
        .filter(Column::State.eq(InvitationState::Open.name()))
        .set(Column::State, InvitationState::Revoked.name());
    Ok(update.returning().await?.pop())
}

/// Another token in the place of the present one; `None` when it is not open any more.
pub async fn renew(
    unit: &Unit,
    id: InvitationId,
    by: UserId,
    hash: [u8; 32],
    expires_at: DateTime<Utc>,
) -> Result<Option<Model>, data::Error> {
    let update = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(id))
        .filter(Column::State.eq(InvitationState::Open.name()))
        .set(Column::InvitedBy, by)
        .set(Column::Hash, hash.to_vec())
        .set(Column::Tries, 0_i64)
        .set(Column::ExpiresAt, expires_at);
    Ok(update.returning().await?.pop())
}

/// `false` when it was tried as often as it may be, or is not open any more.
pub async fn count_try(unit: &Unit, id: InvitationId) -> Result<bool, data::Error> {
    let update = unit
        .update::<Entity>()
        .set_expr(Column::Tries, Expr::col(Column::Tries).add(1))
        .filter(Column::PublicId.eq(id))
        .filter(Column::Tries.lt(MAX_TRIES))
        .filter(Column::State.eq(InvitationState::Open.name()));
    Ok(update.exec().await? > 0)
}

/// `false` when somebody was faster.
pub async fn accept(unit: &Unit, id: InvitationId, as_member: MembershipId) -> Result<bool, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::State, InvitationState::Accepted.name())
        .set(Column::MembershipId, as_member)
        .filter(Column::PublicId.eq(id))
        .filter(Column::State.eq(InvitationState::Open.name()));
    Ok(update.exec().await? > 0)
}

pub async fn any_open_of_role(tx: &Tx, role: RoleId) -> Result<bool, data::Error> {
    let found = tx.find::<Entity>().filter(Column::State.eq(InvitationState::Open.name()));
    Ok(found.filter(Column::RoleId.eq(role)).one().await?.is_some())
}

pub fn is_open_already(error: &data::Error) -> bool {
    error.is_unique("invitations_open", "invitations.email_key")
}

pub fn is_id_taken(error: &data::Error) -> bool {
    error.is_unique("invitations_tenant_id_public_id", "invitations.public_id")
}
