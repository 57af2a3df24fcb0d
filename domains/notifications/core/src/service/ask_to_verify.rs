//! Sends whoever signed up the link that proves the address is theirs.

use crate::App;
use crate::domain::letter::Letter;
use crate::domain::words::greeting_name;
use crate::error::Error;
use crate::service::queue_email::queue_email;
use kernel::{Ctx, Problem};
use secrets::Sealed;
use serde_json::Value;
use users_contract::{EmailVerificationRequested, VERIFICATION_PATH, VERIFICATION_SEAL};

pub async fn ask_to_verify(app: &App, ctx: &Ctx, event: EmailVerificationRequested) -> Result<(), Error> {
    let sealed: Sealed<String> =
        serde_json::from_value(Value::String(event.sealed_token)).map_err(Problem::internal)?;
    let token = app.secrets.open_value(VERIFICATION_SEAL, &sealed).map_err(Problem::from)?;
    let token: String = form_urlencoded::byte_serialize(token.as_bytes()).collect();
    let letter = Letter::Verification {
        name: greeting_name(&event.display_name),
        link: format!("{}{VERIFICATION_PATH}?token={token}", app.public_url),
        expires_at: event.expires_at.format("%Y-%m-%d %H:%M UTC").to_string(),
    };
    queue_email(app, ctx, &event.email, &letter).await
}
