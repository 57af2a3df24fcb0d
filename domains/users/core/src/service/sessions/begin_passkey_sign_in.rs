//! Somebody is about to sign in with a passkey: what their browser is asked. It is the same for everybody, since it is the
//! device that knows whose passkeys it has.

use crate::app::App;
use crate::error::Error;
use crate::service::factors::ceremony::{self, Begun};
use crate::service::factors::relying_party;
use crate::store::passkey_ceremony;
use kernel::Visitor;

pub async fn begin_passkey_sign_in(app: &App, visitor: &Visitor) -> Result<Begun, Error> {
    let challenge = relying_party::of(app)?.begin_authentication()?;
    let (new, begun) = ceremony::begun(app, visitor.now(), None, challenge);
    let system = app.databases.system("passkey sign-in: a challenge for whoever asks").await?;
    passkey_ceremony::insert_for_anybody(&system, visitor.now(), new).await?;
    system.commit().await?;
    ceremony::remove_old(app, visitor.now()).await;
    Ok(begun)
}
