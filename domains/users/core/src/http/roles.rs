//! The tenant's own roles over HTTP.

use crate::app::App;
use crate::domain::{RoleId, RoleKind};
use crate::error::Error;
use crate::service;
use crate::service::roles::change_role::ChangeRole;
use crate::store::role::{Role, RoleFields};
use chrono::{DateTime, Utc};
use kernel::Faults;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{
    Answer, Body, Caller, IfMatch, IncludeDeleted, Listing, PageQuery, PathId, Rendered, State, respond,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Bookkeeper",
    "description": "Writes invoices, and sees who did what",
    "permissions": ["billing.invoices.read", "billing.invoices.write", "users.audit.read"],
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z", "deleted_at": null,
}))]
pub struct RoleDto {
    id: RoleId,
    #[schema(example = "Bookkeeper")]
    name: String,
    #[schema(required)]
    description: Option<String>,
    /// In order, each once
    permissions: Vec<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[schema(required)]
    deleted_at: Option<DateTime<Utc>>,
}

impl From<&Role> for RoleDto {
    fn from(role: &Role) -> Self {
        let RoleFields { name, description, permissions } = role.fields.clone();
        let Role { id, created_at, updated_at, deleted_at, .. } = *role;
        Self { id, name, description, permissions, created_at, updated_at, deleted_at }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Bookkeeper", "description": "Writes invoices, and sees who did what",
    "permissions": ["users.audit.read", "users.members.read"],
}))]
pub struct CreateRoleDto {
    /// Your own, or one is made
    id: Option<RoleId>,
    /// None of those that every tenant has
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    name: String,
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    description: Option<String>,
    /// All of them yours; `GET /authorization/permissions` says which there are
    #[schema(min_items = 1, max_items = 200)]
    permissions: Vec<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"description": null, "permissions": ["users.audit.read"]}))]
pub struct PatchRoleDto {
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 100, pattern = r"\S"
    )]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 500, pattern = r"\S")]
    description: Option<Option<String>>,
    /// All of them anew
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<Vec<String>>, nullable = false, min_items = 1, max_items = 200)]
    permissions: Option<Option<Vec<String>>>,
}

impl PatchRoleDto {
    fn command(self, expected_version: Option<i64>) -> Result<ChangeRole, Error> {
        let mut faults = Faults::new();
        faults.require(self.name != Some(None), "/name", "null", "must not be null");
        faults.require(self.permissions != Some(None), "/permissions", "null", "must not be null");
        let command = ChangeRole {
            expected_version,
            name: self.name.flatten(),
            description: self.description,
            permissions: self.permissions.flatten(),
        };
        faults.finish(command).map_err(Error::invalid)
    }
}

fn shown(role: &Role) -> Rendered {
    Rendered::ok(&RoleDto::from(role)).etag(role.version)
}

fn created(role: &Role) -> Rendered {
    let location = format!("/api/v1/users/roles/{}", role.id);
    Rendered::created(location, &RoleDto::from(role)).etag(role.version)
}

/// Makes a role of the tenant's own
#[utoipa::path(post, path = "/roles", responses((status = 201, body = RoleDto)))]
pub async fn create_role(app: State<App>, caller: Caller, body: Body<CreateRoleDto>) -> Answer {
    let CreateRoleDto { id, name, description, permissions } = body.into_inner();
    let fields = RoleFields { name, description, permissions };
    respond(
        &caller,
        async |ctx| service::roles::create_role::create_role(&app, ctx, id, fields).await,
        created,
    )
    .await
}

/// Lists the tenant's own roles
#[utoipa::path(get, path = "/roles", responses((status = 200, body = Listing<RoleDto>)))]
pub async fn list_roles(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::roles::show_roles::list(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|role| RoleDto::from(&role))))
}

/// Shows a role of the tenant's own
#[utoipa::path(get, path = "/roles/{id}", responses((status = 200, body = RoleDto)))]
pub async fn get_role(
    app: State<App>,
    caller: Caller,
    id: PathId<RoleKind>,
    include_deleted: IncludeDeleted,
) -> Answer {
    let role = if *include_deleted {
        service::roles::show_roles::one_deleted_too(&app, &caller, id.id()).await?
    } else {
        service::roles::show_roles::one(&app, &caller, id.id()).await?
    };
    Ok(shown(&role))
}

/// Changes a role of the tenant's own
///
/// For all who have it, within a second. An API key gives at most what a `member` may; more is given by a person who
/// has signed in.
#[utoipa::path(patch, path = "/roles/{id}", responses((status = 200, body = RoleDto)))]
pub async fn patch_role(
    app: State<App>,
    caller: Caller,
    id: PathId<RoleKind>,
    if_match: IfMatch,
    body: Body<PatchRoleDto>,
) -> Answer {
    let command = body.into_inner().command(if_match.expected())?;
    respond(
        &caller,
        async |ctx| service::roles::change_role::change_role(&app, ctx, id.id(), command).await,
        shown,
    )
    .await
}

/// Deletes a role that nobody has
#[utoipa::path(
    delete,
    path = "/roles/{id}",
    responses((status = 204, description = "It is deleted, and can be restored"))
)]
pub async fn delete_role(app: State<App>, caller: Caller, id: PathId<RoleKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::roles::delete_role::delete_role(&app, ctx, id.id()).await,
        |_: &()| Rendered::no_content(),
    )
    .await
}

/// Brings a deleted role back
#[utoipa::path(post, path = "/roles/{id}/restore", responses((status = 200, body = RoleDto)))]
pub async fn restore_role(app: State<App>, caller: Caller, id: PathId<RoleKind>) -> Answer {
    respond(&caller, async |ctx| service::roles::restore_role::restore_role(&app, ctx, id.id()).await, shown)
        .await
}
