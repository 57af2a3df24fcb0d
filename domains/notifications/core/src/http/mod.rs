//! The HTTP surface of notifications: parse, call one use case, render.

mod emails;

use crate::App;
use crate::error::Error;
use crate::permissions::EMAILS_READ;
use kernel::problem::Problems;

pub fn api(app: App) -> web::Api {
    web::Api::new("notifications", app.databases.clone(), &[Error::KINDS])
        .state(app)
        .tag("E-mails", "Mail that was sent, or is about to be; without its text")
        .operation(web::operation!(emails::list_emails).permission(&EMAILS_READ))
        .operation(web::operation!(emails::get_email).permission(&EMAILS_READ))
}
