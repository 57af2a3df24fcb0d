//! Programs of others that a tenant has registered. What one calls itself is ours and the same for all tenants: it comes before
//! anybody knows of which tenant it is. Secrets are kept as hashes.

use crate::domain::oauth::GrantType;
use crate::domain::{MembershipId, OauthClientId};
use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit, tenant_entity};
use kernel::{Page, PageRequest, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_clients")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: OauthClientId,
    pub membership_id: MembershipId,
    pub client_id: String,
    pub name: String,
    pub redirect_uris: String,
    pub grant_types: String,
    pub scopes: String,
    pub secret_hash: Option<Vec<u8>>,
    pub previous_hash: Option<Vec<u8>>,
    pub previous_until: Option<DateTime<Utc>>,
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
    const REASON: &'static str = "a client names itself before anybody knows of which tenant it is";
}

/// What is said of one when it is registered, and may be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFields {
    pub name: String,
    pub redirect_uris: Vec<String>,
    /// In order, each once.
    pub scopes: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Client {
    pub id: OauthClientId,
    pub tenant: TenantId,
    pub membership: MembershipId,
    pub client_id: String,
    pub fields: ClientFields,
    pub grant_types: Vec<GrantType>,
    /// `None` of a public one.
    pub secret_hash: Option<Vec<u8>>,
    pub previous_hash: Option<Vec<u8>>,
    pub previous_until: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

impl Client {
    pub fn is_public(&self) -> bool {
        self.secret_hash.is_none()
    }

    pub fn may(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }
}

pub struct NewClient<'a> {
    pub id: OauthClientId,
    pub membership: MembershipId,
    pub client_id: &'a str,
    pub fields: &'a ClientFields,
    pub grant_types: &'a [GrantType],
    pub secret_hash: Option<[u8; 32]>,
}

pub async fn insert(unit: &Unit, new: NewClient<'_>) -> Result<Client, data::Error> {
    let grants: Vec<&str> = new.grant_types.iter().map(|grant| grant.name()).collect();
    let row = ActiveModel {
        public_id: Set(new.id),
        membership_id: Set(new.membership),
        client_id: Set(new.client_id.to_owned()),
        name: Set(new.fields.name.clone()),
        redirect_uris: Set(to_json(&new.fields.redirect_uris)?),
        grant_types: Set(serde_json::to_string(&grants).map_err(data::Error::internal)?),
        scopes: Set(to_json(&new.fields.scopes)?),
        secret_hash: Set(new.secret_hash.map(|hash| hash.to_vec())),
        ..Default::default()
    };
    read(unit.insert(row).await?)
}

pub fn is_taken(error: &data::Error) -> bool {
    error.is_unique("oauth_clients_tenant_id_public_id", "oauth_clients.public_id")
}

/// Whichever tenant's it is.
pub async fn by_client_id(system: &System, client_id: &str) -> Result<Option<Client>, data::Error> {
    let select = Entity::find().filter(Column::ClientId.eq(client_id)).filter(Column::DeletedAt.is_null());
    system.one(select).await?.map(read).transpose()
}

pub async fn by_id(tx: &Tx, id: OauthClientId) -> Result<Option<Client>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(read).transpose()
}

pub async fn by_id_deleted_too(tx: &Tx, id: OauthClientId) -> Result<Option<Client>, data::Error> {
    tx.by_id::<Entity, _>(id).with_deleted().one().await?.map(read).transpose()
}

/// As it is now, and so it stays until the transaction ends.
pub async fn by_id_to_change(unit: &Unit, id: OauthClientId) -> Result<Option<Client>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await?.map(read).transpose()
}

