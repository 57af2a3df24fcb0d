//! What has ended and was kept for a while: the statements that delete it, a batch each, in the order in which rows point
//! at each other. A session is marked first, as everything is that people delete, and goes once its refresh tokens are gone.

use crate::domain::throttle::PLACE_KEPT;
use chrono::{DateTime, Duration, Utc};
use data::System;
use sea_orm::Value;

/// At most so many rows a statement.
pub const BATCH: u64 = 1_000;
/// How long a session that has ended is kept.
pub const SESSION_KEPT: Duration = Duration::days(30);
const LINK_KEPT: Duration = Duration::days(30);

/// Deletes, or marks as deleted, a batch of what ended so long ago.
pub struct Step {
    table: &'static str,
    kept: Duration,
    /// `$1` is that long ago.
    found: &'static str,
    marks: bool,
}

const fn delete(table: &'static str, kept: Duration, found: &'static str) -> Step {
    Step { table, kept, found, marks: false }
}

const fn mark(table: &'static str, kept: Duration, found: &'static str) -> Step {
    Step { table, kept, found, marks: true }
}

pub const STEPS: [Step; 14] = [
    // A used one that comes back ends its session for as long as it is known.
    delete(
        "refresh_tokens",
        Duration::days(7),
        "SELECT id FROM refresh_tokens WHERE used_at IS NOT NULL AND expires_at < $1 ORDER BY expires_at",
    ),
    mark(
        "sessions",
        SESSION_KEPT,
        "SELECT id FROM sessions WHERE revoked_at < $1 AND deleted_at IS NULL ORDER BY revoked_at",
    ),
    // Of a session's refresh tokens the newest is unused, and no other.
    mark(
        "sessions",
        SESSION_KEPT,
        "SELECT s.id FROM refresh_tokens r \
         JOIN sessions s ON s.tenant_id = r.tenant_id AND s.public_id = r.session_id \
         WHERE r.used_at IS NULL AND r.expires_at < $1 AND s.deleted_at IS NULL ORDER BY r.expires_at",
    ),
    // An operator's has none.
    mark(
        "sessions",
        SESSION_KEPT,
        "SELECT id FROM sessions WHERE operator_id IS NOT NULL AND access_expires_at < $1 \
         AND deleted_at IS NULL ORDER BY access_expires_at",
    ),
    // Nor has what a client has for itself, or without being let renew it.
    mark(
        "sessions",
        SESSION_KEPT,
        "SELECT id FROM sessions WHERE oauth_client_id IS NOT NULL AND refresh_scopes IS NULL \
         AND access_expires_at < $1 AND deleted_at IS NULL ORDER BY access_expires_at",
    ),
    delete(
        "refresh_tokens",
        Duration::zero(),
        "SELECT r.id FROM sessions s \
         JOIN refresh_tokens r ON r.tenant_id = s.tenant_id AND r.session_id = s.public_id \
         WHERE s.deleted_at <= $1",
    ),
    delete(
        "sessions",
        Duration::zero(),
        "SELECT s.id FROM sessions s WHERE s.deleted_at <= $1 AND NOT EXISTS \
         (SELECT 1 FROM refresh_tokens r WHERE r.tenant_id = s.tenant_id AND r.session_id = s.public_id)",
    ),
    // A used one that comes back ends what came of it.
    delete(
        "oauth_codes",
        SESSION_KEPT,
        "SELECT id FROM oauth_codes WHERE expires_at < $1 ORDER BY expires_at",
    ),
    delete(
        "email_tokens",
        LINK_KEPT,
        "SELECT id FROM email_tokens WHERE expires_at < $1 ORDER BY expires_at",
    ),
    delete(
        "password_resets",
        LINK_KEPT,
        "SELECT id FROM password_resets WHERE expires_at < $1 ORDER BY expires_at",
    ),
    delete(
        "email_changes",
        LINK_KEPT,
        "SELECT id FROM email_changes WHERE expires_at < $1 ORDER BY expires_at",
    ),
    delete(
        "recovery_codes",
        Duration::days(30),
        "SELECT id FROM recovery_codes WHERE deleted_at < $1 ORDER BY deleted_at",
    ),
    delete(
        "passkey_ceremonies",
        Duration::zero(),
        "SELECT id FROM passkey_ceremonies WHERE expires_at < $1 ORDER BY expires_at",
    ),
    delete(
        "sign_in_places",
        PLACE_KEPT,
        "SELECT id FROM sign_in_places WHERE updated_at < $1 ORDER BY updated_at",
    ),
];

/// How many rows it touched: fewer than a batch when there are no more.
pub async fn run(system: &System, step: &Step, now: DateTime<Utc>) -> Result<u64, data::Error> {
    let Step { table, kept, found, marks } = step;
    let mut values: Vec<Value> = vec![(now - *kept).into()];
    let change = if *marks {
        values.push(now.into());
        format!("UPDATE {table} SET deleted_at = $2, deleted_by = 'system:users', updated_at = $2")
    } else {
        format!("DELETE FROM {table}")
    };
    system.execute(&format!("{change} WHERE id IN ({found} LIMIT {BATCH})"), values).await
}
