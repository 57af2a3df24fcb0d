//! Who is there before anybody is authenticated: request id, trace, address, deadline; and the extractors that
//! hand a handler its caller.

use crate::forwarded::client_address;
use crate::limits::Allowance;
use crate::openapi::{Described, Description};
use crate::problem_json::Failure;
use crate::server::{Server, Settings};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::{HeaderMap, USER_AGENT};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use kernel::ctx::Trace;
use kernel::{Clock, Ctx, Id, Problem, Visitor};
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::ops::Deref;
use std::str::FromStr;
use std::time::{Duration, Instant};

pub const X_REQUEST_ID: &str = "x-request-id";
pub const TRACEPARENT: &str = "traceparent";

/// The authenticated caller of an operation with a permission.
pub struct Caller(pub Ctx);

impl Deref for Caller {
    type Target = Ctx;
    fn deref(&self) -> &Ctx {
        &self.0
    }
}

impl FromRequest for Caller {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let ctx = req.extensions().get::<Ctx>().cloned();
        ready(ctx.map(Self).ok_or_else(|| Problem::internal("a public operation asks for its Caller").into()))
    }
}

impl Described for Caller {
    fn describe(into: &mut Description) {
        into.caller = true;
    }
}

/// Whoever calls a public operation, or a page beside the API; both count against their address.
pub struct Guest(pub Visitor);

impl Deref for Guest {
    type Target = Visitor;
    fn deref(&self) -> &Visitor {
        &self.0
    }
}

impl FromRequest for Guest {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(guest(req).map_err(Failure::from))
    }
}

pub(crate) fn visitor_of(req: &HttpRequest) -> Result<Visitor, Problem> {
    let visitor = req.extensions().get::<Visitor>().cloned();
    visitor.ok_or_else(|| Problem::internal("the request did not pass the Edge"))
}

fn guest(req: &HttpRequest) -> Result<Guest, Problem> {
    let visitor = visitor_of(req)?;
    // An operation's guard has counted the request already; before a page there is none.
    if !req.extensions().contains::<Allowance>() {
        let allowance = Server::of(req)?.limits().visitor(&visitor);
        req.extensions_mut().insert(allowance);
        allowance.check()?;
    }
    Ok(Guest(visitor))
}

impl Described for Guest {
    fn describe(_: &mut Description) {}
}

/// A network whose peers are believed when they say for whom they forward: `10.0.0.0/8`, `::1`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

#[derive(Debug, thiserror::Error)]
#[error("a network is an address and a prefix length, such as 10.0.0.0/8")]
pub struct NotANetwork;

impl Network {
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32 - u32::from(self.prefix);
                own.to_bits().checked_shr(shift) == other.to_bits().checked_shr(shift)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128 - u32::from(self.prefix);
                own.to_bits().checked_shr(shift) == other.to_bits().checked_shr(shift)
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NotANetwork;
    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), str::parse).map_err(|_| NotANetwork)?;
        if prefix > longest {
            return Err(NotANetwork);
        }
        Ok(Self { address, prefix })
    }
}

/// In a span below the caller's, if they sent one.
pub(crate) fn visitor(
    req: &ServiceRequest,
    settings: &Settings,
    clock: &Clock,
    parent: Option<&Trace>,
) -> Visitor {
    let headers = req.headers();
    let peer = req.peer_addr().map(|peer| peer.ip().to_canonical());
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    Visitor {
        client_address: client_address(headers, peer, &settings.trusted_proxies, settings.trusted_header),
        user_agent: user_agent.map(|text| text.chars().take(400).collect()),
        request_id: request_id(headers, clock),
        trace: parent.map_or_else(|| Trace::begin(settings.traces_sampled_per_thousand), Trace::child),
        deadline: Instant::now() + Duration::from_millis(settings.request_timeout_ms),
        clock: clock.clone(),
    }
}

/// The span the request was sent from.
pub(crate) fn parent(headers: &HeaderMap) -> Option<Trace> {
    headers.get(TRACEPARENT)?.to_str().ok().and_then(Trace::parse)
}

fn request_id(headers: &HeaderMap, clock: &Clock) -> String {
    let given = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok());
    let well_formed = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    given.filter(well_formed).map_or_else(|| Id::<()>::new(clock.now()).to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_parsed() {
        assert!("0.0.0.0/0".parse::<Network>().unwrap().contains("8.8.8.8".parse().unwrap()));
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("ten".parse::<Network>().is_err());
    }
}
