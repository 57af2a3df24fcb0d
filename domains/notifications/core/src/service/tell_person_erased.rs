//! Tells somebody that they are erased, with the certificate, at the address that was theirs. It comes sealed, as the message
//! table must not show it.

use crate::App;
use crate::domain::letter::{Letter, moment};
use crate::error::Error;
use crate::service::queue_email::queue_email;
use kernel::{Ctx, Problem};
use secrets::Sealed;
use serde_json::Value;
use users_contract::{ERASED_PERSON_SEAL, PersonErased};

pub async fn tell_person_erased(app: &App, ctx: &Ctx, event: PersonErased) -> Result<(), Error> {
    let sealed: Sealed<String> =
        serde_json::from_value(Value::String(event.sealed_email)).map_err(Problem::internal)?;
    let email = app.secrets.open_value(ERASED_PERSON_SEAL, &sealed).map_err(Problem::from)?;
    let letter =
        Letter::PersonErased { happened_at: moment(event.happened_at), certificate: event.certificate };
    queue_email(app, ctx, &email, &letter).await
}
