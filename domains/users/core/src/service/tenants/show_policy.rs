//! What the caller's tenant asks of its members' sign-ins.

use crate::app::App;
use crate::error::Error;
use crate::service::tenants::policy::{self, TenantPolicy};
use kernel::Ctx;

pub async fn show_policy(app: &App, ctx: &Ctx) -> Result<TenantPolicy, Error> {
    let read = app.databases.read(ctx).await?;
    policy::own(&read).await
}
