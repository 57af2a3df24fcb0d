//! Users: members of the tenant, and those whom its directory has asked in.

use super::answer::{ACCEPTED, gone, list as listed, resource};
use super::asked::{Asked, seen};
use super::{id, serve};
use crate::app::App;
use crate::domain::scim::patch::{operations, whole};
use crate::domain::scim::schema::USERS;
use crate::service::scim::change_person::{Change, change_person};
use crate::service::scim::create_person::create_person;
use crate::service::scim::remove_person::remove_person;
use crate::service::scim::show_people;
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
    let found = show_people::list(app, &entered.ctx, search.clone()).await?;
    Ok(listed(&USERS, &search, found, &projection))
}

pub async fn show(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |entered| {
        let projection = Asked::in_query(&req)?.projection()?;
        let told = show_people::one(&app, &entered.ctx, id(&req)?).await?;
        resource(StatusCode::OK, &USERS, told, &projection)
    })
    .await
}

pub async fn create(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |entered| {
        let projection = Asked::in_query(&req)?.projection()?;
        let document = whole(&USERS, entered.json(ACCEPTED)?)?;
        let told = create_person(&app, &entered.ctx, document).await?;
        resource(StatusCode::CREATED, &USERS, told, &projection)
    })
    .await
}

pub async fn replace(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |entered| {
        let change = Change::Whole(whole(&USERS, entered.json(ACCEPTED)?)?);
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
    let told = change_person(app, &entered.ctx, id(req)?, seen(req), change).await?;
    resource(StatusCode::OK, &USERS, told, &projection)
}

pub async fn remove(app: Data<App>, req: HttpRequest, payload: Payload) -> HttpResponse {
    serve(&req, payload, async |entered| {
        remove_person(&app, &entered.ctx, id(&req)?, seen(&req)).await?;
        Ok(gone())
    })
    .await
}
