//! Who the caller is, as the platform sees them.

use crate::app::App;
use crate::error::Error;
use crate::store::{membership, tenant, user};
use kernel::permission::BuiltinRole;
use kernel::{Ctx, TenantId, UserId};

#[derive(Clone, Debug)]
pub struct Me {
    pub user: UserId,
    pub email: String,
    pub display_name: String,
    pub tenant: TenantId,
    pub tenant_name: String,
    pub role: BuiltinRole,
    /// Of the credential, which may be a narrower key of this person.
    pub permissions: Vec<String>,
}

pub async fn show_me(app: &App, ctx: &Ctx) -> Result<Me, Error> {
    let id = ctx.actor().user().ok_or(Error::NotAMember)?;
    let read = app.databases.read(ctx).await?;
    let membership = membership::of_user(&read, id).await?.ok_or(Error::NotAMember)?;
    let person = user::by_id(&read, id).await?.ok_or(Error::NotAMember)?;
    let tenant = tenant::own(&read).await?.ok_or(Error::NotAMember)?;
    Ok(Me {
        user: id,
        email: person.email,
        display_name: person.display_name,
        tenant: tenant.public_id,
        tenant_name: tenant.name,
        role: membership.role()?,
        permissions: ctx.permissions().names().map(str::to_owned).collect(),
    })
}
