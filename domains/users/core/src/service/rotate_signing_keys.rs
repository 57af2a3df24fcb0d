//! The next key for access tokens before its time, as when the present one may have become known to others. Tokens of the
//! present one stay good until they expire.

use crate::app::App;
use crate::error::Error;
use crate::service::signing_keys;
use kernel::Visitor;

pub async fn rotate_signing_keys(app: &App, visitor: &Visitor) -> Result<(), Error> {
    signing_keys::make_next_now(app, visitor).await
}
