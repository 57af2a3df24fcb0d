//! `/problems/<code>`: where the `type` of a problem leads, for people.

use crate::answer::{Answer, Rendered};
use crate::api::not_allowed;
use crate::operation::get;
use crate::problem_json::nothing_here;
use actix_web::http::Method;
use actix_web::{Resource, web as actix};
use kernel::ProblemKind;
use std::collections::HashMap;
use std::sync::Arc;

pub fn problems_pages(kinds: &[ProblemKind]) -> Resource {
    let kinds: Arc<HashMap<&'static str, ProblemKind>> =
        Arc::new(kinds.iter().map(|kind| (kind.code, *kind)).collect());
    let page = move |code: actix::Path<String>| {
        let kind = kinds.get(code.as_str()).copied();
        async move { answer(kind) }
    };
    actix::resource("/problems/{code}")
        .route(get().to(page))
        .default_service(actix::to(not_allowed(&[Method::GET])))
}

fn answer(kind: Option<ProblemKind>) -> Answer {
    let ProblemKind { code, status, title } = kind.ok_or_else(nothing_here)?;
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <h1>{title}</h1><p>Code <code>{code}</code>, HTTP status {status}.</p>\
         <p>The <code>detail</code> of the answer says what was wrong with that request, \
         and <code>request_id</code> is what to tell support.</p></html>"
    );
    let page = Rendered::bytes("text/html; charset=utf-8", page);
    Ok(page.cache_control("public, max-age=3600, stale-while-revalidate=86400"))
}
