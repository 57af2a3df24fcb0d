//! Seals by the newest master key what an older one sealed and is kept for long. In batches with a transaction each, so it
//! may be cut off at any of them and begun again. What changes meanwhile is left to whoever changes it.

use crate::app::App;
use crate::error::Error;
use crate::service::audit_streams::audit_stream::{self, SealedAnew};
use crate::service::factors::second_factor;
use crate::service::leaving::erase_person;
use crate::service::sessions::signing_keys;
use crate::service::sso::connection;
use crate::store;
use crate::store::{installation, oidc_connection, signing_key, totp_factor, user_erasure};
use data::{AuditEntry, Unit};
use kernel::id::PLATFORM;
use kernel::{Ctx, Visitor};
use module::Resealed;
use secrets::OpenError;
use serde_json::json;
use uuid::Uuid;

const BATCH: u64 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Authenticators,
    SigningKeys,
    ClientSecrets,
    CollectorSecrets,
    ErasedPeople,
}

impl Kept {
    pub const ALL: [Self; 5] = [
        Self::Authenticators,
        Self::SigningKeys,
        Self::ClientSecrets,
        Self::CollectorSecrets,
        Self::ErasedPeople,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Authenticators => "authenticators",
            Self::SigningKeys => "signing keys",
            Self::ClientSecrets => "client secrets of providers",
            Self::CollectorSecrets => "secrets of audit streams",
            Self::ErasedPeople => "people who are being erased",
        }
    }

    async fn behind(self, unit: &Unit, id: i64) -> Result<Vec<Row>, data::Error> {
        Ok(match self {
            // Of tenants, so they are found and changed by the system door.
            Self::ClientSecrets | Self::CollectorSecrets => Vec::new(),
            Self::Authenticators => {
                let rows = totp_factor::behind(unit, id, BATCH).await?;
                rows.into_iter().map(Row::Authenticator).collect()
            }
            Self::SigningKeys => {
                let rows = signing_key::behind(unit, id, BATCH).await?;
                rows.into_iter().map(Row::SigningKey).collect()
            }
            Self::ErasedPeople => {
                let rows = user_erasure::behind(unit, id, BATCH).await?;
                rows.into_iter().map(Row::ErasedPerson).collect()
            }
        })
    }
}

enum Row {
    Authenticator(totp_factor::Model),
    SigningKey(signing_key::Model),
    ErasedPerson(user_erasure::Model),
}

impl Row {
    fn id(&self) -> i64 {
        match self {
            Self::Authenticator(row) => row.id,
            Self::SigningKey(row) => row.id,
            Self::ErasedPerson(row) => row.id,
        }
    }

    fn public_id(&self) -> Uuid {
        match self {
            Self::Authenticator(row) => row.public_id.uuid(),
            Self::SigningKey(row) => row.public_id.uuid(),
            Self::ErasedPerson(row) => row.public_id.uuid(),
        }
    }

    fn resealed(&self, app: &App) -> Result<Option<Vec<u8>>, OpenError> {
        match self {
            Self::Authenticator(row) => second_factor::resealed(app, row),
            Self::SigningKey(row) => signing_keys::resealed(app, row),
            Self::ErasedPerson(row) => erase_person::resealed(app, row),
        }
    }

    async fn replace(&self, unit: &Unit, ctx: &Ctx, sealed: Vec<u8>) -> Result<bool, data::Error> {
        match self {
            Self::Authenticator(row) => totp_factor::reseal(unit, ctx, row, sealed).await,
            Self::SigningKey(row) => signing_key::reseal(unit, ctx, row, sealed).await,
            Self::ErasedPerson(row) => user_erasure::reseal(unit, ctx, row, sealed).await,
        }
    }
}

