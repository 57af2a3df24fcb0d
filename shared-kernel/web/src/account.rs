//! The limit of what is tried on one account: from one network, so that whoever comes from elsewhere uses up nothing of its
//! owner's; or whoever tries it, where each try sends a mail. Only who is over it is told of it: how much is left would tell a
//! stranger that somebody else was there.

use crate::limits::network;
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
    /// Counts one more of these tries from the client's network for the account of this name, whether there is one or not.
    pub fn check(&self, tried: &str, account: &str) -> Result<(), Problem> {
        let network = network(&visitor_of(&self.0)?).to_be_bytes();
        self.count(&[tried.as_bytes(), named(account).as_bytes(), &network])
    }

    /// The same, wherever the client is.
    pub fn check_from_anywhere(&self, tried: &str, account: &str) -> Result<(), Problem> {
        self.count(&[tried.as_bytes(), named(account).as_bytes()])
    }

    fn count(&self, what: &[&[u8]]) -> Result<(), Problem> {
        let server = Server::of(&self.0)?;
        let hash = server.secrets().keyed_hash(PURPOSE, what);
        let key = hash.iter().take(16).fold(0, |key, byte| key << 8 | u128::from(*byte));
        let allowance = server.limits().account(key, visitor_of(&self.0)?.now());
        if allowance.is_over() {
            self.0.extensions_mut().insert(allowance);
        }
        allowance.check()
    }
}

fn named(account: &str) -> String {
    account.trim().to_lowercase()
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
