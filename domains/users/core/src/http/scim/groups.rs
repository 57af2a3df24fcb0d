//! Groups: the teams of the tenant.

use super::answer::{ACCEPTED, gone, list as listed, resource};
use super::asked::{Asked, seen};
use super::{id, serve};
use crate::app::App;
use crate::domain::scim::patch::{operations, whole};
use crate::domain::scim::schema::GROUPS;
use crate::service::scim::change_group::change_group;
use crate::service::scim::change_person::Change;
use crate::service::scim::create_group::create_group;
use crate::service::scim::remove_group::remove_group;
use crate::service::scim::show_groups;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use web::{Entered, Failure};

pub async fn list(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |entered| found(&app, &entered, &Asked::in_query(&req)?).await).await
}

pub async fn search(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |entered| {
        let asked = Asked::in_body(&entered.json(ACCEPTED)?)?;
        found(&app, &entered, &asked).await
    })
    .await
}

async fn found(app: &App, entered: &Entered, asked: &Asked) -> Result<HttpResponse, Failure> {
    let (search, projection) = (asked.search()?, asked.projection()?);
    let with_members = projection.tells(&GROUPS, "members");
    let found = show_groups::list(app, &entered.ctx, search.clone(), with_members).await?;
    Ok(listed(&GROUPS, &search, found, &projection))
}

pub async fn show(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |entered| {
        let projection = Asked::in_query(&req)?.projection()?;
        let told = show_groups::one(&app, &entered.ctx, id(&req)?).await?;
        resource(StatusCode::OK, &GROUPS, told, &projection)
    })
    .await
}

pub async fn create(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |entered| {
        let projection = Asked::in_query(&req)?.projection()?;
        let document = whole(&GROUPS, entered.json(ACCEPTED)?)?;
        let told = create_group(&app, &entered.ctx, document).await?;
        resource(StatusCode::CREATED, &GROUPS, told, &projection)
    })
    .await
}

pub async fn replace(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |entered| {
        let change = Change::Whole(whole(&GROUPS, entered.json(ACCEPTED)?)?);
        changed(&app, &req, &entered, change).await
    })
    .await
}

pub async fn patch(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |entered| {
        let change = Change::Part(operations(entered.json(ACCEPTED)?)?);
        changed(&app, &req, &entered, change).await
    })
    .await
}

async fn changed(
    app: &App,
    req: &HttpRequest,
    entered: &Entered,
    change: Change,
) -> Result<HttpResponse, Failure> {
    let projection = Asked::in_query(req)?.projection()?;
    let told = change_group(app, &entered.ctx, id(req)?, seen(req), change).await?;
    resource(StatusCode::OK, &GROUPS, told, &projection)
}

pub async fn remove(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |entered| {
        remove_group(&app, &entered.ctx, id(&req)?, seen(&req)).await?;
        Ok(gone())
    })
    .await
}