pub async fn reseal_secrets(app: &App, visitor: &Visitor, kept: Kept) -> Result<Resealed, Error> {
    let ctx = visitor.enter(PLATFORM, "users");
    if kept == Kept::ClientSecrets {
        return reseal_client_secrets(app, &ctx).await;
    }
    if kept == Kept::CollectorSecrets {
        return reseal_collector_secrets(app, &ctx).await;
    }
    let (mut all, mut behind) = (Resealed::default(), 0);
    loop {
        let unit = app.databases.write(&ctx).await?;
        let rows = kept.behind(&unit, behind).await?;
        let Some(last) = rows.last() else { return Ok(all) };
        behind = last.id();
        let mut anew = 0;
        for row in &rows {
            match row.resealed(app) {
                Ok(None) => all.already += 1,
                Ok(Some(sealed)) => anew += u64::from(row.replace(&unit, &ctx, sealed).await?),
                Err(error) => {
                    let (what, id) = (kept.name(), row.public_id());
                    tracing::warn!(what, %id, %error, "what is sealed cannot be opened");
                    all.unreadable += 1;
                }
            }
        }
        end(unit, kept, anew).await?;
        all.anew += anew;
    }
}

async fn reseal_client_secrets(app: &App, ctx: &Ctx) -> Result<Resealed, Error> {
    let (mut all, mut behind) = (Resealed::default(), 0);
    loop {
        let system =
            app.databases.system("a master key is replaced: the secrets that providers gave").await?;
        let rows = oidc_connection::behind(&system, behind, BATCH).await?;
        let Some(last) = rows.last() else { return Ok(all) };
        behind = last.id;
        let mut anew = 0;
        for row in &rows {
            match connection::resealed(app, row) {
                Ok(None) => all.already += 1,
                Ok(Some(sealed)) => anew += u64::from(oidc_connection::reseal(&system, row, sealed).await?),
                Err(error) => {
                    let (what, id) = (Kept::ClientSecrets.name(), row.public_id);
                    tracing::warn!(what, %id, %error, "what is sealed cannot be opened");
                    all.unreadable += 1;
                }
            }
        }
        system.commit().await?;
        end(app.databases.write(ctx).await?, Kept::ClientSecrets, anew).await?;
        all.anew += anew;
    }
}

async fn reseal_collector_secrets(app: &App, ctx: &Ctx) -> Result<Resealed, Error> {
    let (mut all, mut behind) = (Resealed::default(), 0);
    loop {
        let system = app.databases.system("a master key is replaced: the secrets of audit streams").await?;
        let rows = store::audit_stream::behind(&system, behind, BATCH).await?;
        let Some(last) = rows.last() else { return Ok(all) };
        behind = last.id;
        let mut anew = 0;
        for row in &rows {
            match audit_stream::resealed(app, row) {
                Ok(None) => all.already += 1,
                Ok(Some(SealedAnew { secret, previous })) => {
                    let replaced = store::audit_stream::reseal(&system, row, secret, previous).await?;
                    anew += u64::from(replaced);
                }
                Err(error) => {
                    let (what, id) = (Kept::CollectorSecrets.name(), row.public_id);
                    tracing::warn!(what, %id, %error, "what is sealed cannot be opened");
                    all.unreadable += 1;
                }
            }
        }
        system.commit().await?;
        end(app.databases.write(ctx).await?, Kept::CollectorSecrets, anew).await?;
        all.anew += anew;
    }
}

/// Leaves an entry in the installation's log where anything was sealed anew.
async fn end(mut unit: Unit, kept: Kept, anew: u64) -> Result<(), Error> {
    if anew > 0 {
        let installation = installation::row(&unit).await?;
        unit.audit(AuditEntry {
            action: "users.installation.reseal",
            resource: "installation",
            resource_id: installation.public_id.uuid(),
            before: Some(json!({ "what": kept.name(), "by_former_keys": anew })),
            after: Some(json!({ "what": kept.name(), "by_former_keys": 0 })),
        })?;
    }
    Ok(unit.commit(()).await?)
}
