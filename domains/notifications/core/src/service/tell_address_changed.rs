//! Tells the owner of an account that it has another address, at the former one and at the new one, in case it was somebody
//! else.

use crate::App;
use crate::domain::letter::{Letter, moment};
use crate::domain::words::greeting_name;
use crate::error::Error;
use crate::service::queue_email::queue_email;
use kernel::Ctx;
use users_contract::EmailChanged;

pub async fn tell_address_changed(app: &App, ctx: &Ctx, event: EmailChanged) -> Result<(), Error> {
    let letter = Letter::EmailChanged {
        name: greeting_name(&event.display_name),
        new_email: event.new_email,
        happened_at: moment(event.happened_at),
        link: app.public_url.to_string(),
    };
    queue_email(app, ctx, &event.email, &letter).await
}
