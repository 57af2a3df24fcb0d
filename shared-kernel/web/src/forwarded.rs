//! The client's address behind proxies. Only one header is believed, the one the proxies write: of another they let
//! through whatever the client sent.

use crate::visitor::Network;
use actix_web::http::header::HeaderMap;
use std::net::{IpAddr, SocketAddr};

/// Where trusted proxies say for whom they forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrustedHeader {
    #[default]
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

/// From the right, the first address that no proxy of ours has.
pub(crate) fn client_address(
    headers: &HeaderMap,
    peer: Option<IpAddr>,
    proxies: &[Network],
    trusted: TrustedHeader,
) -> Option<IpAddr> {
    let is_proxy = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let mut client = peer?;
    if !is_proxy(client) {
        return Some(client);
    }
    for hop in hops(headers, trusted).iter().rev() {
        let Some(address) = address(hop) else { break };
        client = address;
        if !is_proxy(client) {
            break;
        }
    }
    Some(client)
}

/// For whom each proxy forwarded, the nearest last; empty where it did not say.
fn hops(headers: &HeaderMap, trusted: TrustedHeader) -> Vec<String> {
    let name = match trusted {
        TrustedHeader::XForwardedFor => "x-forwarded-for",
        TrustedHeader::Forwarded => "forwarded",
    };
    let values = headers.get_all(name).map(|value| value.to_str().unwrap_or_default());
    match trusted {
        TrustedHeader::XForwardedFor => {
            values.flat_map(|value| value.split(',')).map(|hop| hop.trim().to_owned()).collect()
        }
        TrustedHeader::Forwarded => values.flat_map(|value| split(value, ',')).map(|e| node(&e)).collect(),
    }
}

/// The `for` of one element; quotes are taken off.
fn node(element: &str) -> String {
    let pairs = split(element, ';');
    let named = pairs.iter().filter_map(|pair| pair.split_once('='));
    let found = named.map(|(name, value)| (name.trim(), value.trim()));
    let value = found.filter(|(name, _)| name.eq_ignore_ascii_case("for")).map(|(_, value)| value).next();
    let value = value.unwrap_or_default();
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value).to_owned()
}

/// At each `separator` that no quotes hold.
fn split(text: &str, separator: char) -> Vec<String> {
    let (mut parts, mut quoted, mut escaped) = (vec![String::new()], false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if c == separator && !quoted => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
}

/// An address with or without a port, that of IPv6 in brackets if there is one.
fn address(node: &str) -> Option<IpAddr> {
    let bare = node.strip_prefix('[').and_then(|node| node.strip_suffix(']')).unwrap_or(node);
    let with_port = || node.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse::<IpAddr>().ok().or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn check(trusted: TrustedHeader, peer: &str, sent: &[&str], expected: &str) {
        let mut request = TestRequest::default();
        for line in sent {
            let (name, value) = line.split_once(": ").unwrap();
            request = request.append_header((name, value));
        }
        let proxies = ["10.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()];
        let request = request.to_srv_request();
        let found = client_address(request.headers(), peer.parse().ok(), &proxies, trusted);
        assert_eq!(found, expected.parse().ok(), "{peer} {sent:?}");
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let check = |peer: &str, forwarded: &[&str], expected: &str| {
            let lines: Vec<_> = forwarded.iter().map(|value| format!("x-forwarded-for: {value}")).collect();
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            check(TrustedHeader::XForwardedFor, peer, &lines, expected);
        };
        check("203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        check("10.1.2.3", &["198.51.100.1"], "198.51.100.1");
        check("10.1.2.3", &["192.0.2.66, 198.51.100.1, 10.9.9.9"], "198.51.100.1");
        check("10.1.2.3", &["192.0.2.66", "198.51.100.1"], "198.51.100.1");
        check("10.1.2.3", &["192.0.2.66:4711"], "192.0.2.66");
        check("10.1.2.3", &[], "10.1.2.3");
        check("10.1.2.3", &["nonsense"], "10.1.2.3");
        check("::1", &["2001:db8::7"], "2001:db8::7");
    }

    #[test]
    fn the_standard_header_is_read_where_it_is_the_trusted_one() {
        let check = |peer: &str, forwarded: &[&str], expected: &str| {
            let lines: Vec<_> = forwarded.iter().map(|value| format!("forwarded: {value}")).collect();
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            check(TrustedHeader::Forwarded, peer, &lines, expected);
        };
        check("203.0.113.9", &["for=198.51.100.1"], "203.0.113.9");
        check("10.1.2.3", &["for=192.0.2.60;proto=http;by=203.0.113.43"], "192.0.2.60");
        check("10.1.2.3", &["proto=https; For=\"[2001:db8:cafe::17]:4711\""], "2001:db8:cafe::17");
        check("10.1.2.3", &["for=\"[2001:db8::1]\""], "2001:db8::1");
        check("10.1.2.3", &["for=\"192.0.2.1:80\""], "192.0.2.1");
        check("10.1.2.3", &["for=192.0.2.66, for=198.51.100.1, for=10.9.9.9"], "198.51.100.1");
        check("10.1.2.3", &["for=192.0.2.66", "for=198.51.100.1"], "198.51.100.1");
        check("10.1.2.3", &["for=192.0.2.66, for=unknown"], "10.1.2.3");
        check("10.1.2.3", &["for=192.0.2.66, for=_hidden, for=10.9.9.9"], "10.9.9.9");
        check("10.1.2.3", &["for=192.0.2.66, by=10.0.0.1"], "10.1.2.3");
        check("10.1.2.3", &["for=192.0.2.66;by=\"a, for=6.6.6.6; x\\\"\""], "192.0.2.66");
        check("10.1.2.3", &[], "10.1.2.3");
    }

    #[test]
    fn the_other_header_is_the_clients_own() {
        let both = ["forwarded: for=192.0.2.66", "x-forwarded-for: 198.51.100.1"];
        check(TrustedHeader::XForwardedFor, "10.1.2.3", &both, "198.51.100.1");
        check(TrustedHeader::Forwarded, "10.1.2.3", &both, "192.0.2.66");
        check(TrustedHeader::XForwardedFor, "10.1.2.3", &both[..1], "10.1.2.3");
        check(TrustedHeader::Forwarded, "10.1.2.3", &both[1..], "10.1.2.3");
    }
}
