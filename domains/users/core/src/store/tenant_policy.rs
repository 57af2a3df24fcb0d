//! What each tenant asks of its members' sign-ins; one row a tenant, or none.

use crate::domain::TenantPolicyId;
use crate::domain::policy::{Policy, SecondFactorRule};
use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::{System, Tx, Unit, tenant_entity};
use kernel::{Ctx, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::FromQueryResult;
use sea_orm::entity::prelude::*;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant_policies")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: TenantPolicyId,
    pub second_factor: String,
    pub sign_in_methods: String,
    pub address_ranges: String,
    pub session_minutes: Option<i64>,
    pub audit_detail_days: Option<i64>,
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

impl Model {
    pub fn policy(&self) -> Result<Policy, data::Error> {
        let asked =
            parsed(&self.second_factor, &self.sign_in_methods, &self.address_ranges, self.session_minutes)?;
        Ok(Policy { audit_detail_days: self.audit_detail_days, ..asked })
    }
}

/// A tenant whose log's details are kept for so many days.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Retention {
    pub tenant_id: TenantId,
    pub audit_detail_days: i64,
}

/// In the order of their ids; at most so many.
pub async fn retentions(system: &System, after: TenantId, limit: i64) -> Result<Vec<Retention>, data::Error> {
    let sql = "SELECT p.tenant_id, p.audit_detail_days FROM tenant_policies p \
         JOIN tenants t ON t.public_id = p.tenant_id \
         WHERE p.audit_detail_days IS NOT NULL AND p.deleted_at IS NULL AND t.deleted_at IS NULL \
         AND t.closed_at IS NULL AND p.tenant_id > $1 ORDER BY p.tenant_id LIMIT $2";
    let rows = system.query_all(sql, vec![after.into(), limit.into()]).await?;
    Ok(rows.iter().map(|row| Retention::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// Of the transaction's tenant; `None` where it has never said a word.
pub async fn own(tx: &Tx) -> Result<Option<Model>, data::Error> {
    tx.find::<Entity>().one().await
}

#[derive(FromQueryResult)]
struct OfTenant {
    tenant_name: String,
    second_factor: String,
    sign_in_methods: String,
    address_ranges: String,
    session_minutes: Option<i64>,
}

/// What the first tenant this person joined is called, and asks, of those that demand a passkey of them.
pub async fn demanding_passkeys(
    system: &System,
    user: UserId,
) -> Result<Option<(String, Policy)>, data::Error> {
    let sql = "SELECT m.tenant_id, t.name AS tenant_name, p.second_factor, p.sign_in_methods, p.address_ranges, \
         p.session_minutes FROM memberships m JOIN tenants t ON t.public_id = m.tenant_id \
         JOIN tenant_policies p ON p.tenant_id = m.tenant_id \
         WHERE m.user_id = $1 AND m.state = 'active' AND m.deleted_at IS NULL AND t.deleted_at IS NULL \
         AND p.deleted_at IS NULL AND (p.second_factor = $2 OR p.sign_in_methods NOT LIKE $3) \
         ORDER BY m.created_at, m.public_id LIMIT 1";
    let without_password = "%\"password\"%";
    let values = vec![user.into(), SecondFactorRule::Passkey.name().into(), without_password.into()];
    let rows = system.query_all(sql, values).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let row = OfTenant::from_query_result(row, "")?;
    let policy = parsed(&row.second_factor, &row.sign_in_methods, &row.address_ranges, row.session_minutes)?;
    Ok(Some((row.tenant_name, policy)))
}

/// The tenant's first. The tenant must be held, so that of two who say it at once one finds it there.
pub async fn insert(unit: &Unit, ctx: &Ctx, policy: &Policy) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        second_factor: Set(policy.second_factor.name().to_owned()),
        sign_in_methods: Set(written(&policy.sign_in_methods)?),
        address_ranges: Set(written(&policy.address_ranges)?),
        session_minutes: Set(policy.session_minutes),
        audit_detail_days: Set(policy.audit_detail_days),
        ..Default::default()
    };
    unit.insert(row).await
}

/// `None` when it is no longer of that version.
pub async fn change(unit: &Unit, before: &Model, policy: &Policy) -> Result<Option<Model>, data::Error> {
    let changed = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(before.public_id))
        .filter(Column::Version.eq(before.version))
        .set(Column::SecondFactor, policy.second_factor.name())
        .set(Column::SignInMethods, written(&policy.sign_in_methods)?)
        .set(Column::AddressRanges, written(&policy.address_ranges)?)
        .set(Column::SessionMinutes, policy.session_minutes)
        .set(Column::AuditDetailDays, policy.audit_detail_days);
    Ok(changed.returning().await?.pop())
}

fn written(list: &impl Serialize) -> Result<String, data::Error> {
    serde_json::to_string(list).map_err(data::Error::internal)
}

pub fn parsed(
    second_factor: &str,
    sign_in_methods: &str,
    address_ranges: &str,
    session_minutes: Option<i64>,
) -> Result<Policy, data::Error> {
    let rule = SecondFactorRule::parse(second_factor);
    Ok(Policy {
        second_factor: rule.ok_or_else(|| unknown("rule of second factors", second_factor))?,
        sign_in_methods: serde_json::from_str(sign_in_methods).map_err(data::Error::internal)?,
        address_ranges: serde_json::from_str(address_ranges).map_err(data::Error::internal)?,
        session_minutes,
        audit_detail_days: None,
    })
}
