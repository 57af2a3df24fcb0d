//! What operators decide for all tenants, beside what is configured.

use crate::app::{App, SignUpPolicy};
use crate::error::Error;
use crate::service::platform::audit_look::{Look, LookedAt, audit_look};
use crate::store::installation;
use kernel::Ctx;

#[derive(Clone, Copy, Debug)]
pub struct PlatformSettings {
    /// `None`: as configured.
    pub sign_up: Option<SignUpPolicy>,
    pub configured_sign_up: SignUpPolicy,
    pub version: i64,
}

pub async fn show_platform_settings(app: &App, ctx: &Ctx) -> Result<PlatformSettings, Error> {
    let read = app.databases.read(ctx).await?;
    let settings = of(app, &installation::row(&read).await?)?;
    drop(read);
    let look = Look { action: "users.installation.read", at: LookedAt::Installation, asked: None };
    audit_look(app, ctx, look).await?;
    Ok(settings)
}

pub(super) fn of(app: &App, row: &installation::Model) -> Result<PlatformSettings, Error> {
    Ok(PlatformSettings {
        sign_up: row.sign_up()?,
        configured_sign_up: app.settings.sign_up,
        version: row.version,
    })
}
