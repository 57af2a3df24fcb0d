//! Who the actor of a stored job is now: someone who left, or whose key was revoked, does not act any more.

use crate::app::App;
use crate::error::Error;
use crate::service::api_key::{has_ended, permissions_of};
use crate::service::authority;
use crate::store::{api_key, membership, tenant};
use data::Read;
use kernel::ctx::{Credential, Entitlements, Mode, Principal, Strength};
use kernel::id::CredentialId;
use kernel::permission::PermissionSet;
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
    let resumed = match actor {
        Actor::System { domain } => return Ok(Some(Principal::system(tenant, domain, ctx.now()))),
        Actor::User { id } => of_member(app, &read, *id).await?.map(|permissions| (permissions, None)),
        Actor::ApiKey { id, owner } => {
            let permissions = of_key(app, &read, *id, *owner, visitor).await?;
            permissions.map(|permissions| (permissions, Some(*id)))
        }
    };
    Ok(resumed.map(|(permissions, key)| Principal {
        tenant,
        actor: actor.clone(),
        credential: Credential { id: key, strength: Strength::Internal, authenticated_at: ctx.now() },
        impersonator: None,
        permissions,
        entitlements: Entitlements::default(),
        mode: if own.mode == "test" { Mode::Test } else { Mode::Live },
    }))
}

async fn of_member(app: &App, read: &Read, user: UserId) -> Result<Option<PermissionSet>, Error> {
    match membership::of_user(read, user).await? {
        Some(member) => authority::of_member(app, read, member.public_id).await,
        None => Ok(None),
    }
}

async fn of_key(
    app: &App,
    read: &Read,
    id: CredentialId,
    owner: UserId,
    visitor: &Visitor,
) -> Result<Option<PermissionSet>, Error> {
    let Some(key) = api_key::by_id(read, id).await? else { return Ok(None) };
    if has_ended(&key, visitor.now()) {
        return Ok(None);
    }
    let of_key = permissions_of(app, &key.grant()?);
    Ok(of_member(app, read, owner).await?.map(|of_maker| of_key.intersection(&of_maker)))
}
