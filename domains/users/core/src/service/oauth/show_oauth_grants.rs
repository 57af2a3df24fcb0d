//! Which programs of others the caller lets act for them in this tenant, and how far.

use crate::app::App;
use crate::domain::OauthGrantId;
use crate::error::Error;
use crate::store::oauth_client::from_json;
use crate::store::{membership, oauth_client, oauth_grant};
use chrono::{DateTime, Utc};
use data::Read;
use kernel::{Actor, Ctx, Page, PageRequest};
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
pub struct OauthGrant {
    pub id: OauthGrantId,
    pub client_id: String,
    pub client_name: String,
    pub scopes: Vec<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub async fn list(app: &App, ctx: &Ctx, request: &PageRequest) -> Result<Page<OauthGrant>, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    let read = app.databases.read(ctx).await?;
    let membership = membership::of_user(&read, own).await?.ok_or(Error::NotAMember)?;
    let page = oauth_grant::page(&read, membership.public_id, request).await?;
    Ok(Page { data: named(&read, page.data).await?, next_cursor: page.next_cursor })
}

pub async fn one(app: &App, ctx: &Ctx, id: OauthGrantId) -> Result<OauthGrant, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    let read = app.databases.read(ctx).await?;
    let membership = membership::of_user(&read, own).await?.ok_or(Error::NotAMember)?;
    let found = oauth_grant::of_member(&read, membership.public_id, id).await?;
    let found = found.ok_or(Error::OauthGrantNotFound)?;
    named(&read, vec![found]).await?.pop().ok_or(Error::OauthGrantNotFound)
}

async fn named(read: &Read, rows: Vec<oauth_grant::Model>) -> Result<Vec<OauthGrant>, Error> {
    let clients: BTreeSet<_> = rows.iter().map(|row| row.client_id).collect();
    let names = oauth_client::names_of(read, clients.into_iter().collect()).await?;
    let grants = rows.into_iter().map(|row| {
        let named = names.get(&row.client_id).cloned();
        let (client_id, client_name) =
            named.ok_or_else(|| data::Error::internal("a grant without its client"))?;
        Ok::<_, Error>(OauthGrant {
            id: row.public_id,
            client_id,
            client_name,
            scopes: from_json(&row.scopes)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    });
    grants.collect()
}
