//! Approval definitions over HTTP.

use super::dto::{ApprovalDefinitionDto, CreateApprovalDefinition};
use crate::domain::Definition;
use crate::service::{self, App};
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Rendered, State, respond};
use workflow_contract::DefinitionKind;

/// Lists approval definitions
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/definitions",
    responses((status = 200, description = "A page of definitions", body = Listing<ApprovalDefinitionDto>))
)]
pub async fn list_definitions(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let definitions = service::list_definitions(&app, &caller, &page).await?;
    Ok(page.render(definitions.map(|definition| ApprovalDefinitionDto::from(&definition))))
}

/// Shows an approval definition
#[utoipa::path(
    get,
    path = "/definitions/{id}",
    responses((status = 200, description = "The definition", body = ApprovalDefinitionDto))
)]
pub async fn get_definition(app: State<App>, caller: Caller, id: PathId<DefinitionKind>) -> Answer {
    Ok(shown(&service::get_definition(&app, &caller, id.id()).await?))
}

/// Drafts an approval definition
///
/// It asks for nothing until it is published.
#[utoipa::path(
    post,
    path = "/definitions",
    responses((status = 201, description = "The draft", body = ApprovalDefinitionDto))
)]
pub async fn create_definition(
    app: State<App>,
    caller: Caller,
    body: Body<CreateApprovalDefinition>,
) -> Answer {
    let command = body.into_inner().into_command();
    respond(
        &caller,
        async |ctx| service::create_definition(&app, ctx, command).await,
        |definition: &Definition| {
            let location = format!("/api/v1/workflow/definitions/{}", definition.id);
            Rendered::created(location, &ApprovalDefinitionDto::from(definition)).etag(definition.version)
        },
    )
    .await
}

/// Publishes an approval definition
///
/// From now on what it speaks of waits for its approver. What is published never changes; it can be retired.
#[utoipa::path(
    post,
    path = "/definitions/{id}/publish",
    responses((status = 200, description = "The published definition", body = ApprovalDefinitionDto))
)]
pub async fn publish_definition(app: State<App>, caller: Caller, id: PathId<DefinitionKind>) -> Answer {
    respond(&caller, async |ctx| service::publish_definition(&app, ctx, id.id()).await, shown).await
}

/// Retires an approval definition
///
/// Nothing new waits for it. Tasks that are open stay open until they are decided or cleared.
#[utoipa::path(
    post,
    path = "/definitions/{id}/retire",
    responses((status = 200, description = "The retired definition", body = ApprovalDefinitionDto))
)]
pub async fn retire_definition(app: State<App>, caller: Caller, id: PathId<DefinitionKind>) -> Answer {
    respond(&caller, async |ctx| service::retire_definition(&app, ctx, id.id()).await, shown).await
}

fn shown(definition: &Definition) -> Rendered {
    Rendered::ok(&ApprovalDefinitionDto::from(definition)).etag(definition.version)
}