/// The same for whoever counts on its being there.
pub async fn by_id_to_keep(unit: &Unit, id: OauthClientId) -> Result<Option<Client>, data::Error> {
    unit.by_id::<Entity, _>(id).to_keep().one().await?.map(read).transpose()
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<Client>, data::Error> {
    tx.find::<Entity>().page(request).await?.try_map(read)
}

/// What these call themselves and are called, deleted ones too.
pub async fn names_of(
    tx: &Tx,
    ids: Vec<OauthClientId>,
) -> Result<BTreeMap<OauthClientId, (String, String)>, data::Error> {
    let limit = ids.len() as u64;
    if limit == 0 {
        return Ok(BTreeMap::new());
    }
    let found = tx.find::<Entity>().with_deleted().filter(Column::PublicId.is_in(ids));
    let rows = found.limit(limit).all().await?;
    Ok(rows.into_iter().map(|row| (row.public_id, (row.client_id, row.name))).collect())
}

/// `None` when it is no longer of that version.
pub async fn update(
    unit: &Unit,
    before: &Client,
    fields: &ClientFields,
) -> Result<Option<Client>, data::Error> {
    let changed = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(before.id))
        .filter(Column::Version.eq(before.version))
        .set(Column::Name, fields.name.clone())
        .set(Column::RedirectUris, to_json(&fields.redirect_uris)?)
        .set(Column::Scopes, to_json(&fields.scopes)?)
        .returning()
        .await?;
    changed.into_iter().next().map(read).transpose()
}

/// Another secret in the place of the present one, which is good as well until then. `None` when it is no longer of that
/// version.
pub async fn rotate(
    unit: &Unit,
    before: &Client,
    hash: [u8; 32],
    previous_until: Option<DateTime<Utc>>,
) -> Result<Option<Client>, data::Error> {
    let previous_hash = before.secret_hash.clone().filter(|_| previous_until.is_some());
    let changed = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(before.id))
        .filter(Column::Version.eq(before.version))
        .set(Column::SecretHash, hash.to_vec())
        .set(Column::PreviousHash, previous_hash)
        .set(Column::PreviousUntil, previous_until)
        .returning()
        .await?;
    changed.into_iter().next().map(read).transpose()
}

pub async fn delete(unit: &Unit, id: OauthClientId) -> Result<bool, data::Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

/// Those of a member that act for themselves, which is as that member. They are gone by this.
pub async fn delete_machines_of(
    unit: &Unit,
    membership: MembershipId,
) -> Result<Vec<OauthClientId>, data::Error> {
    let machines = format!("%\"{}\"%", GrantType::ClientCredentials.name());
    let delete = unit.delete::<Entity>().filter(Column::MembershipId.eq(membership));
    let deleted = delete.filter(Column::GrantTypes.like(machines)).returning().await?;
    Ok(deleted.into_iter().map(|row| row.public_id).collect())
}

/// `None` when it is not deleted.
pub async fn restore(unit: &Unit, id: OauthClientId) -> Result<Option<Client>, data::Error> {
    let restored = unit.restore::<Entity>().filter(Column::PublicId.eq(id)).returning().await?;
    restored.into_iter().next().map(read).transpose()
}

pub fn to_json(texts: &[String]) -> Result<String, data::Error> {
    serde_json::to_string(texts).map_err(data::Error::internal)
}

pub fn from_json(json: &str) -> Result<Vec<String>, data::Error> {
    serde_json::from_str(json).map_err(data::Error::internal)
}

fn read(row: Model) -> Result<Client, data::Error> {
    let grants = from_json(&row.grant_types)?;
    let grants = grants.iter().map(|name| GrantType::parse(name).ok_or_else(|| unknown("grant type", name)));
    Ok(Client {
        id: row.public_id,
        tenant: row.tenant_id,
        membership: row.membership_id,
        client_id: row.client_id,
        fields: ClientFields {
            name: row.name,
            redirect_uris: from_json(&row.redirect_uris)?,
            scopes: from_json(&row.scopes)?,
        },
        grant_types: grants.collect::<Result<_, _>>()?,
        secret_hash: row.secret_hash,
        previous_hash: row.previous_hash,
        previous_until: row.previous_until,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        deleted_at: row.deleted_at,
    })
}
