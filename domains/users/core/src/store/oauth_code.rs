//! Authorization codes, as hashes: each good once and for a minute, and kept when used, so that a second use is noticed.

use crate::domain::{MembershipId, OauthClientId, OauthCodeId};
use crate::store::oauth_client::to_json;
use crate::store::session;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Unit, tenant_entity};
use kernel::ctx::Strength;
use kernel::id::CredentialId;
use kernel::{Ctx, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_codes")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: OauthCodeId,
    pub membership_id: MembershipId,
    pub client_id: OauthClientId,
    pub hash: Vec<u8>,
    pub redirect_uri: String,
    pub challenge: String,
    pub scopes: String,
    pub nonce: Option<String>,
    pub strength: Option<String>,
    pub authenticated_at: DateTime<Utc>,
    /// Of who has consented, whose session comes of it.
    pub device: Option<String>,
    pub client_address: Option<String>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
    pub session_id: Option<CredentialId>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(record);

impl PlatformEntity for Entity {
    const REASON: &'static str = "a code is presented before anybody knows of which tenant it is";
}

impl Model {
    pub fn strength(&self) -> Result<Strength, data::Error> {
        session::strength(self.strength.as_deref())
    }
}

pub struct NewCode<'a> {
    pub id: OauthCodeId,
    pub membership: MembershipId,
    pub client: OauthClientId,
    pub hash: [u8; 32],
    pub redirect_uri: &'a str,
    pub challenge: &'a str,
    pub scopes: &'a [String],
    pub nonce: Option<&'a str>,
    pub strength: Strength,
    pub authenticated_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert(unit: &Unit, ctx: &Ctx, new: NewCode<'_>) -> Result<Model, data::Error> {
    let visitor = ctx.visitor();
    let row = ActiveModel {
        public_id: Set(new.id),
        membership_id: Set(new.membership),
        client_id: Set(new.client),
        hash: Set(new.hash.to_vec()),
        redirect_uri: Set(new.redirect_uri.to_owned()),
        challenge: Set(new.challenge.to_owned()),
        scopes: Set(to_json(new.scopes)?),
        nonce: Set(new.nonce.map(str::to_owned)),
        strength: Set(session::word(new.strength)),
        authenticated_at: Set(new.authenticated_at),
        device: Set(visitor.user_agent.clone()),
        client_address: Set(visitor.client_address.map(|address| address.to_string())),
        expires_at: Set(new.expires_at),
        ..Default::default()
    };
    unit.insert(row).await
}

pub async fn by_hash(system: &System, hash: [u8; 32]) -> Result<Option<Model>, data::Error> {
    let select = Entity::find().filter(Column::Hash.eq(hash.to_vec())).filter(Column::DeletedAt.is_null());
    system.one(select).await
}

/// With the session that comes of it; `false` when somebody was faster, or it has expired.
pub async fn spend(
    unit: &Unit,
    ctx: &Ctx,
    id: OauthCodeId,
    session: CredentialId,
) -> Result<bool, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::UsedAt, ctx.now())
        .set(Column::SessionId, session)
        .filter(Column::PublicId.eq(id))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(ctx.now()));
    Ok(update.exec().await? > 0)
}
