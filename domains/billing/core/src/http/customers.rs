//! `/customers`.

use crate::domain::customer::{Customer, CustomerFields, CustomerPatch, Metadata};
use crate::service::{App, create_customer, patch_customer, read};
use billing_contract::{CustomerId, CustomerKind};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Body, Caller, IfMatch, Listing, PageQuery, PathId, Query, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
pub struct CustomerDto {
    id: CustomerId,
    name: String,
    email: Option<String>,
    /// The tenant's own reference, unique among its customers
    external_id: Option<String>,
    metadata: Metadata,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Customer> for CustomerDto {
    fn from(customer: &Customer) -> Self {
        let CustomerFields { name, email, external_id, metadata } = customer.fields.clone();
        let Customer { id, created_at, updated_at, .. } = *customer;
        Self { id, name, email, external_id, metadata, created_at, updated_at }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCustomerDto {
    /// A UUID of the client's own making
    id: Option<CustomerId>,
    name: String,
    email: Option<String>,
    external_id: Option<String>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchCustomerDto {
    #[serde(default, deserialize_with = "web::nullable")]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::nullable")]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::nullable")]
    external_id: Option<Option<String>>,
    /// Pairs to set; a null value removes its pair
    #[serde(default, deserialize_with = "web::nullable")]
    metadata: Option<Option<BTreeMap<String, Option<String>>>>,
}

#[derive(Deserialize, IntoParams)]
pub struct CustomerFilter {
    /// Only the one with this reference
    external_id: Option<String>,
}

/// Creates a customer
#[utoipa::path(post, path = "/customers", responses((status = 201, body = CustomerDto)))]
pub async fn create_customer(app: State<App>, caller: Caller, body: Body<CreateCustomerDto>) -> Answer {
    let CreateCustomerDto { id, name, email, external_id, metadata } = body.into_inner();
    let fields = CustomerFields { name, email, external_id, metadata };
    respond(
        &caller,
        async |ctx| create_customer::create_customer(&app, ctx, id, fields).await,
        |customer: &Customer| {
            let location = format!("/api/v1/billing/customers/{}", customer.id);
            Rendered::created(location, &CustomerDto::from(customer)).etag(customer.version)
        },
    )
    .await
}

/// Lists customers
#[utoipa::path(get, path = "/customers", responses((status = 200, body = Listing<CustomerDto>)))]
pub async fn list_customers(
    app: State<App>,
    caller: Caller,
    filter: Query<CustomerFilter>,
    page: PageQuery,
) -> Answer {
    let found = read::list_customers(&app, &caller, filter.external_id.as_deref(), page.request()).await?;
    Ok(page.render(found.map(|customer| CustomerDto::from(&customer))))
}

/// Shows a customer
#[utoipa::path(get, path = "/customers/{id}", responses((status = 200, body = CustomerDto)))]
pub async fn get_customer(app: State<App>, caller: Caller, id: PathId<CustomerKind>) -> Answer {
    let customer = read::get_customer(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&CustomerDto::from(&customer)).etag(customer.version))
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
        |customer: &Customer| Rendered::ok(&CustomerDto::from(customer)).etag(customer.version),
    )
    .await
}
