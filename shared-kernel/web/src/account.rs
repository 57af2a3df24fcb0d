//! The limit of what is tried on one account, whoever tries it: a sign-in can be tried from many addresses. Only who is
//! over it is told of it: how much is left would tell a stranger that somebody else was there.

use crate::openapi::{Described, Description};
use crate::problem_json::Failure;
use crate::server::Server;
use crate::visitor::visitor_of;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use kernel::Problem;
use std::future::{Ready, ready};

const PURPOSE: &str = "web.account";

/// For the operations that take the name of an account from somebody who is not authenticated yet.
pub struct AccountLimit(HttpRequest);

impl AccountLimit {
    /// Counts one more of these tries for the account of this name, whether there is one or not.
    pub fn check(&self, tried: &str, account: &str) -> Result<(), Problem> {
        let server = Server::of(&self.0)?;
        let now = visitor_of(&self.0)?.now();
        let hash = server
            .secrets()
            .keyed_hash(PURPOSE, &[tried.as_bytes(), account.trim().to_lowercase().as_bytes()]);
        let key = hash.iter().take(16).fold(0, |key, byte| key << 8 | u128::from(*byte));
        let allowance = server.limits().account(key, now);
        if allowance.is_over() {
            self.0.extensions_mut().insert(allowance);
        }
        allowance.check()
    }
}

impl FromRequest for AccountLimit {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(req.clone())))
    }
}

impl Described for AccountLimit {
    fn describe(_: &mut Description) {}
}
