//! What notifications is told of, and which use case answers.

use crate::{App, service};
use ::jobs::{Handler, subscriber};
use reports_contract::ReportReady;
use users_contract::{
    AuditStreamPaused, EmailChangeApprovalRequested, EmailChangeConfirmationRequested, EmailChanged,
    EmailVerificationRequested, InvitationSent, NewDeviceSignedIn, PasskeyRegistered, PasswordChanged,
    PasswordResetRequested, PersonErased, ProviderBypassed, SignUpForKnownAddress, TenantErased,
};

pub fn handlers(app: &App) -> Vec<Handler> {
    let (verify, known, ready) = (app.clone(), app.clone(), app.clone());
    let (join, choose, changed, device) = (app.clone(), app.clone(), app.clone(), app.clone());
    let (erased, nobody) = (app.clone(), app.clone());
    let (approve, confirm, moved, registered) = (app.clone(), app.clone(), app.clone(), app.clone());
    let (paused, bypassed) = (app.clone(), app.clone());
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
        subscriber::<InvitationSent>("notifications.ask_to_join", move |ctx, event| {
            let app = join.clone();
            async move { Ok(service::ask_to_join(&app, &ctx, event).await?) }
        }),
        subscriber::<PasswordResetRequested>("notifications.ask_to_choose_password", move |ctx, event| {
            let app = choose.clone();
            async move { Ok(service::ask_to_choose_password(&app, &ctx, event).await?) }
        }),
        subscriber::<PasswordChanged>("notifications.tell_password_changed", move |ctx, event| {
            let app = changed.clone();
            async move { Ok(service::tell_password_changed(&app, &ctx, event).await?) }
        }),
        subscriber::<PasskeyRegistered>("notifications.tell_passkey_registered", move |ctx, event| {
            let app = registered.clone();
            async move { Ok(service::tell_passkey_registered(&app, &ctx, event).await?) }
        }),
        subscriber::<NewDeviceSignedIn>("notifications.tell_new_device", move |ctx, event| {
            let app = device.clone();
            async move { Ok(service::tell_new_device(&app, &ctx, event).await?) }
        }),
        subscriber::<EmailChangeApprovalRequested>(
            "notifications.ask_to_approve_address",
            move |ctx, event| {
                let app = approve.clone();
                async move { Ok(service::ask_to_approve_address(&app, &ctx, event).await?) }
            },
        ),
        subscriber::<EmailChangeConfirmationRequested>(
            "notifications.ask_to_confirm_address",
            move |ctx, event| {
                let app = confirm.clone();
                async move { Ok(service::ask_to_confirm_address(&app, &ctx, event).await?) }
            },
        ),
        subscriber::<EmailChanged>("notifications.tell_address_changed", move |ctx, event| {
            let app = moved.clone();
            async move { Ok(service::tell_address_changed(&app, &ctx, event).await?) }
        }),
        subscriber::<AuditStreamPaused>("notifications.tell_audit_stream_paused", move |ctx, event| {
            let app = paused.clone();
            async move { Ok(service::tell_audit_stream_paused(&app, &ctx, event).await?) }
        }),
        subscriber::<ProviderBypassed>("notifications.tell_provider_bypassed", move |ctx, event| {
            let app = bypassed.clone();
            async move { Ok(service::tell_provider_bypassed(&app, &ctx, event).await?) }
        }),
        subscriber::<TenantErased>("notifications.tell_tenant_erased", move |ctx, event| {
            let app = erased.clone();
            async move { Ok(service::tell_tenant_erased(&app, &ctx, event).await?) }
        }),
        subscriber::<PersonErased>("notifications.tell_person_erased", move |ctx, event| {
            let app = nobody.clone();
            async move { Ok(service::tell_person_erased(&app, &ctx, event).await?) }
        }),
    ]
}
