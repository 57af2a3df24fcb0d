//! What stands before a page beside the API whose caller brings a credential: a protocol with a shape of its own, such as
//! SCIM. The same as before an operation with a permission (who are you, are you within your limits, may you, until when),
//! but for idempotency keys, which such protocols do not know. Whoever serves the page renders its refusals.

use crate::body::{check_encoding, content_length, media_type, read};
use crate::guard::{admit, admit_again, in_time};
use crate::json::parse;
use crate::nul::refuse_in_target;
use crate::problem_json::{self, Failure};
use crate::server::Server;
use crate::target::refuse_ill_encoded;
use crate::visitor::visitor_of;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use kernel::problem::UNSUPPORTED_MEDIA_TYPE;
use kernel::{Ctx, Permission, Problem, Visitor};
use serde::de::DeserializeOwned;
use std::time::Instant;

/// Somebody who has a permission, with the body they sent.
pub struct Entered {
    pub ctx: Ctx,
    body: Bytes,
    media_type: Option<String>,
    max_depth: usize,
}

impl Entered {
    /// The body, which is JSON of one of these media types.
    pub fn json<T: DeserializeOwned>(&self, accepted: &[&str]) -> Result<T, Problem> {
        let sent = self.media_type.as_deref();
        if !sent.is_some_and(|sent| accepted.contains(&sent)) {
            return Err(Problem::new(UNSUPPORTED_MEDIA_TYPE, format!("Send {}.", accepted.join(" or "))));
        }
        parse(&self.body, self.max_depth)
    }
}

/// Does `work` as who brings a bearer with this permission, in the time that a request has. What is refused or fails is
/// logged here, and told in the words of `render`, with the headers that any answer of the kind has.
pub async fn enter<W>(
    req: &HttpRequest,
    payload: Payload,
    permission: &Permission,
    render: fn(&Failure) -> HttpResponse,
    work: W,
) -> HttpResponse
where
    W: AsyncFnOnce(Entered) -> Result<HttpResponse, Failure>,
{
    let answered = match visitor_of(req) {
        Ok(visitor) => {
            let deadline = visitor.deadline;
            in_time(deadline, Box::pin(entered(req, payload, visitor, permission, work))).await
        }
        Err(problem) => Err(problem.into()),
    };
    answered.unwrap_or_else(|failure| {
        problem_json::log(&failure);
        let mut response = render(&failure);
        problem_json::tell(&failure, response.headers_mut());
        response
    })
}

async fn entered<W>(
    req: &HttpRequest,
    payload: Payload,
    visitor: Visitor,
    permission: &Permission,
    work: W,
) -> Result<HttpResponse, Failure>
where
    W: AsyncFnOnce(Entered) -> Result<HttpResponse, Failure>,
{
    let server = Server::of(req)?;
    let route = req.match_pattern().unwrap_or_default();
    let begun = Instant::now();
    let ctx = admit(&server, req, visitor, permission, &route).await?;
    refuse_ill_encoded(req)?;
    refuse_in_target(req)?;
    check_encoding(req.headers())?;
    let settings = server.settings();
    let declared = content_length(req.headers());
    let body = read(&mut payload.into_inner(), declared, settings.max_body_bytes).await?;
    let ctx = admit_again(&server, req, begun, permission, ctx).await?;
    let media_type = media_type(req.headers());
    work(Entered { ctx, body, media_type, max_depth: settings.max_json_depth }).await
}
