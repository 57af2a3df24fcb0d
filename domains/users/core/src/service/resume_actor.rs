//! Who the actor of a stored job is now: someone who left, or whose key was revoked, does not act any more.

use crate::app::App;
use crate::domain::effective_role;
use crate::error::Error;
use crate::store::{api_key, membership, tenant};
use data::Read;
use kernel::ctx::{Credential, Entitlements, Mode, Principal, Strength};
use kernel::id::CredentialId;
use kernel::permission::BuiltinRole;
use kernel::{Actor, TenantId, UserId, Visitor};

pub async fn resume_actor(
    app: &App,
    visitor: &Visitor,
    tenant: TenantId,
    actor: &Actor,
) -> Result<Option<Principal>, Error> {
    let ctx = visitor.enter(tenant, "users");
    let read = app.databases.read(&ctx).await?;
    let Some(own) = tenant::own(&read).await?.filter(|own| own.state == tenant::ACTIVE) else {
        return Ok(None);
    };
    let role = match actor {
        Actor::System { domain } => return Ok(Some(Principal::system(tenant, domain, ctx.now()))),
        Actor::User { id } => of_member(&read, *id).await?.map(|role| (role, None)),
        Actor::ApiKey { id, owner } => {
            let role = of_key(&read, *id, *owner, visitor).await?;
            role.map(|role| (role, Some(*id)))
        }
    };
    Ok(role.map(|(role, key)| Principal {
        tenant,
        actor: actor.clone(),
        credential: Credential { id: key, strength: Strength::Internal, authenticated_at: ctx.now() },
        impersonator: None,
        permissions: app.permissions.of_role(role),
        entitlements: Entitlements::default(),
        mode: if own.mode == "test" { Mode::Test } else { Mode::Live },
    }))
}

async fn of_member(read: &Read, user: UserId) -> Result<Option<BuiltinRole>, Error> {
    match membership::of_user(read, user).await? {
        Some(member) if member.state()?.may_act() => Ok(Some(member.role()?)),
        _ => Ok(None),
    }
}

async fn of_key(
    read: &Read,
    id: CredentialId,
    owner: UserId,
    visitor: &Visitor,
) -> Result<Option<BuiltinRole>, Error> {
    let Some(key) = api_key::by_id(read, id).await? else { return Ok(None) };
    let expired = key.expires_at.is_some_and(|at| at <= visitor.now());
    if key.revoked_at.is_some() || expired {
        return Ok(None);
    }
    let of_key = key.role()?;
    Ok(of_member(read, owner).await?.map(|of_maker| effective_role(of_key, of_maker)))
}
