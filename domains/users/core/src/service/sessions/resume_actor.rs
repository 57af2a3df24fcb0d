//! Who the actor of a stored job is now: someone who left, or whose key was revoked, does not act any more.

use crate::app::App;
use crate::domain::oauth::granted;
use crate::error::Error;
use crate::permissions::OPERATORS;
use crate::service::api_keys::api_key::{has_ended, permissions_of};
use crate::service::platform::switches;
use crate::service::roles::authority;
use crate::store::{api_key, membership, oauth_client, operator, session, tenant, user};
use data::Read;
use kernel::ctx::{Credential, Mode, Principal, Strength};
use kernel::id::{CredentialId, PLATFORM};
use kernel::permission::PermissionSet;
use kernel::{Actor, TenantId, UserId, Visitor};

pub async fn resume_actor(
    app: &App,
    visitor: &Visitor,
    tenant: TenantId,
    actor: &Actor,
) -> Result<Option<Principal>, Error> {
    if tenant == PLATFORM {
        return of_installation(app, visitor, actor).await;
    }
    let ctx = visitor.enter(tenant, "users");
    let read = app.databases.read(&ctx).await?;
    let Some(own) = tenant::own(&read).await?.filter(|own| own.state == tenant::ACTIVE) else {
        return Ok(None);
    };
    let resumed = match actor {
        Actor::System { domain } => {
            drop(read);
            let switches = switches::current(app, visitor, tenant).await?;
            return Ok(Some(Principal { switches, ..Principal::system(tenant, domain, ctx.now()) }));
        }
        // Has no business of their own in a tenant.
        Actor::Operator { .. } => return Ok(None),
        Actor::User { id } => of_member(app, &read, *id).await?.map(|permissions| (permissions, None)),
        Actor::ApiKey { id, owner } => {
            let permissions = of_key(app, &read, *id, *owner, visitor).await?;
            permissions.map(|permissions| (permissions, Some(*id)))
        }
    };
    drop(read);
    let Some((permissions, key)) = resumed else { return Ok(None) };
    Ok(Some(Principal {
        actor: actor.clone(),
        credential: Credential { id: key, strength: Strength::Internal, authenticated_at: ctx.now() },
        permissions,
        mode: if own.mode == "test" { Mode::Test } else { Mode::Live },
        switches: switches::current(app, visitor, tenant).await?,
        ..Principal::system(tenant, "users", ctx.now())
    }))
}

/// Who acts for the installation itself, in the tenant that is none.
async fn of_installation(app: &App, visitor: &Visitor, actor: &Actor) -> Result<Option<Principal>, Error> {
    match actor {
        Actor::System { domain } => Ok(Some(Principal::system(PLATFORM, domain, visitor.now()))),
        Actor::Operator { id } => {
            let system =
                app.databases.system_read("a job of an operator: whether they still are one").await?;
            let found =
                operator::by_id(&system, *id).await?.filter(|operator| operator.may_act(visitor.now()));
            Ok(found.map(|_| Principal {
                actor: actor.clone(),
                permissions: OPERATORS.iter().map(|permission| permission.name).collect(),
                ..Principal::system(PLATFORM, "users", visitor.now())
            }))
        }
        Actor::User { .. } | Actor::ApiKey { .. } => Ok(None),
    }
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
    let Some(key) = api_key::by_id(read, id).await? else {
        return of_client(app, read, id, owner).await;
    };
    if has_ended(&key, visitor.now()) {
        return Ok(None);
    }
    let of_key = permissions_of(app, &key.grant()?);
    Ok(of_member(app, read, owner).await?.map(|of_maker| of_key.intersection(&of_maker)))
}

/// A client's, as long as what it was let do was not taken back: with what its access token, the newest if there are several, is
/// good for. That the token itself has expired ends no job.
async fn of_client(
    app: &App,
    read: &Read,
    id: CredentialId,
    owner: UserId,
) -> Result<Option<PermissionSet>, Error> {
    let Some(session) = session::of_actor(read, id).await? else { return Ok(None) };
    let Some(client) = session.oauth_client_id else { return Ok(None) };
    let (client, person) = (oauth_client::by_id(read, client).await?, user::by_id(read, owner).await?);
    let (Some(_), Some(person)) = (client, person) else { return Ok(None) };
    let ended = person.sessions_ended_at.is_some_and(|at| session.authenticated_at.is_none_or(|of| of < at));
    if ended && session.oauth_actor_id.is_none() {
        return Ok(None);
    }
    let of_client = granted(&session::scopes_of(session.scopes.as_deref())?, &app.permissions);
    Ok(of_member(app, read, owner).await?.map(|of_owner| of_client.intersection(&of_owner)))
}
