//! Who the caller is, as the platform sees them.

use crate::app::App;
use crate::domain::{MembershipId, RoleRef};
use crate::error::Error;
use crate::service::sso::federated;
use crate::store::{membership, tenant, user};
use kernel::{Actor, Ctx, TenantId, UserId};

#[derive(Clone, Debug)]
pub struct Me {
    pub user: UserId,
    pub email: String,
    pub display_name: String,
    pub tenant: TenantId,
    pub tenant_name: String,
    pub member: MembershipId,
    pub role: RoleRef,
    pub tenants: Vec<membership::Joined>,
    /// Of the credential, which may be a narrower key of this person.
    pub permissions: Vec<String>,
    pub impersonated_by: Option<Actor>,
}

const MAX_TENANTS: i64 = 100;

pub async fn show_me(app: &App, ctx: &Ctx) -> Result<Me, Error> {
    let id = ctx.actor().user().ok_or(Error::NotAMember)?;
    let read = app.databases.read(ctx).await?;
    let membership = membership::of_user(&read, id).await?.ok_or(Error::NotAMember)?;
    let person = user::by_id(&read, id).await?.ok_or(Error::NotAMember)?;
    let tenant = tenant::own(&read).await?.ok_or(Error::NotAMember)?;
    drop(read);
    let impersonator = &ctx.principal().impersonator;
    // A key is of one tenant, as is what an operator was let into, and nobody who holds it need know of the others.
    let tenants = match (ctx.actor(), impersonator) {
        (Actor::User { id }, None) if !federated::is_federated(ctx) => of_person(app, *id).await?,
        _ => Vec::new(),
    };
    Ok(Me {
        user: id,
        email: person.email,
        display_name: person.display_name,
        tenant: tenant.public_id,
        tenant_name: tenant.name,
        member: membership.public_id,
        role: membership.role()?,
        tenants,
        permissions: ctx.permissions().names().map(str::to_owned).collect(),
        impersonated_by: impersonator.clone(),
    })
}

async fn of_person(app: &App, id: UserId) -> Result<Vec<membership::Joined>, Error> {
    let system = app.databases.system_read("a person's tenants: those they may switch to").await?;
    Ok(membership::tenants_of(&system, id, MAX_TENANTS).await?)
}
