//! A stream as its tenant sees it, all but its secret; and what the use cases on one share.

use crate::app::App;
use crate::domain::AuditStreamId;
use crate::domain::audit_stream::{StreamState, is_prefix};
use crate::error::Error;
use crate::permissions::AUDIT_READ;
use crate::service::roles::authority::Acting;
use crate::store::audit_stream::Model;
use ::outbound::Url;
use chrono::{DateTime, Utc};
use kernel::{Faults, UserId};
use secrets::OpenError;
use serde_json::{Value, json};

const SEAL: &str = "users.audit_stream";

#[derive(Clone, Debug)]
pub struct AuditStream {
    pub id: AuditStreamId,
    pub url: String,
    pub action_prefix: Option<String>,
    pub made_by: UserId,
    pub state: StreamState,
    /// Until when the secret of before signs as well.
    pub previous_until: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// With what signs it, as its holder is shown it this once.
pub struct CreatedAuditStream {
    pub stream: AuditStream,
    pub secret: String,
}

pub fn of(row: Model) -> Result<AuditStream, Error> {
    Ok(AuditStream {
        id: row.public_id,
        state: row.state()?,
        url: row.url,
        action_prefix: row.action_prefix,
        made_by: row.made_by,
        previous_until: row.previous_until,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// Who has the log sent somewhere reads it there.
pub fn require_reader(acting: &Acting) -> Result<(), Error> {
    acting.require_covered(&[AUDIT_READ.name].into_iter().collect())
}

pub fn check_url(app: &App, faults: &mut Faults, url: &str) -> Option<Url> {
    match app.outbound.parse_url(url) {
        Ok(url) => Some(url),
        Err(error) => {
            faults.add("/url", "url_not_allowed", error.to_string());
            None
        }
    }
}

pub fn check_prefix(faults: &mut Faults, prefix: Option<&str>) {
    let detail = "must be the beginning of an action, such as billing. or users.api_key";
    faults.require(prefix.is_none_or(is_prefix), "/action_prefix", "invalid_prefix", detail);
}

/// Sealed for this stream alone.
pub fn sealed(app: &App, id: AuditStreamId, secret: &[u8]) -> Vec<u8> {
    app.secrets.seal(SEAL, id.uuid().as_bytes(), secret)
}

/// The secrets that sign now, the present one first.
pub fn opened(app: &App, row: &Model, now: DateTime<Utc>) -> Result<Vec<Vec<u8>>, OpenError> {
    let previous =
        row.sealed_previous.as_ref().filter(|_| row.previous_until.is_some_and(|until| now < until));
    let all = [Some(&row.sealed_secret), previous];
    let open = |sealed: &Vec<u8>| app.secrets.open(SEAL, row.public_id.uuid().as_bytes(), sealed);
    all.into_iter().flatten().map(open).collect()
}

/// The secret and the one before it, under the newest master key.
pub struct SealedAnew {
    pub secret: Vec<u8>,
    pub previous: Option<Vec<u8>>,
}

/// `None`: the newest master key sealed them already.
pub fn resealed(app: &App, row: &Model) -> Result<Option<SealedAnew>, OpenError> {
    let reseal = |sealed: &[u8]| app.secrets.reseal(SEAL, row.public_id.uuid().as_bytes(), sealed);
    let secret = reseal(&row.sealed_secret)?;
    let previous = row.sealed_previous.as_deref().map(reseal).transpose()?.flatten();
    if secret.is_none() && previous.is_none() {
        return Ok(None);
    }
    let secret = secret.unwrap_or_else(|| row.sealed_secret.clone());
    Ok(Some(SealedAnew { secret, previous: previous.or_else(|| row.sealed_previous.clone()) }))
}

/// What an audit entry says of one. A query may hold a password of the collector's, so it is left out.
pub fn audited(row: &Model) -> Value {
    let url = row.url.split('?').next();
    json!({
        "url": url, "action_prefix": row.action_prefix, "state": row.state, "paused_because": row.paused_because,
        "previous_until": row.previous_until,
    })
}
