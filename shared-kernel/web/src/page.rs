//! What a list is asked for: `limit`, `cursor`, and of a list by creation `sort` and `created_at[…]`. A cursor is opaque
//! and signed for its tenant, operation, order and filters, so that what reaches the database is what it said itself.

use crate::answer::Rendered;
use crate::deleted;
use crate::openapi::{Described, Description};
use crate::operation::Endpoint;
use crate::problem_json::Failure;
use crate::query::{fault, pairs};
use crate::server::Server;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, DurationRound, Utc};
use kernel::page::{Created, DEFAULT_LIMIT, MAX_LIMIT, Order};
use kernel::problem::INVALID_CURSOR;
use kernel::{Ctx, Page, PageRequest, Problem};
use secrets::Secrets;
use serde::{Deserialize, Serialize};
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;
use utoipa::ToSchema;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

const PURPOSE: &str = "web.cursor";
const TAG_BYTES: usize = 32;
const LIMIT: &str = "limit";
const CURSOR: &str = "cursor";
const SORT: &str = "sort";
const OLDEST_FIRST: &str = "created_at";
const NEWEST_FIRST: &str = "-created_at";
const RANGES: [(&str, &str); 4] = [
    ("created_at[gte]", "Created at this time or later"),
    ("created_at[gt]", "Created later"),
    ("created_at[lte]", "Created at this time or earlier"),
    ("created_at[lt]", "Created earlier"),
];

/// What to ask a list for, and the way to render what it gave. `PageQuery<OwnOrder>` is for a list that has another
/// order than that of creation.
pub struct PageQuery<O = ByCreation> {
    request: PageRequest,
    seal: Seal,
    order: PhantomData<O>,
}

/// Newest first, or as `sort` says.
pub enum ByCreation {}

/// An order of its own, which nobody chooses.
pub enum OwnOrder {}

pub trait ListOrder: 'static {
    const BY_CREATION: bool;
}

impl ListOrder for ByCreation {
    const BY_CREATION: bool = true;
}

impl ListOrder for OwnOrder {
    const BY_CREATION: bool = false;
}

struct Seal {
    secrets: Secrets,
    tenant: [u8; 16],
    operation: String,
    /// Order and filters, as they were given.
    question: Vec<u8>,
}

impl<O> PageQuery<O> {
    pub fn request(&self) -> &PageRequest {
        &self.request
    }

    /// `{"data": […], "next_cursor": …}`, the cursor signed.
    pub fn render<T: Serialize>(&self, page: Page<T>) -> Rendered {
        let next_cursor = page.next_cursor.map(|cursor| self.seal.sign(&cursor));
        Rendered::ok(&Listing { data: page.data, next_cursor })
    }
}

impl<O> Deref for PageQuery<O> {
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

impl<O: ListOrder> FromRequest for PageQuery<O> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(req).map_err(Failure::from))
    }
}

/// Whether a list reads this parameter itself.
pub(crate) fn is_own(name: &str) -> bool {
    [LIMIT, CURSOR, SORT].contains(&name) || RANGES.iter().any(|(range, _)| *range == name)
}

fn read<O: ListOrder>(req: &HttpRequest) -> Result<PageQuery<O>, Problem> {
    let pairs = pairs(req)?;
    let one = |name: &str| {
        let mut values = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(fault(name, "is given twice")),
        }
    };
    let seal = Seal {
        secrets: Server::of(req)?.secrets().clone(),
        tenant: req.extensions().get::<Ctx>().map(|ctx| ctx.tenant().uuid().into_bytes()).unwrap_or_default(),
        operation: Endpoint::of(req)?.operation_id().to_owned(),
        question: question(&pairs),
    };
    let limit = match one(LIMIT)? {
        None => DEFAULT_LIMIT,
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=MAX_LIMIT).contains(limit))
            .ok_or_else(|| fault(LIMIT, &format!("must be a number from 1 to {MAX_LIMIT}")))?,
    };
    let order = match one(SORT)? {
        None | Some(NEWEST_FIRST) => Order::NewestFirst,
        Some(OLDEST_FIRST) => Order::OldestFirst,
        Some(_) => return Err(fault(SORT, &format!("must be {OLDEST_FIRST} or {NEWEST_FIRST}"))),
    };
    let time = |name: &'static str| one(name)?.map(|text| time(name, text)).transpose();
    let created_at = Created {
        from: time(RANGES[0].0)?.max(time(RANGES[1].0)?.map(just_after)),
        until: earlier(time(RANGES[2].0)?.map(just_after), time(RANGES[3].0)?),
    };
    let cursor = one(CURSOR)?.map(|cursor| seal.open(cursor)).transpose()?;
    let with_deleted = deleted::wanted(req)?;
    let request = PageRequest { limit, cursor, order, created_at, with_deleted };
    Ok(PageQuery { request, seal, order: PhantomData })
}

/// To the microsecond, which is what is kept: a finer time lies after the one it is cut to.
fn time(name: &str, text: &str) -> Result<DateTime<Utc>, Problem> {
    let wrong = || fault(name, "must be a time of RFC 3339, such as 2026-01-31T12:00:00Z");
    let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| wrong())?.with_timezone(&Utc);
    parsed.duration_trunc(Duration::microseconds(1)).map_err(|_| wrong())
}

fn just_after(time: DateTime<Utc>) -> DateTime<Utc> {
    time.checked_add_signed(Duration::microseconds(1)).unwrap_or(time)
}

fn earlier(one: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// All that decides which rows come in which order.
fn question(pairs: &[(String, String)]) -> Vec<u8> {
    let mut asked: Vec<_> = pairs.iter().filter(|(name, _)| name != LIMIT && name != CURSOR).collect();
    asked.sort();
    asked
        .iter()
        .flat_map(|(name, value)| format!("{}:{name}{}:{value}", name.len(), value.len()).into_bytes())
        .collect()
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
            let detail = "Send `next_cursor` of the page before, as it was and with the same filters and order, or no \
                          cursor.";
            Problem::new(INVALID_CURSOR, detail)
        })
    }

    fn parts<'a>(&'a self, inner: &'a [u8]) -> [&'a [u8]; 4] {
        [&self.tenant, self.operation.as_bytes(), &self.question, inner]
    }
}

impl<O: ListOrder> Described for PageQuery<O> {
    fn describe(into: &mut Description) {
        into.list = true;
        let limit = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MAX_LIMIT))
            .default(Some(DEFAULT_LIMIT.into()));
        let cursor = ObjectBuilder::new().schema_type(Type::String);
        into.parameters.extend([
            parameter(LIMIT, "How many at most", limit),
            parameter(CURSOR, "`next_cursor` of the page before; opaque", cursor),
        ]);
        if !O::BY_CREATION {
            return;
        }
        let sort = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some([NEWEST_FIRST, OLDEST_FIRST]))
            .default(Some(NEWEST_FIRST.into()));
        into.parameters.push(parameter(SORT, "Newest first, or oldest first", sort));
        into.parameters.extend(RANGES.map(|(name, description)| {
            let time = ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
            parameter(name, description, time)
        }));
    }
}

fn parameter(name: &str, description: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .description(Some(description))
        .schema(Some(schema.build()))
        .build()
}
