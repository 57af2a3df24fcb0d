//! What is decided for all tenants, over HTTP.

use crate::app::{App, SignUpPolicy};
use crate::service;
use crate::service::platform::change_platform_settings::ChangePlatformSettings;
use crate::service::platform::show_platform_settings::PlatformSettings;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Caller, IfMatch, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"sign_up": "invitation", "configured_sign_up": "open"}))]
pub struct PlatformSettingsDto {
    /// `null`: as configured
    #[schema(required)]
    sign_up: Option<SignUpPolicyDto>,
    /// What the configuration of the node that answers says
    configured_sign_up: SignUpPolicyDto,
}

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SignUpPolicy)]
pub enum SignUpPolicyDto {
    /// Anyone may make a tenant
    Open,
    /// Whoever is invited may make an account
    Invitation,
    /// Nobody new comes in; who has an account may still accept an invitation
    Closed,
}

impl From<SignUpPolicy> for SignUpPolicyDto {
    fn from(policy: SignUpPolicy) -> Self {
        match policy {
            SignUpPolicy::Open => Self::Open,
            SignUpPolicy::Invitation => Self::Invitation,
            SignUpPolicy::Closed => Self::Closed,
        }
    }
}

impl From<SignUpPolicyDto> for SignUpPolicy {
    fn from(policy: SignUpPolicyDto) -> Self {
        match policy {
            SignUpPolicyDto::Open => Self::Open,
            SignUpPolicyDto::Invitation => Self::Invitation,
            SignUpPolicyDto::Closed => Self::Closed,
        }
    }
}

impl From<&PlatformSettings> for PlatformSettingsDto {
    fn from(settings: &PlatformSettings) -> Self {
        Self {
            sign_up: settings.sign_up.map(Into::into),
            configured_sign_up: settings.configured_sign_up.into(),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"sign_up": "invitation"}))]
pub struct PatchPlatformSettings {
    /// `null`: as configured
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<SignUpPolicyDto>)]
    sign_up: Option<Option<SignUpPolicyDto>>,
}

fn shown(settings: &PlatformSettings) -> Rendered {
    Rendered::ok(&PlatformSettingsDto::from(settings)).etag(settings.version)
}

/// Shows what is decided for all tenants
#[utoipa::path(get, path = "/settings", responses((status = 200, body = PlatformSettingsDto)))]
pub async fn get_settings(app: State<App>, caller: Caller) -> Answer {
    Ok(shown(&service::platform::show_platform_settings::show_platform_settings(&app, &caller).await?))
}

/// Decides for all tenants
///
/// Who may sign up from the next one on, on every node and whatever is configured there.
#[utoipa::path(patch, path = "/settings", responses((status = 200, body = PlatformSettingsDto)))]
pub async fn patch_settings(
    app: State<App>,
    caller: Caller,
    if_match: IfMatch,
    body: Body<PatchPlatformSettings>,
) -> Answer {
    let sign_up = body.into_inner().sign_up.map(|policy| policy.map(Into::into));
    let command = ChangePlatformSettings { expected_version: if_match.expected(), sign_up };
    respond(
        &caller,
        async |ctx| {
            service::platform::change_platform_settings::change_platform_settings(&app, ctx, command).await
        },
        shown,
    )
    .await
}
