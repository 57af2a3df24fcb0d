//! How the token endpoint and its neighbours refuse: by the few words that RFC 6749 (5.2) has, whatever the reason is here.

use crate::error::Error;
use kernel::Problem;
use std::borrow::Cow;

#[derive(Debug)]
pub enum Refusal {
    InvalidRequest(&'static str),
    /// It has not proved who it is.
    InvalidClient,
    InvalidGrant(Cow<'static, str>),
    /// It is not registered for this.
    UnauthorizedClient,
    UnsupportedGrantType,
    InvalidScope,
    /// What is no fault of the client's.
    Failed(Problem),
}

impl Refusal {
    pub fn grant(description: &'static str) -> Self {
        Self::InvalidGrant(Cow::Borrowed(description))
    }

    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant(_) => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::Failed(problem) if problem.kind.status == 503 => "temporarily_unavailable",
            Self::Failed(_) => "server_error",
        }
    }

    pub fn description(&self) -> &str {
        match self {
            Self::InvalidRequest(description) => description,
            Self::InvalidClient => "The client is unknown, or has not proved that it is the one.",
            Self::InvalidGrant(description) => description,
            Self::UnauthorizedClient => "The client is not registered for this grant type.",
            Self::UnsupportedGrantType => "Ask by authorization_code, refresh_token or client_credentials.",
            Self::InvalidScope => {
                "Ask for one scope at least, and for none beyond what the client may have here."
            }
            Self::Failed(problem) => &problem.detail,
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        if matches!(error, Error::ScopeNotGranted) {
            return Self::InvalidScope;
        }
        let problem = Problem::from(error);
        if problem.kind.status >= 500 { Self::Failed(problem) } else { Self::InvalidGrant(problem.detail) }
    }
}

impl From<data::Error> for Refusal {
    fn from(error: data::Error) -> Self {
        Error::from(error).into()
    }
}
