//! `limit` and `cursor` of a list. A cursor is opaque and signed for its tenant and operation, so that what
//! reaches the database is what it said itself.

use crate::answer::Rendered;
use crate::openapi::{Described, Description};
use crate::operation::Endpoint;
use crate::problem_json::Failure;
use crate::query::{fault, pairs};
use crate::server::Server;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::page::{DEFAULT_LIMIT, MAX_LIMIT};
use kernel::problem::INVALID_CURSOR;
use kernel::{Ctx, Page, PageRequest, Problem};
use secrets::Secrets;
use serde::{Deserialize, Serialize};
use std::future::{Ready, ready};
use std::ops::Deref;
use utoipa::ToSchema;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

const PURPOSE: &str = "web.cursor";
const TAG_BYTES: usize = 32;

/// What to ask a list for, and the way to render what it gave.
pub struct PageQuery {
    request: PageRequest,
    seal: Seal,
}

struct Seal {
    secrets: Secrets,
    tenant: [u8; 16],
    operation: String,
}

impl PageQuery {
    pub fn request(&self) -> &PageRequest {
        &self.request
    }

    /// `{"data": […], "next_cursor": …}`, the cursor signed.
    pub fn render<T: Serialize>(&self, page: Page<T>) -> Rendered {
        let next_cursor = page.next_cursor.map(|cursor| self.seal.sign(&cursor));
        Rendered::ok(&Listing { data: page.data, next_cursor })
    }
}

impl Deref for PageQuery {
    type Target = PageRequest;
    fn deref(&self) -> &PageRequest {
        &self.request
    }
}

/// The schema of every list: `body = web::Listing<InvoiceDto>`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Listing<T> {
    pub data: Vec<T>,
    /// Where the next page begins; `null` on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl FromRequest for PageQuery {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(req).map_err(Failure::from))
    }
}

fn read(req: &HttpRequest) -> Result<PageQuery, Problem> {
    let seal = Seal {
        secrets: Server::of(req)?.secrets().clone(),
        tenant: req.extensions().get::<Ctx>().map(|ctx| ctx.tenant().uuid().into_bytes()).unwrap_or_default(),
        operation: Endpoint::of(req)?.operation_id().to_owned(),
    };
    let pairs = pairs(req)?;
    let one = |name: &str| {
        let mut values = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(fault(name, "is given twice")),
        }
    };
    let limit = match one("limit")? {
        None => DEFAULT_LIMIT,
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=MAX_LIMIT).contains(limit))
            .ok_or_else(|| fault("limit", &format!("must be a number from 1 to {MAX_LIMIT}")))?,
    };
    let cursor = one("cursor")?.map(|cursor| seal.open(cursor)).transpose()?;
    Ok(PageQuery { request: PageRequest { limit, cursor }, seal })
}

impl Seal {
    fn sign(&self, inner: &str) -> String {
        let mut bytes = self.secrets.keyed_hash(PURPOSE, &self.parts(inner.as_bytes())).to_vec();
        bytes.extend_from_slice(inner.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open(&self, cursor: &str) -> Result<String, Problem> {
        let verified = || {
            let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
            let (tag, inner) = bytes.split_at_checked(TAG_BYTES)?;
            let ours = self.secrets.verify_keyed_hash(PURPOSE, &self.parts(inner), tag);
            ours.then(|| String::from_utf8(inner.to_vec()).ok()).flatten()
        };
        verified().ok_or_else(|| {
            Problem::new(INVALID_CURSOR, "Send `next_cursor` of the page before, as it was, or no cursor.")
        })
    }

    fn parts<'a>(&'a self, inner: &'a [u8]) -> [&'a [u8]; 3] {
        [&self.tenant, self.operation.as_bytes(), inner]
    }
}

impl Described for PageQuery {
    fn describe(into: &mut Description) {
        into.list = true;
        let limit = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MAX_LIMIT))
            .default(Some(DEFAULT_LIMIT.into()))
            .build();
        let cursor = ObjectBuilder::new().schema_type(Type::String).build();
        for (name, schema, description) in [
            ("limit", limit, "How many at most"),
            ("cursor", cursor, "`next_cursor` of the page before; opaque"),
        ] {
            into.parameters.push(
                ParameterBuilder::new()
                    .name(name)
                    .parameter_in(ParameterIn::Query)
                    .description(Some(description))
                    .schema(Some(schema))
                    .build(),
            );
        }
    }
}
