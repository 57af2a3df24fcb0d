//! An operator decides who may sign up. It holds from the next sign-up on, on every node.

use crate::app::{App, SignUpPolicy};
use crate::error::Error;
use crate::service::platform::show_platform_settings::{PlatformSettings, of};
use crate::store::installation;
use data::AuditEntry;
use kernel::Ctx;
use serde_json::{Value, json};

pub struct ChangePlatformSettings {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected_version: Option<i64>,
    /// `None` leaves it as it is; `Some(None)` is as configured.
    pub sign_up: Option<Option<SignUpPolicy>>,
}

pub async fn change_platform_settings(
    app: &App,
    ctx: &Ctx,
    command: ChangePlatformSettings,
) -> Result<PlatformSettings, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = installation::to_change(&unit).await?;
    if command.expected_version.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    let former = before.sign_up()?;
    let sign_up = command.sign_up.unwrap_or(former);
    if sign_up == former {
        return Ok(unit.commit(of(app, &before)?).await?);
    }
    let after = installation::set_sign_up(&unit, ctx, &before, sign_up).await?;
    let after = after.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "users.installation.update",
        resource: "installation",
        resource_id: before.public_id.uuid(),
        before: Some(audited(former)),
        after: Some(audited(sign_up)),
    })?;
    Ok(unit.commit(of(app, &after)?).await?)
}

fn audited(sign_up: Option<SignUpPolicy>) -> Value {
    json!({ "sign_up": sign_up.map(SignUpPolicy::name) })
}
