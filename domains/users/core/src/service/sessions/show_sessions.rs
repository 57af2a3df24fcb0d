//! The caller's sessions in this tenant that have not ended, newest first.

use crate::app::App;
use crate::error::Error;
use crate::store::{membership, session, user};
use chrono::{DateTime, Utc};
use kernel::id::CredentialId;
use kernel::{Actor, Ctx, Page, PageRequest};

#[derive(Clone, Debug)]
pub struct Session {
    pub id: CredentialId,
    pub device: Option<String>,
    pub client_address: Option<String>,
    /// It is the one that asks.
    pub is_current: bool,
    /// An operator of the installation has it, who acts as the caller.
    pub is_support: bool,
    pub created_at: DateTime<Utc>,
    /// When its tokens were last renewed.
    pub updated_at: DateTime<Utc>,
}

pub async fn show_sessions(app: &App, ctx: &Ctx, request: &PageRequest) -> Result<Page<Session>, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    let read = app.databases.read(ctx).await?;
    let membership = membership::of_user(&read, own).await?.ok_or(Error::NotAMember)?;
    let person = user::by_id(&read, own).await?.ok_or(Error::NotAMember)?;
    let (membership, ended_at) = (membership.public_id, person.sessions_ended_at);
    let page = session::page_of(&read, membership, ended_at, ctx.now(), request).await?;
    let current = ctx.principal().credential.id;
    Ok(page.map(|row| Session {
        id: row.public_id,
        is_current: current == Some(row.public_id),
        is_support: row.operator_id.is_some(),
        device: row.device,
        client_address: row.client_address,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}
