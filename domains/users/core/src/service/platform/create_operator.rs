//! Whoever has the machine makes an operator of the installation: somebody, or a program, that acts for it and belongs to
//! no tenant. Their token is shown this once and ends by itself.

use crate::app::App;
use crate::error::Error;
use crate::service::sessions::tokens::OPERATOR_PREFIX;
use crate::store::operator;
use chrono::Duration;
use data::AuditEntry;
use kernel::id::PLATFORM;
use kernel::{Faults, Visitor};
use module::{NewOperator, Operator};
use serde_json::{Value, json};

const MAX_NAME: usize = 100;
const MAX_DAYS: u16 = 366;

pub async fn create_operator(
    app: &App,
    visitor: &Visitor,
    name: &str,
    days: u16,
) -> Result<NewOperator, Error> {
    let mut faults = Faults::new();
    let name = faults.text("/name", name, MAX_NAME);
    let within = (1..=MAX_DAYS).contains(&days);
    faults.require(within, "/days", "out_of_range", "must be from 1 to 366");
    let name = faults.finish(name).map_err(Error::invalid)?;
    let ctx = visitor.enter(PLATFORM, "users");
    let token = secrets::token(OPERATOR_PREFIX);
    let expires_at = ctx.now() + Duration::days(days.into());
    let mut unit = app.databases.write(&ctx).await?;
    let new = operator::NewOperator { name: &name, hash: token.hash, expires_at };
    let row = operator::insert(&unit, &ctx, new).await?;
    unit.audit(AuditEntry {
        action: "users.operator.create",
        resource: "operator",
        resource_id: row.public_id.uuid(),
        before: None,
        after: Some(audited(&row)),
    })?;
    let created = NewOperator { operator: view(row), token: token.plain };
    Ok(unit.commit(created).await?)
}

/// What an audit entry says of one.
pub(super) fn audited(row: &operator::Model) -> Value {
    json!({ "name": row.name, "expires_at": row.expires_at, "revoked_at": row.revoked_at })
}

/// All but the token.
pub(super) fn view(row: operator::Model) -> Operator {
    Operator {
        id: row.public_id,
        name: row.name,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
        created_at: row.created_at,
    }
}
