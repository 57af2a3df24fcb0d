//! `/customers`.

use crate::domain::customer::{Customer, CustomerFields, CustomerPatch};
use crate::service::{
    App, create_customer, delete_customer, patch_customer, put_customer, read, restore_customer,
};
use crate::store::customers::CustomerFilter;
use billing_contract::{CustomerId, CustomerKind};
use chrono::{DateTime, Utc};
use kernel::reference::{MetadataPatchSchema, MetadataSchema, Put};
use kernel::{Metadata, MetadataPatch, Search};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{
    Answer, Body, Caller, IfMatch, IncludeDeleted, Listing, OptionalIfMatch, PageQuery, PathExternalId,
    PathId, Query, Rendered, State, no_content, respond,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b",
    "name": "Around the Horn", "email": "accounts@aroundthehorn.example", "external_id": "crm-4711",
    "metadata": {"segment": "retail"},
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z", "deleted_at": null,
}))]
pub struct CustomerDto {
    id: CustomerId,
    name: String,
    email: Option<String>,
    /// The tenant's own reference, unique among its customers
    external_id: Option<String>,
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    deleted_at: Option<DateTime<Utc>>,
}

impl From<&Customer> for CustomerDto {
    fn from(customer: &Customer) -> Self {
        let CustomerFields { name, email, external_id, metadata } = customer.fields.clone();
        let Customer { id, created_at, updated_at, deleted_at, .. } = *customer;
        Self { id, name, email, external_id, metadata, created_at, updated_at, deleted_at }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Around the Horn", "email": "accounts@aroundthehorn.example", "external_id": "crm-4711",
    "metadata": {"segment": "retail"},
}))]
pub struct CreateCustomerDto {
    /// A UUID of the client's own making
    id: Option<CustomerId>,
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    name: String,
    #[schema(min_length = 1, max_length = 254, pattern = r"\S")]
    email: Option<String>,
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    external_id: Option<String>,
    #[serde(default)]
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
}

/// All of it: what is left out is empty.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Around the Horn", "email": "accounts@aroundthehorn.example",
    "metadata": {"segment": "retail"},
}))]
pub struct PutCustomerDto {
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    name: String,
    #[schema(min_length = 1, max_length = 254, pattern = r"\S")]
    email: Option<String>,
    #[serde(default)]
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": null, "metadata": {"segment": "wholesale", "old": null}}))]
pub struct PatchCustomerDto {
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 200, pattern = r"\S"
    )]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 254, pattern = r"\S")]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = r"\S")]
    external_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<MetadataPatchSchema>)]
    metadata: Option<Option<MetadataPatch>>,
}

#[derive(Deserialize, IntoParams)]
pub struct CustomerQuery {
    /// Only the one with this reference
    external_id: Option<String>,
    /// Only those whose name, address or reference contains this, in whatever case
    #[param(inline)]
    q: Option<Search>,
}

fn created(customer: &Customer) -> Rendered {
    let location = format!("/api/v1/billing/customers/{}", customer.id);
    Rendered::created(location, &CustomerDto::from(customer)).etag(customer.version)
}

fn shown(customer: &Customer) -> Rendered {
    Rendered::ok(&CustomerDto::from(customer)).etag(customer.version)
}

/// Creates a customer
#[utoipa::path(post, path = "/customers", responses((status = 201, body = CustomerDto)))]
pub async fn create_customer(app: State<App>, caller: Caller, body: Body<CreateCustomerDto>) -> Answer {
    let CreateCustomerDto { id, name, email, external_id, metadata } = body.into_inner();
    let fields = CustomerFields { name, email, external_id, metadata };
    respond(&caller, async |ctx| create_customer::create_customer(&app, ctx, id, fields).await, created).await
}

/// Lists customers
#[utoipa::path(get, path = "/customers", responses((status = 200, body = Listing<CustomerDto>)))]
pub async fn list_customers(
    app: State<App>,
    caller: Caller,
    query: Query<CustomerQuery>,
    page: PageQuery,
) -> Answer {
    let filter = CustomerFilter { external_id: query.external_id.clone(), q: query.q.clone() };
    let found = read::list_customers(&app, &caller, &filter, page.request()).await?;
    Ok(page.render(found.map(|customer| CustomerDto::from(&customer))))
}

/// Shows a customer
#[utoipa::path(get, path = "/customers/{id}", responses((status = 200, body = CustomerDto)))]
pub async fn get_customer(
    app: State<App>,
    caller: Caller,
    id: PathId<CustomerKind>,
    include_deleted: IncludeDeleted,
) -> Answer {
    Ok(if *include_deleted {
        shown(&read::get_customer_deleted_too(&app, &caller, id.id()).await?)
    } else {
        shown(&*read::get_customer(&app, &caller, id.id()).await?)
    })
}

/// Changes a customer
#[utoipa::path(patch, path = "/customers/{id}", responses((status = 200, body = CustomerDto)))]
pub async fn patch_customer(
    app: State<App>,
    caller: Caller,
    id: PathId<CustomerKind>,
    if_match: IfMatch,
    body: Body<PatchCustomerDto>,
) -> Answer {
    let PatchCustomerDto { name, email, external_id, metadata } = body.into_inner();
    let patch = CustomerPatch { name, email, external_id, metadata };
    respond(
        &caller,
        async |ctx| patch_customer::patch_customer(&app, ctx, id.id(), if_match.expected(), patch).await,
        shown,
    )
    .await
}

/// Creates or replaces the customer with this reference
#[utoipa::path(
    put,
    path = "/customers/by-external-id/{external_id}",
    responses(
        (status = 200, description = "It was there and is as told now", body = CustomerDto),
        (status = 201, description = "It is new", body = CustomerDto)
    )
)]
pub async fn put_customer(
    app: State<App>,
    caller: Caller,
    external_id: PathExternalId,
    if_match: OptionalIfMatch,
    body: Body<PutCustomerDto>,
) -> Answer {
    let PutCustomerDto { name, email, metadata } = body.into_inner();
    let fields = CustomerFields { name, email, external_id: Some(external_id.into_inner()), metadata };
    respond(
        &caller,
        async |ctx| put_customer::put_customer(&app, ctx, if_match.seen(), fields).await,
        |put: &Put<Customer>| if put.created { created(&put.resource) } else { shown(&put.resource) },
    )
    .await
}

/// Deletes a customer who has nothing open
#[utoipa::path(
    delete,
    path = "/customers/{id}",
    responses((status = 204, description = "It is deleted, and can be restored"))
)]
pub async fn delete_customer(app: State<App>, caller: Caller, id: PathId<CustomerKind>) -> Answer {
    respond(&caller, async |ctx| delete_customer::delete_customer(&app, ctx, id.id()).await, no_content).await
}

/// Brings a deleted customer back
#[utoipa::path(post, path = "/customers/{id}/restore", responses((status = 200, body = CustomerDto)))]
pub async fn restore_customer(app: State<App>, caller: Caller, id: PathId<CustomerKind>) -> Answer {
    respond(&caller, async |ctx| restore_customer::restore_customer(&app, ctx, id.id()).await, shown).await
}
