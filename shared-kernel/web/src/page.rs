//! What a list is asked for: `limit`, `cursor`, and of a list by creation `sort` and `created_at[…]`. A cursor is opaque
//! and signed for its tenant, operation, order and filters, so that what reaches the database is what it said itself.

use crate::answer::Rendered;
use crate::deleted;
use crate::openapi::{Described, Description};
use crate::operation::Endpoint;
use crate::problem_json::Failure;
use crate::query::{Given, pairs};
use crate::server::Server;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike, Duration, SubsecRound, Utc};
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
const LAST_YEAR: i32 = 9_999;
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
    let mut given = Given::of(&pairs);
    let (limit, order, created_at) = bounds(&mut given);
    let sealed = given.read(CURSOR, |text| Ok(text.to_owned()));
    given.finish()?;
    let seal = Seal {
        secrets: Server::of(req)?.secrets().clone(),
        tenant: req.extensions().get::<Ctx>().map(|ctx| ctx.tenant().uuid().into_bytes()).unwrap_or_default(),
        operation: Endpoint::of(req)?.operation_id().to_owned(),
        question: question(&pairs),
    };
    let cursor = sealed.map(|cursor| seal.open(&cursor)).transpose()?;
    let with_deleted = deleted::wanted(req)?;
    let request = PageRequest { limit, cursor, order, created_at, with_deleted };
    Ok(PageQuery { request, seal, order: PhantomData })
}

pub(crate) fn bounds(given: &mut Given<'_>) -> (u16, Order, Created) {
    let limit = given.read(LIMIT, |text| {
        let limit = text.parse::<u16>().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
        limit.ok_or_else(|| format!("must be a number from 1 to {MAX_LIMIT}"))
    });
    let order = given.read(SORT, |text| match text {
        NEWEST_FIRST => Ok(Order::NewestFirst),
        OLDEST_FIRST => Ok(Order::OldestFirst),
        _ => Err(format!("must be {OLDEST_FIRST} or {NEWEST_FIRST}")),
    });
    let [gte, gt, lte, lt] = RANGES.map(|(name, _)| given.read(name, time));
    let created_at = Created {
        from: gte.map(not_before).max(gt.map(just_after)),
        until: earlier(lte.map(just_after), lt.map(not_before)),
    };
    (limit.unwrap_or(DEFAULT_LIMIT), order.unwrap_or_default(), created_at)
}

fn time(text: &str) -> Result<DateTime<Utc>, String> {
    let time = DateTime::parse_from_rfc3339(text)
        .map_err(|_| "must be a time of RFC 3339, such as 2026-01-31T12:00:00Z".to_owned())?;
    let time = time.with_timezone(&Utc);
    // SQLite compares texts, and only these years are written with four digits.
    let is_kept = (1..=LAST_YEAR).contains(&time.year());
    if is_kept { Ok(time) } else { Err("must be of the years 0001 to 9999, in UTC".to_owned()) }
}

/// The first time that is kept and is not before this one: times are kept to the microsecond.
fn not_before(time: DateTime<Utc>) -> DateTime<Utc> {
    let kept = time.trunc_subsecs(6);
    if kept == time { kept } else { just_after(time) }
}

/// The first that is kept and is after this one.
fn just_after(time: DateTime<Utc>) -> DateTime<Utc> {
    let kept = time.trunc_subsecs(6);
    let next = kept.checked_add_signed(Duration::microseconds(1));
    next.filter(|next| next.year() <= LAST_YEAR).unwrap_or(kept)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Result<Created, String> {
        let pairs: Vec<_> =
            pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let mut given = Given::of(&pairs);
        let (_, _, created_at) = bounds(&mut given);
        given.finish().map(|()| created_at).map_err(|problem| problem.detail.into_owned())
    }

    /// The first time that is in the range, or the first that is after it.
    fn check(name: &str, text: &str, expected: &str) {
        let Created { from, until } = asked(&[(name, text)]).unwrap();
        let found = from.or(until).map(|time| time.to_rfc3339());
        assert_eq!(found.as_deref(), Some(expected), "{name} {text}");
    }

    #[test]
    fn ranges_end_between_two_microseconds() {
        for (finer, below, above) in [
            ("2026-01-31T12:00:00.606768999Z", "12:00:00.606768", "12:00:00.606769"),
            ("2026-01-31T12:00:00.0000001Z", "12:00:00", "12:00:00.000001"),
        ] {
            for (name, _) in RANGES {
                check(name, finer, &format!("2026-01-31T{above}+00:00"));
                let kept = format!("2026-01-31T{below}Z");
                let excludes = name.ends_with("[gt]") || name.ends_with("[lte]");
                check(name, &kept, &format!("2026-01-31T{}+00:00", if excludes { above } else { below }));
            }
        }
        check("created_at[gte]", "1600-02-03T00:00:00.0000015Z", "1600-02-03T00:00:00.000002+00:00");
        check("created_at[lt]", "1969-12-31T23:59:59.9999999Z", "1970-01-01T00:00:00+00:00");
    }

    #[test]
    fn every_year_of_four_digits_can_be_asked_for() {
        check("created_at[gte]", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00");
        check("created_at[lt]", "2300-01-01T02:00:00+02:00", "2300-01-01T00:00:00+00:00");
        check("created_at[lt]", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00");
        // The next would have a fifth digit.
        for (name, _) in RANGES {
            check(name, "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999+00:00");
        }
        for far in ["0000-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00"] {
            let refused = asked(&[("created_at[lte]", far)]).unwrap_err();
            assert!(refused.contains("years 0001 to 9999"), "{far}: {refused}");
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let given = [("limit", "0"), ("sort", "x"), ("created_at[gte]", "y"), ("created_at[lt]", "z")];
        let given = given.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let mut given = Given::of(&given);
        bounds(&mut given);
        let problem = given.finish().unwrap_err();
        assert_eq!(problem.errors.len(), 4, "{problem:?}");
    }
}
