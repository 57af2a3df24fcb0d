//! Tells the owner of an address that somebody tried to sign up with it. The name that was given is left out: it is the
//! words of whoever tried.

use crate::App;
use crate::domain::letter::Letter;
use crate::error::Error;
use crate::service::queue_email::queue_email;
use kernel::Ctx;
use users_contract::SignUpForKnownAddress;

pub async fn tell_address_known(app: &App, ctx: &Ctx, event: SignUpForKnownAddress) -> Result<(), Error> {
    let letter = Letter::AddressKnown { link: app.public_url.to_string() };
    queue_email(app, ctx, &event.email, &letter).await
}
