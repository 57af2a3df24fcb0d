//! The link of a letter that lets somebody in: its token comes sealed, as the message table must not show it.

use crate::App;
use crate::error::Error;
use kernel::Problem;
use secrets::Sealed;
use serde_json::Value;

pub fn token_link(app: &App, seal: &'static str, path: &str, sealed_token: String) -> Result<String, Error> {
    let sealed: Sealed<String> =
        serde_json::from_value(Value::String(sealed_token)).map_err(Problem::internal)?;
    let token = app.secrets.open_value(seal, &sealed).map_err(Problem::from)?;
    let token: String = form_urlencoded::byte_serialize(token.as_bytes()).collect();
    Ok(format!("{}{path}?token={token}", app.public_url))
}
