//! A connection as the tenant sees it: all but its secret, which leaves for the provider alone.

use crate::app::App;
use crate::domain::OidcConnectionId;
use crate::domain::oidc::{Fields, MAX_SECRET};
use crate::error::Error;
use crate::service::roles::authority::Acting;
use crate::store::oidc_connection::Model;
use chrono::{DateTime, Utc};
use kernel::permission::BuiltinRole;
use kernel::{Faults, Problem};
use secrets::OpenError;
use serde_json::{Value, json};

const SEAL: &str = "users.oidc_client_secret";

#[derive(Clone, Debug)]
pub struct Connection {
    pub id: OidcConnectionId,
    pub fields: Fields,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub fn of(row: Model) -> Result<Connection, Error> {
    Ok(Connection {
        id: row.public_id,
        fields: row.fields()?,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// What an audit entry says of one.
pub fn audited(fields: &Fields) -> Value {
    json!(fields)
}

/// Whoever says which provider is believed could have it say that they are an owner, so it takes what an owner may do.
pub fn require_covered(app: &App, acting: &Acting) -> Result<(), Error> {
    acting.require_covered(&app.permissions.of_role(BuiltinRole::Owner))
}

pub fn check_secret(faults: &mut Faults, secret: &str) {
    let fits = (1..=MAX_SECRET).contains(&secret.len()) && !secret.chars().any(char::is_control);
    let detail = "must be 1 to 1000 characters without control characters";
    faults.require(fits, "/client_secret", "invalid_secret", detail);
}

pub fn sealed(app: &App, id: OidcConnectionId, secret: &str) -> Vec<u8> {
    app.secrets.seal(SEAL, id.uuid().as_bytes(), secret.as_bytes())
}

pub fn opened(app: &App, row: &Model) -> Result<String, Error> {
    let id = row.public_id.uuid();
    let secret = app.secrets.open(SEAL, id.as_bytes(), &row.sealed_secret).map_err(Problem::from)?;
    Ok(String::from_utf8(secret).map_err(|_| data::Error::internal("a client secret that is no text"))?)
}

/// `None`: the newest master key sealed it already.
pub fn resealed(app: &App, row: &Model) -> Result<Option<Vec<u8>>, OpenError> {
    app.secrets.reseal(SEAL, row.public_id.uuid().as_bytes(), &row.sealed_secret)
}
