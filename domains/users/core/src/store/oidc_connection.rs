//! The providers that sign a tenant's members in. Also found by who is about to sign in, before there is a tenant.

use crate::domain::OidcConnectionId;
use crate::domain::oidc::{Enforcement, Fields, GivenRole, Joining, MAX_CONNECTIONS};
use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit, tenant_entity};
use kernel::{Page, PageRequest, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{QueryOrder, QuerySelect};
use serde::Serialize;
use serde::de::DeserializeOwned;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oidc_connections")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: OidcConnectionId,
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    pub sealed_secret: Vec<u8>,
    pub scopes: String,
    pub return_to: String,
    pub verified_claim: String,
    pub roles_claim: Option<String>,
    pub role_map: String,
    pub default_role: String,
    pub joining: String,
    pub enforcement: String,
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
    const REASON: &'static str = "who is about to sign in by their provider is in no tenant yet";
}

impl Model {
    pub fn fields(&self) -> Result<Fields, data::Error> {
        Ok(Fields {
            name: self.name.clone(),
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            scopes: from_json(&self.scopes)?,
            return_to: from_json(&self.return_to)?,
            verified_claim: self.verified_claim.clone(),
            roles_claim: self.roles_claim.clone(),
            role_map: from_json(&self.role_map)?,
            default_role: GivenRole::parse(&self.default_role)
                .ok_or_else(|| unknown("role of a connection", &self.default_role))?,
            joining: Joining::parse(&self.joining)
                .ok_or_else(|| unknown("joining of a connection", &self.joining))?,
            enforcement: Enforcement::parse(&self.enforcement)
                .ok_or_else(|| unknown("enforcement of a connection", &self.enforcement))?,
        })
    }
}

pub async fn insert(
    unit: &Unit,
    id: OidcConnectionId,
    fields: &Fields,
    sealed_secret: Vec<u8>,
) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(id),
        name: Set(fields.name.clone()),
        issuer: Set(fields.issuer.clone()),
        client_id: Set(fields.client_id.clone()),
        sealed_secret: Set(sealed_secret),
        scopes: Set(to_json(&fields.scopes)?),
        return_to: Set(to_json(&fields.return_to)?),
        verified_claim: Set(fields.verified_claim.clone()),
        roles_claim: Set(fields.roles_claim.clone()),
        role_map: Set(to_json(&fields.role_map)?),
        default_role: Set(fields.default_role.builtin().name().to_owned()),
        joining: Set(fields.joining.name().to_owned()),
        enforcement: Set(fields.enforcement.name().to_owned()),
        ..Default::default()
    };
    unit.insert(row).await
}

pub async fn by_id(tx: &Tx, id: OidcConnectionId) -> Result<Option<Model>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await
}

/// As it is now, and so it stays until the transaction ends.
pub async fn by_id_to_change(unit: &Unit, id: OidcConnectionId) -> Result<Option<Model>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await
}

/// The same for whoever counts on its being there.
pub async fn by_id_to_keep(unit: &Unit, id: OidcConnectionId) -> Result<Option<Model>, data::Error> {
    unit.by_id::<Entity, _>(id).to_keep().one().await
}

/// Of a tenant that lets anybody in at all is for the caller to see.
pub async fn of_anybody(system: &System, id: OidcConnectionId) -> Result<Option<Model>, data::Error> {
    system.one(Entity::find().filter(Column::PublicId.eq(id)).filter(Column::DeletedAt.is_null())).await
}

/// Where people of this tenant sign in: one that is enforced before others, then the oldest.
pub async fn first_of(system: &System, tenant: TenantId) -> Result<Option<Model>, data::Error> {
    let select = Entity::find()
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::DeletedAt.is_null())
        .order_by_asc(Column::Enforcement)
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::PublicId)
        .limit(1);
    system.one(select).await
}

/// By which the tenant of the transaction has its members sign in, and by nothing else.
pub async fn enforced(tx: &Tx) -> Result<Option<Model>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::Enforcement.eq(Enforcement::Enforced.name()));
    found.order_by_asc(Column::CreatedAt).limit(1).one().await
}

pub async fn count(tx: &Tx) -> Result<u64, data::Error> {
    tx.find::<Entity>().count().await
}

/// All of the tenant's: there are few.
pub async fn all(tx: &Tx) -> Result<Vec<Model>, data::Error> {
    tx.find::<Entity>().limit(MAX_CONNECTIONS).all().await
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<Model>, data::Error> {
    tx.find::<Entity>().page(request).await
}

/// `None` when it is no longer of that version.
pub async fn change(
    unit: &Unit,
    before: &Model,
    fields: &Fields,
    sealed_secret: Vec<u8>,
) -> Result<Option<Model>, data::Error> {
    let update = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(before.public_id))
        .filter(Column::Version.eq(before.version))
        .set(Column::Name, fields.name.clone())
        .set(Column::ClientId, fields.client_id.clone())
        .set(Column::SealedSecret, sealed_secret)
        .set(Column::Scopes, to_json(&fields.scopes)?)
        .set(Column::ReturnTo, to_json(&fields.return_to)?)
        .set(Column::VerifiedClaim, fields.verified_claim.clone())
        .set(Column::RolesClaim, fields.roles_claim.clone())
        .set(Column::RoleMap, to_json(&fields.role_map)?)
        .set(Column::DefaultRole, fields.default_role.builtin().name())
        .set(Column::Joining, fields.joining.name())
        .set(Column::Enforcement, fields.enforcement.name());
    Ok(update.returning().await?.pop())
}

/// With its secret.
pub async fn delete(unit: &Unit, id: OidcConnectionId) -> Result<bool, data::Error> {
    let emptied = unit.update::<Entity>().filter(Column::PublicId.eq(id));
    emptied.set(Column::SealedSecret, Vec::<u8>::new()).exec().await?;
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

/// Those of all tenants behind this one, in the order of their ids.
pub async fn behind(system: &System, id: i64, limit: u64) -> Result<Vec<Model>, data::Error> {
    let living = Entity::find().filter(Column::Id.gt(id)).filter(Column::DeletedAt.is_null());
    system.all(living.order_by_asc(Column::Id).limit(limit)).await
}

/// The same secret, sealed anew; `false` when another was put in its place in the meantime.
pub async fn reseal(system: &System, row: &Model, sealed: Vec<u8>) -> Result<bool, data::Error> {
    let update = Entity::update_many()
        .filter(Column::PublicId.eq(row.public_id))
        .filter(Column::SealedSecret.eq(row.sealed_secret.clone()))
        .col_expr(Column::SealedSecret, Expr::val(sealed));
    Ok(system.update(update).await? > 0)
}

fn to_json<T: Serialize>(value: &T) -> Result<String, data::Error> {
    serde_json::to_string(value).map_err(data::Error::internal)
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, data::Error> {
    serde_json::from_str(text).map_err(data::Error::internal)
}
