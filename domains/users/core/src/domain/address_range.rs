//! Where somebody may come from, as it is written: a network, or a single address.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::IpAddr;

/// An address alone is a network of one. What stands behind the prefix is cleared, and IPv4 within IPv6 is IPv4, as the
/// addresses that are looked at.
pub fn parse(text: &str) -> Option<IpNet> {
    let (address, prefix) =
        text.split_once('/').map_or((text, None), |(address, rest)| (address, Some(rest)));
    let address: IpAddr = address.parse().ok()?;
    let prefix = match prefix {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
        Some(_) => return None,
        None if address.is_ipv4() => 32,
        None => 128,
    };
    Some(match IpNet::new(address, prefix).ok()?.trunc() {
        IpNet::V6(network) => mapped(network).map_or(IpNet::V6(network), IpNet::V4),
        network @ IpNet::V4(_) => network,
    })
}

/// `::ffff:203.0.113.0/120` is `203.0.113.0/24`.
fn mapped(network: Ipv6Net) -> Option<Ipv4Net> {
    let prefix = network.prefix_len().checked_sub(96)?;
    Ipv4Net::new(network.addr().to_ipv4_mapped()?, prefix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_kept_in_one_form() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(parse(text).map(|range| range.to_string()).as_deref(), expected, "{text:?}");
        };
        check("203.0.113.7", Some("203.0.113.7/32"));
        check("203.0.113.7/24", Some("203.0.113.0/24"));
        check("0.0.0.0/0", Some("0.0.0.0/0"));
        check("2001:DB8::7", Some("2001:db8::7/128"));
        check("2001:db8::7/32", Some("2001:db8::/32"));
        check("::ffff:203.0.113.7", Some("203.0.113.7/32"));
        check("::ffff:203.0.113.7/120", Some("203.0.113.0/24"));
        check("::ffff:0:0/96", Some("0.0.0.0/0"));
        check("::/95", Some("::/95"));
        let wrong = "|/|203.0.113.7/|203.0.113.7/33|203.0.113.7/+8|203.0.113.7/8/8|203.0.113.7/256|203.0.113| 203.0.113.7|\
                     203.0.113.07|2001:db8::/129|2001:db8::7%eth0|everywhere";
        wrong.split('|').for_each(|text| check(text, None));
    }
}
