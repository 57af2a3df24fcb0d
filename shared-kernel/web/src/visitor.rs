//! Who is there before anybody is authenticated: request id, trace, address, deadline; and the extractors that
//! hand a handler its caller.

use crate::limits::Allowance;
use crate::openapi::{Described, Description};
use crate::problem_json::Failure;
use crate::server::Server;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::{HeaderMap, USER_AGENT};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use kernel::ctx::Trace;
use kernel::{Clock, Ctx, Id, Problem, Visitor};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::ops::Deref;
use std::str::FromStr;
use std::time::{Duration, Instant};
use uuid::Uuid;

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

fn guest(req: &HttpRequest) -> Result<Guest, Problem> {
    let visitor = req.extensions().get::<Visitor>().cloned();
    let visitor = visitor.ok_or_else(|| Problem::internal("the request did not pass the Edge"))?;
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
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
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
impl TryFrom<String> for Network {
    type Error = NotANetwork;
    fn try_from(text: String) -> Result<Self, NotANetwork> {
        text.parse()
    }
}
impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

pub(crate) fn visitor(
    req: &ServiceRequest,
    clock: &Clock,
    timeout: Duration,
    proxies: &[Network],
) -> Visitor {
    let headers = req.headers();
    let peer = req.peer_addr().map(|peer| peer.ip().to_canonical());
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    Visitor {
        client_address: client_address(headers, peer, proxies),
        user_agent: user_agent.map(|text| text.chars().take(400).collect()),
        request_id: request_id(headers, clock),
        trace: Trace { traceparent: traceparent(headers) },
        deadline: Instant::now() + timeout,
        clock: clock.clone(),
    }
}

fn request_id(headers: &HeaderMap, clock: &Clock) -> String {
    let given = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok());
    let well_formed = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    given.filter(well_formed).map_or_else(|| Id::<()>::new(clock.now()).to_string(), str::to_owned)
}

/// The caller's trace with a span of our own, or a new trace (W3C trace context, version 00).
fn traceparent(headers: &HeaderMap) -> String {
    let given = headers.get(TRACEPARENT).and_then(|value| value.to_str().ok()).and_then(trace_of);
    let span = Uuid::new_v4().as_u128() as u64 | 1;
    match given {
        Some((trace, flags)) => format!("00-{trace}-{span:016x}-{flags}"),
        None => format!("00-{:032x}-{span:016x}-00", Uuid::new_v4().as_u128()),
    }
}

fn trace_of(text: &str) -> Option<(&str, &str)> {
    let mut parts = text.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, len: usize| {
        text.len() == len && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let zeros = |text: &str| text.bytes().all(|byte| byte == b'0');
    let known = hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
    (known && hex(trace, 32) && !zeros(trace) && hex(span, 16) && !zeros(span) && hex(flags, 2))
        .then_some((trace, flags))
}

/// From the right, the first address that no proxy of ours has.
fn client_address(headers: &HeaderMap, peer: Option<IpAddr>, proxies: &[Network]) -> Option<IpAddr> {
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let mut client = peer?;
    if !trusted(client) {
        return Some(client);
    }
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in forwarded.iter().rev() {
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        client = address.to_canonical();
        if !trusted(client) {
            break;
        }
    }
    Some(client)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn check_address(peer: &str, forwarded: &[&str], expected: &str) {
        let mut request = TestRequest::default();
        for value in forwarded {
            request = request.append_header(("x-forwarded-for", *value));
        }
        let proxies = ["10.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()];
        let found = client_address(request.to_srv_request().headers(), peer.parse().ok(), &proxies);
        assert_eq!(found, expected.parse().ok(), "{peer} {forwarded:?}");
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        check_address("203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        check_address("10.1.2.3", &["198.51.100.1"], "198.51.100.1");
        check_address("10.1.2.3", &["192.0.2.66, 198.51.100.1, 10.9.9.9"], "198.51.100.1");
        check_address("10.1.2.3", &["192.0.2.66", "198.51.100.1"], "198.51.100.1");
        check_address("10.1.2.3", &[], "10.1.2.3");
        check_address("10.1.2.3", &["nonsense"], "10.1.2.3");
        check_address("::1", &["2001:db8::7"], "2001:db8::7");
    }

    fn check_trace(given: &str, kept: Option<&str>) {
        assert_eq!(trace_of(given).map(|(trace, _)| trace), kept, "{given}");
    }

    #[test]
    fn a_well_formed_trace_goes_on() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        check_trace(&format!("00-{id}-00f067aa0ba902b7-01"), Some(id));
        check_trace(&format!("01-{id}-00f067aa0ba902b7-01-more"), Some(id));
        check_trace(&format!("00-{id}-00f067aa0ba902b7-01-more"), None);
        check_trace(&format!("ff-{id}-00f067aa0ba902b7-01"), None);
        check_trace(&format!("00-{id}-0000000000000000-01"), None);
        check_trace("00-00000000000000000000000000000000-00f067aa0ba902b7-01", None);
        check_trace("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", None);
        check_trace("", None);
    }

    #[test]
    fn networks_are_parsed() {
        assert!("0.0.0.0/0".parse::<Network>().unwrap().contains("8.8.8.8".parse().unwrap()));
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("ten".parse::<Network>().is_err());
    }
}
