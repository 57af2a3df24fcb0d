//! Features that are not on for every tenant, over HTTP.

use crate::app::App;
use crate::service;
use crate::service::platform::set_switch::SetSwitch;
use crate::service::platform::set_tenant_switch::SetTenantSwitch;
use crate::service::platform::show_switches::{SharedSwitch, TenantSwitch};
use kernel::TenantId;
use kernel::id::TenantKind;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Body, Caller, IfMatch, PathId, PathParams, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "name": "users.passkeys", "summary": "Registering passkeys", "share_percent": 20, "declared_share_percent": 100,
}))]
pub struct SwitchDto {
    #[schema(example = "users.passkeys")]
    name: &'static str,
    summary: &'static str,
    /// Of how many tenants in a hundred it is on; one that is among them stays so while the share grows
    share_percent: u8,
    /// The same before an operator has said anything
    declared_share_percent: u8,
}

impl From<&SharedSwitch> for SwitchDto {
    fn from(shared: &SharedSwitch) -> Self {
        Self {
            name: shared.switch.name,
            summary: shared.switch.summary,
            share_percent: shared.share_percent,
            declared_share_percent: shared.switch.share_percent,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"switches": [{
    "name": "users.passkeys", "summary": "Registering passkeys", "share_percent": 20, "declared_share_percent": 100,
}]}))]
pub struct SwitchesDto {
    switches: Vec<SwitchDto>,
}

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SwitchState {
    On,
    Off,
}

impl From<bool> for SwitchState {
    fn from(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"name": "users.passkeys", "summary": "Registering passkeys", "state": "on"}))]
pub struct TenantSwitchDto {
    #[schema(example = "users.passkeys")]
    name: &'static str,
    summary: &'static str,
    /// What operators said of this tenant; `null`: the share decides
    #[schema(required)]
    state: Option<SwitchState>,
}

impl From<&TenantSwitch> for TenantSwitchDto {
    fn from(own: &TenantSwitch) -> Self {
        Self { name: own.switch.name, summary: own.switch.summary, state: own.own.map(Into::into) }
    }
}

/// The same with what comes of it, which changes with the share as well.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "name": "users.passkeys", "summary": "Registering passkeys", "state": null, "is_on": true,
}))]
pub struct ShownTenantSwitchDto {
    #[schema(example = "users.passkeys")]
    name: &'static str,
    summary: &'static str,
    /// What operators said of this tenant; `null`: the share decides
    #[schema(required)]
    state: Option<SwitchState>,
    is_on: bool,
}

impl From<&TenantSwitch> for ShownTenantSwitchDto {
    fn from(own: &TenantSwitch) -> Self {
        let TenantSwitchDto { name, summary, state } = TenantSwitchDto::from(own);
        Self { name, summary, state, is_on: own.is_on }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"switches": [{
    "name": "users.passkeys", "summary": "Registering passkeys", "state": null, "is_on": true,
}]}))]
pub struct TenantSwitchesDto {
    switches: Vec<ShownTenantSwitchDto>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"share_percent": 20}))]
pub struct PutSwitch {
    #[schema(minimum = 0, maximum = 100)]
    share_percent: i64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"state": "on"}))]
pub struct PutTenantSwitch {
    /// `null`: the share decides again
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    state: Option<SwitchState>,
}

#[derive(Deserialize, IntoParams)]
pub struct SwitchPath {
    /// The name of the switch
    #[param(example = "users.passkeys")]
    name: String,
}

#[derive(Deserialize, IntoParams)]
pub struct TenantSwitchPath {
    /// The id of the tenant
    id: TenantId,
    /// The name of the switch
    #[param(example = "users.passkeys")]
    name: String,
}

fn shown(shared: &SharedSwitch) -> Rendered {
    Rendered::ok(&SwitchDto::from(shared)).etag(shared.version)
}

fn shown_of_tenant(own: &TenantSwitch) -> Rendered {
    Rendered::ok(&TenantSwitchDto::from(own)).etag(own.version)
}

/// Shows the features that are not on for every tenant
#[utoipa::path(get, path = "/switches", responses((status = 200, body = SwitchesDto)))]
pub async fn show_switches(app: State<App>, caller: Caller) -> Answer {
    let all = service::platform::show_switches::all(&app, &caller).await?;
    Ok(Rendered::ok(&SwitchesDto { switches: all.iter().map(SwitchDto::from).collect() }).etag_of_body())
}

/// Shows for how many tenants a feature is on
#[utoipa::path(get, path = "/switches/{name}", responses((status = 200, body = SwitchDto)))]
pub async fn get_switch(app: State<App>, caller: Caller, path: PathParams<SwitchPath>) -> Answer {
    Ok(shown(&service::platform::show_switches::one(&app, &caller, &path.name).await?))
}

/// Says for how many tenants a feature is on
///
/// Felt within a second. What was said of one tenant goes before it.
#[utoipa::path(put, path = "/switches/{name}", responses((status = 200, body = SwitchDto)))]
pub async fn put_switch(
    app: State<App>,
    caller: Caller,
    path: PathParams<SwitchPath>,
    if_match: IfMatch,
    body: Body<PutSwitch>,
) -> Answer {
    let command = SetSwitch { expected_version: if_match.expected(), share_percent: body.share_percent };
    respond(
        &caller,
        async |ctx| service::platform::set_switch::set_switch(&app, ctx, &path.name, command).await,
        shown,
    )
    .await
}

/// Shows which features are on for a tenant
#[utoipa::path(get, path = "/tenants/{id}/switches", responses((status = 200, body = TenantSwitchesDto)))]
pub async fn show_tenant_switches(app: State<App>, caller: Caller, id: PathId<TenantKind>) -> Answer {
    let all = service::platform::show_switches::all_of_tenant(&app, &caller, id.id()).await?;
    let switches = all.iter().map(ShownTenantSwitchDto::from).collect();
    Ok(Rendered::ok(&TenantSwitchesDto { switches }).etag_of_body())
}

/// Shows whether a feature is on for a tenant
#[utoipa::path(get, path = "/tenants/{id}/switches/{name}", responses((status = 200, body = TenantSwitchDto)))]
pub async fn get_tenant_switch(
    app: State<App>,
    caller: Caller,
    path: PathParams<TenantSwitchPath>,
) -> Answer {
    Ok(shown_of_tenant(
        &service::platform::show_switches::one_of_tenant(&app, &caller, path.id, &path.name).await?,
    ))
}

/// Says whether a feature is on for a tenant
///
/// Whatever its share, and felt within a second.
#[utoipa::path(put, path = "/tenants/{id}/switches/{name}", responses((status = 200, body = TenantSwitchDto)))]
pub async fn put_tenant_switch(
    app: State<App>,
    caller: Caller,
    path: PathParams<TenantSwitchPath>,
    if_match: IfMatch,
    body: Body<PutTenantSwitch>,
) -> Answer {
    let on = body.state.map(|state| matches!(state, SwitchState::On));
    let command = SetTenantSwitch { expected_version: if_match.expected(), on };
    respond(
        &caller,
        async |ctx| {
            service::platform::set_tenant_switch::set_tenant_switch(&app, ctx, path.id, &path.name, command)
                .await
        },
        shown_of_tenant,
    )
    .await
}
