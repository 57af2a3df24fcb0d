//! The tenant's domains over HTTP.

use crate::app::App;
use crate::domain::{VerifiedDomainId, VerifiedDomainKind};
use crate::service;
use crate::service::sso::domain::{Domain, Proof};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "domain": "example.com",
    "challenge": "insula-challenge_x7QpVb2…", "file_url": "https://example.com/.well-known/insula-challenge.txt",
    "record_name": "_insula-challenge.example.com",
    "verified_at": null, "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct VerifiedDomainDto {
    id: VerifiedDomainId,
    domain: String,
    /// What the file must hold, and nothing else; or one of the TXT records
    challenge: String,
    /// Where the file is looked for; a redirect is not followed
    file_url: String,
    /// Whose TXT records are looked at
    record_name: String,
    /// Since then it is believed
    #[schema(required)]
    verified_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Domain> for VerifiedDomainDto {
    fn from(domain: &Domain) -> Self {
        Self {
            id: domain.id,
            domain: domain.domain.clone(),
            challenge: domain.challenge.clone(),
            file_url: domain.file_url(),
            record_name: domain.record_name(),
            verified_at: domain.verified_at,
            created_at: domain.created_at,
            updated_at: domain.updated_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"domain": "example.com"}))]
pub struct AddDomain {
    /// What the addresses of your people end in
    #[schema(min_length = 3, max_length = 253)]
    domain: String,
}

/// By what a domain is proved
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DomainProof)]
pub enum DomainProofDto {
    /// The file at `file_url`
    File,
    /// A TXT record of `record_name`
    Dns,
}

impl From<DomainProofDto> for Proof {
    fn from(proof: DomainProofDto) -> Self {
        match proof {
            DomainProofDto::File => Self::File,
            DomainProofDto::Dns => Self::Dns,
        }
    }
}

fn usual_proof() -> DomainProofDto {
    DomainProofDto::File
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"proof": "dns"}))]
pub struct VerifyDomain {
    #[serde(default = "usual_proof")]
    proof: DomainProofDto,
}

fn shown(domain: &Domain) -> Rendered {
    Rendered::ok(&VerifiedDomainDto::from(domain)).etag_of_body()
}

fn created(domain: &Domain) -> Rendered {
    let location = format!("/api/v1/users/domains/{}", domain.id);
    Rendered::created(location, &VerifiedDomainDto::from(domain)).etag_of_body()
}

/// Says that a domain is the tenant's
///
/// Put the challenge into the file or the record that the answer names, and verify it. Of people with such addresses the tenant's provider is believed
/// from then on. It takes a proof of who you are from the last quarter of an hour.
#[utoipa::path(
    post,
    path = "/domains",
    responses(
        (status = 201, body = VerifiedDomainDto),
        (status = 409, description = "It is there already, or there are as many as there may be")
    )
)]
pub async fn add_domain(app: State<App>, caller: Caller, body: Body<AddDomain>) -> Answer {
    let AddDomain { domain } = body.into_inner();
    respond(&caller, async |ctx| service::sso::add_domain::add_domain(&app, ctx, &domain).await, created)
        .await
}

/// Lists the tenant's domains
///
/// Those that wait to be verified too.
#[utoipa::path(get, path = "/domains", responses((status = 200, body = Listing<VerifiedDomainDto>)))]
pub async fn list_domains(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::sso::show_domains::list(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|domain| VerifiedDomainDto::from(&domain))))
}

/// Shows a domain of the tenant's
#[utoipa::path(get, path = "/domains/{id}", responses((status = 200, body = VerifiedDomainDto)))]
pub async fn get_domain(app: State<App>, caller: Caller, id: PathId<VerifiedDomainKind>) -> Answer {
    Ok(shown(&service::sso::show_domains::one(&app, &caller, id.id()).await?))
}

/// Looks whether a domain shows its challenge
///
/// In its file, or in DNS. Verified, it is this tenant's alone in the installation until it is removed; the file or the record
/// may go.
#[utoipa::path(
    post,
    path = "/domains/{id}/verify",
    responses(
        (status = 200, body = VerifiedDomainDto),
        (status = 409, description = "It does not show it, or is another tenant's")
    )
)]
pub async fn verify_domain(
    app: State<App>,
    caller: Caller,
    id: PathId<VerifiedDomainKind>,
    body: Body<VerifyDomain>,
) -> Answer {
    let proof = body.into_inner().proof.into();
    respond(
        &caller,
        async |ctx| service::sso::verify_domain::verify_domain(&app, ctx, id.id(), proof).await,
        shown,
    )
    .await
}

/// Gives a domain up
///
/// Another tenant may have it from then on. Whoever has signed in already still does.
#[utoipa::path(delete, path = "/domains/{id}", responses((status = 204, description = "It is gone")))]
pub async fn remove_domain(app: State<App>, caller: Caller, id: PathId<VerifiedDomainKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::sso::remove_domain::remove_domain(&app, ctx, id.id()).await,
        |_: &()| Rendered::no_content(),
    )
    .await
}
