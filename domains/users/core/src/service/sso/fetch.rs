//! What is asked of a provider, or of a domain that is to be proved: by the client that reaches nothing inside, and with an
//! answer that is whole.

use openidconnect::{HttpRequest, HttpResponse};
use outbound::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use outbound::{Method, Outbound, Reply, Request, SendError, Url};

#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error(transparent)]
    Send(#[from] SendError),
    #[error("the answer is too long")]
    TooLong,
    #[error("the answer has the status {0}")]
    Status(u16),
    #[error("the request or the answer is none of HTTP")]
    Unfit,
}

/// The body of a `200`; what leads elsewhere is none.
pub async fn get(outbound: &Outbound, url: Url, bearer: Option<&str>) -> Result<Vec<u8>, FetchError> {
    let mut headers = HeaderMap::new();
    if let Some(bearer) = bearer {
        let mut value = HeaderValue::try_from(format!("Bearer {bearer}")).map_err(|_| FetchError::Unfit)?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    let reply = outbound.send(Request { method: Method::GET, url, headers, body: Vec::new() }).await?;
    if reply.status != 200 {
        return Err(FetchError::Status(reply.status));
    }
    whole(reply).map(|reply| reply.body)
}

/// As the library of OpenID Connect asks.
pub async fn call(outbound: &Outbound, request: HttpRequest) -> Result<HttpResponse, FetchError> {
    let (parts, body) = request.into_parts();
    let url = parts.uri.to_string().parse().map_err(|_| FetchError::Unfit)?;
    let request = Request { method: parts.method, url, headers: parts.headers, body };
    let reply = whole(outbound.send(request).await?)?;
    let mut response = openidconnect::http::Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    response.body(reply.body).map_err(|_| FetchError::Unfit)
}

fn whole(reply: Reply) -> Result<Reply, FetchError> {
    if reply.cut_off { Err(FetchError::TooLong) } else { Ok(reply) }
}
