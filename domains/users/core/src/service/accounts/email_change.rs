//! A change of address as its person sees it: all but the tokens of its links.

use crate::domain::EmailChangeId;
use crate::store::email_change;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub struct EmailChange {
    pub id: EmailChangeId,
    pub new_email: String,
    pub old_confirmed: bool,
    pub new_confirmed: bool,
    pub expires_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub fn of(row: email_change::Model) -> EmailChange {
    EmailChange {
        id: row.public_id,
        new_email: row.new_email,
        old_confirmed: row.old_confirmed_at.is_some(),
        new_confirmed: row.new_confirmed_at.is_some(),
        expires_at: row.expires_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// What an audit entry says of one.
pub fn audited(row: &email_change::Model) -> Value {
    json!({
        "new_email": row.new_email, "old_confirmed": row.old_confirmed_at.is_some(),
        "new_confirmed": row.new_confirmed_at.is_some(), "expires_at": row.expires_at,
    })
}
