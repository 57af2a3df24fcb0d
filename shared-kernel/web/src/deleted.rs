//! `include_deleted=true`, for those who may see what is deleted.

use crate::openapi::{Described, Description};
use crate::operation::Endpoint;
use crate::problem_json::Failure;
use crate::query::{Given, pairs};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use kernel::{Ctx, Problem};
use std::future::{Ready, ready};
use std::ops::Deref;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

pub(crate) const INCLUDE_DELETED: &str = "include_deleted";

/// Of an operation that [`shows_deleted`](crate::Operation::shows_deleted). A list needs it not: `PageQuery` reads it.
pub struct IncludeDeleted(pub bool);

impl Deref for IncludeDeleted {
    type Target = bool;
    fn deref(&self) -> &bool {
        &self.0
    }
}

impl FromRequest for IncludeDeleted {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(wanted(req).map(Self).map_err(Failure::from))
    }
}

impl Described for IncludeDeleted {
    fn describe(into: &mut Description) {
        into.include_deleted = true;
    }
}

pub(crate) fn wanted(req: &HttpRequest) -> Result<bool, Problem> {
    let Some(permission) = Endpoint::of(req)?.options.shows_deleted else { return Ok(false) };
    let pairs = pairs(req)?;
    let mut given = Given::of(&pairs);
    let wanted = given.read(INCLUDE_DELETED, |text| match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("must be true or false".to_owned()),
    });
    given.finish()?;
    let wanted = wanted == Some(true);
    if wanted {
        let ctx = req.extensions().get::<Ctx>().cloned();
        ctx.ok_or_else(|| Problem::internal("a public operation shows what is deleted"))?.may(permission)?;
    }
    Ok(wanted)
}

pub(crate) fn parameter(permission: &str) -> Parameter {
    let yes_or_no = ObjectBuilder::new().schema_type(Type::Boolean).default(Some(false.into()));
    ParameterBuilder::new()
        .name(INCLUDE_DELETED)
        .parameter_in(ParameterIn::Query)
        .description(Some(format!("The deleted too; this needs `{permission}`")))
        .schema(Some(yes_or_no.build()))
        .build()
}
