//! The caller's tenant.

use crate::app::App;
use crate::error::Error;
use crate::store::tenant;
use chrono::{DateTime, Utc};
use kernel::{Ctx, TenantId};

#[derive(Clone, Debug)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    pub mode: String,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub async fn show_tenant(app: &App, ctx: &Ctx) -> Result<Tenant, Error> {
    let read = app.databases.read(ctx).await?;
    tenant::own(&read).await?.map(Tenant::from).ok_or(Error::NotAMember)
}

impl From<tenant::Model> for Tenant {
    fn from(row: tenant::Model) -> Self {
        Self {
            id: row.public_id,
            name: row.name,
            mode: row.mode,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
