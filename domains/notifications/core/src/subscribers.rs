//! What notifications is told of, and which use case answers.

use crate::{App, service};
use ::jobs::{Handler, subscriber};
use reports_contract::ReportReady;
use users_contract::{EmailVerificationRequested, SignUpForKnownAddress};

pub fn handlers(app: &App) -> Vec<Handler> {
    let (verify, known, ready) = (app.clone(), app.clone(), app.clone());
    vec![
        subscriber::<EmailVerificationRequested>("notifications.ask_to_verify", move |ctx, event| {
            let app = verify.clone();
            async move { Ok(service::ask_to_verify(&app, &ctx, event).await?) }
        }),
        subscriber::<SignUpForKnownAddress>("notifications.tell_address_known", move |ctx, event| {
            let app = known.clone();
            async move { Ok(service::tell_address_known(&app, &ctx, event).await?) }
        }),
        subscriber::<ReportReady>("notifications.tell_report_ready", move |ctx, event| {
            let app = ready.clone();
            async move { Ok(service::tell_report_ready(&app, &ctx, event).await?) }
        }),
    ]
}
