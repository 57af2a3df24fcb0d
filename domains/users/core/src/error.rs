//! How a use case of users can refuse, and what the client is told of each.

use kernel::problem::VERSION_MISMATCH;
use kernel::{FieldError, Problem};
use macros::Problems;
use secrets::PasswordError;

#[derive(Debug, thiserror::Error, Problems)]
pub enum Error {
    #[error("New tenants are made by the operators of this installation only.")]
    #[problem(code = "users.sign_up_closed", status = 403, title = "Sign-up is closed")]
    SignUpClosed,
    #[error("The link has expired. Sign up again with the same address to get a new one.")]
    #[problem(code = "users.link_expired", status = 410, title = "The link has expired")]
    LinkExpired,
    #[error(
        "The link is unknown or was used before, or the password is not that of the sign-up it was sent for. If you \
         have verified the address already, sign in; else sign up again to get another link."
    )]
    #[problem(code = "users.link_invalid", status = 422, title = "The link is not valid")]
    LinkInvalid,
    #[error("The address and the password do not belong together.")]
    #[problem(code = "users.wrong_credentials", status = 401, title = "Wrong address or password")]
    WrongCredentials,
    #[error("Follow the link in the e-mail we sent to this address first.")]
    #[problem(code = "users.email_not_verified", status = 403, title = "The address is not verified")]
    EmailNotVerified,
    #[error("You are not an active member of any tenant.")]
    #[problem(code = "users.no_membership", status = 403, title = "No active membership")]
    NoMembership,
    #[error("The refresh token is unknown, expired or was used before: sign in again.")]
    #[problem(code = "users.refresh_refused", status = 401, title = "The refresh token is not valid")]
    RefreshRefused,
    #[error("This credential is an API key, which has no session to end. Revoke it instead.")]
    #[problem(code = "users.no_session", status = 409, title = "Not a session")]
    NoSession,
    #[error("There is no such API key.")]
    #[problem(code = "users.api_key_not_found", status = 404, title = "No such API key")]
    ApiKeyNotFound,
    #[error("An API key with this id exists already.")]
    #[problem(code = "users.api_key_exists", status = 409, title = "The id is taken")]
    ApiKeyExists,
    #[error("The role {0} may do what your credential may not. Choose a lesser one.")]
    #[problem(code = "users.role_too_wide", status = 403, title = "The role is wider than yours")]
    RoleTooWide(&'static str),
    #[error(
        "An API key is made by a person who has signed in, not by another key. Sign in and make it there."
    )]
    #[problem(code = "users.session_required", status = 403, title = "A session is needed")]
    SessionRequired,
    #[error("An API key belongs to a member; this caller is none.")]
    #[problem(code = "users.not_a_member", status = 403, title = "Not a member")]
    NotAMember,
    #[error(transparent)]
    #[problem(transparent)]
    Data(#[from] data::Error),
    #[error(transparent)]
    #[problem(transparent)]
    Password(#[from] PasswordError),
    /// Refusals of every domain: invalid input, a stale version, an internal fault.
    #[error(transparent)]
    #[problem(transparent)]
    Refused(#[from] Problem),
}

impl Error {
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::Refused(Problem::invalid(errors))
    }

    pub fn stale() -> Self {
        let detail = "The resource has changed since you read it: read it again and retry.";
        Self::Refused(Problem::new(VERSION_MISMATCH, detail))
    }
}
