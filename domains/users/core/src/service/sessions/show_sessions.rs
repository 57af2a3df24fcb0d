//! The caller's sessions that have not ended, in this tenant and all others, newest first.

use crate::app::App;
use crate::domain::OauthClientId;
use crate::error::Error;
use crate::service::sessions::signed_in;
use crate::store::{membership, oauth_client, session, tenant, user};
use chrono::{DateTime, Utc};
use data::Read;
use kernel::id::CredentialId;
use kernel::{Actor, Ctx, Page, PageRequest, TenantId};
use std::collections::{BTreeMap, BTreeSet};

/// By the client: what it calls itself, and what it is called.
type Names = BTreeMap<OauthClientId, (String, String)>;

#[derive(Clone, Debug)]
pub struct Session {
    pub id: CredentialId,
    pub tenant: TenantId,
    pub tenant_name: String,
    pub device: Option<String>,
    pub client_address: Option<String>,
    /// It is the one that asks.
    pub is_current: bool,
    /// An operator of the installation has it, who acts as the caller.
    pub is_support: bool,
    /// What a client is called that has it for the caller.
    pub client_name: Option<String>,
    pub created_at: DateTime<Utc>,
    /// When its tokens were last renewed.
    pub updated_at: DateTime<Utc>,
}

pub async fn show_sessions(app: &App, ctx: &Ctx, request: &PageRequest) -> Result<Page<Session>, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    let read = app.databases.read(ctx).await?;
    let membership = membership::of_user(&read, own).await?.ok_or(Error::NotAMember)?;
    let person = user::by_id(&read, own).await?.ok_or(Error::NotAMember)?;
    let tenant = tenant::own(&read).await?.ok_or(Error::NotAMember)?;
    let ended_at = person.sessions_ended_at;
    let here = session::page_of(&read, membership.public_id, ended_at, ctx.now(), request).await?;
    let of_clients = clients_of(&read, &here).await?;
    drop(read);
    let current = ctx.principal().credential.id;
    let mut pages = vec![here.map(|row| view(row, &tenant.name, current, &of_clients))];
    for place in signed_in::elsewhere(app, ctx, own).await? {
        let read = app.databases.read(&ctx.visitor().enter(place.tenant_id, "users")).await?;
        let there = session::page_of(&read, place.member_id, ended_at, ctx.now(), request).await?;
        let of_clients = clients_of(&read, &there).await?;
        drop(read);
        pages.push(there.map(|row| view(row, &place.tenant_name, current, &of_clients)));
    }
    Ok(data::merged(pages, request, |session| (session.created_at, session.id.uuid())))
}

/// What the clients are called that have some of these.
async fn clients_of(read: &Read, page: &Page<session::Model>) -> Result<Names, Error> {
    let clients: BTreeSet<_> = page.data.iter().filter_map(|row| row.oauth_client_id).collect();
    Ok(oauth_client::names_of(read, clients.into_iter().collect()).await?)
}

fn view(
    row: session::Model,
    tenant_name: &str,
    current: Option<CredentialId>,
    of_clients: &Names,
) -> Session {
    let client = row.oauth_client_id.and_then(|client| of_clients.get(&client));
    Session {
        client_name: client.map(|(_, name)| name.clone()),
        id: row.public_id,
        tenant: row.tenant_id,
        tenant_name: tenant_name.to_owned(),
        is_current: current == Some(row.public_id),
        is_support: row.operator_id.is_some(),
        device: row.device,
        client_address: row.client_address,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}
