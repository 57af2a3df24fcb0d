//! Why a request of a directory is refused, by the `scimType` of RFC 7644 §3.12 that it is told with.

use macros::Problems;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Problems)]
pub enum Refusal {
    #[error("{0}")]
    #[problem(code = "users.scim_invalid_filter", status = 400, title = "The filter cannot be read")]
    InvalidFilter(String),
    #[error("{0}")]
    #[problem(code = "users.scim_too_many", status = 400, title = "Too many")]
    TooMany(String),
    #[error("{0}")]
    #[problem(code = "users.scim_uniqueness", status = 409, title = "Not unique")]
    Uniqueness(String),
    #[error("{0}")]
    #[problem(code = "users.scim_mutability", status = 400, title = "Not to be changed")]
    Mutability(String),
    #[error("{0}")]
    #[problem(code = "users.scim_invalid_syntax", status = 400, title = "Not as the schema has it")]
    InvalidSyntax(String),
    #[error("{0}")]
    #[problem(code = "users.scim_invalid_path", status = 400, title = "The path cannot be read")]
    InvalidPath(String),
    #[error("{0}")]
    #[problem(code = "users.scim_no_target", status = 400, title = "The path leads nowhere")]
    NoTarget(String),
    #[error("{0}")]
    #[problem(code = "users.scim_invalid_value", status = 400, title = "A value is not valid")]
    InvalidValue(String),
    #[error("There is no such resource.")]
    #[problem(code = "users.scim_not_found", status = 404, title = "No such resource")]
    NotFound,
}
