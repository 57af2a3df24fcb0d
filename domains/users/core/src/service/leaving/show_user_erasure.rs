//! That somebody was erased, with its certificate, for operators, who know them by an id alone. That they looked is in
//! their log.

use crate::app::App;
use crate::domain::UserErasureId;
use crate::domain::leaving::{Because, PersonState};
use crate::error::Error;
use crate::service::platform::audit_look::{Look, LookedAt, audit_look};
use crate::store::user_erasure;
use chrono::{DateTime, Utc};
use kernel::{Ctx, UserId};

#[derive(Clone, Debug)]
pub struct UserErasure {
    pub id: UserErasureId,
    pub user: UserId,
    pub because: Because,
    pub state: PersonState,
    pub erased_at: Option<DateTime<Utc>>,
    pub certificate: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub async fn show_user_erasure(app: &App, ctx: &Ctx, user: UserId) -> Result<UserErasure, Error> {
    let read = app.databases.read(ctx).await?;
    let found = user_erasure::of_user(&read, user).await?.ok_or(Error::UserErasureNotFound)?;
    drop(read);
    let look =
        Look { action: "users.user_erasure.read", at: LookedAt::UserErasure(found.public_id), asked: None };
    audit_look(app, ctx, look).await?;
    Ok(UserErasure {
        because: found.because()?,
        state: found.state()?,
        id: found.public_id,
        user: found.user_id,
        erased_at: found.erased_at,
        certificate: found.certificate,
        created_at: found.created_at,
        updated_at: found.updated_at,
    })
}
