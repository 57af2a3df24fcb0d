//! Which addresses anybody may reach, by the registries of RFC 6890 and what IANA has added to them since. What no rule names
//! is public for IPv4; for IPv6 it is not, since the Internet is 2000::/3 alone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Public,
    /// Of this machine or of a closed network: allowed where the operator says so.
    Private,
    /// A place that nobody has a reason to name: groups, examples, the link itself with the metadata of clouds, and forms
    /// that hide another address.
    Never,
}

pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) => of_v6(address),
    }
}

/// The first that fits.
const V4: [(Ipv4Addr, u32, Reach); 17] = [
    // The metadata of clouds at addresses of their own: 100.100.100.200 and 168.63.129.16.
    (Ipv4Addr::new(100, 100, 100, 200), 32, Reach::Never),
    (Ipv4Addr::new(168, 63, 129, 16), 32, Reach::Never),
    (Ipv4Addr::new(0, 0, 0, 0), 8, Reach::Never),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Reach::Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Reach::Private),
    (Ipv4Addr::new(127, 0, 0, 0), 8, Reach::Private),
    (Ipv4Addr::new(169, 254, 0, 0), 16, Reach::Never),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Reach::Private),
    (Ipv4Addr::new(192, 0, 0, 0), 24, Reach::Never),
    (Ipv4Addr::new(192, 0, 2, 0), 24, Reach::Never),
    (Ipv4Addr::new(192, 88, 99, 0), 24, Reach::Never),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Reach::Private),
    (Ipv4Addr::new(198, 18, 0, 0), 15, Reach::Never),
    (Ipv4Addr::new(198, 51, 100, 0), 24, Reach::Never),
    (Ipv4Addr::new(203, 0, 113, 0), 24, Reach::Never),
    (Ipv4Addr::new(224, 0, 0, 0), 4, Reach::Never),
    (Ipv4Addr::new(240, 0, 0, 0), 4, Reach::Never),
];

/// The first that fits.
const V6: [(Ipv6Addr, u32, Reach); 9] = [
    // The metadata of clouds.
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), 128, Reach::Never),
    (Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254), 128, Reach::Never),
    (Ipv6Addr::LOCALHOST, 128, Reach::Private),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, Reach::Private),
    // Teredo, ORCHID and other protocols; 6to4 below. Both may carry an IPv4 address inside.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, Reach::Never),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, Reach::Never),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, Reach::Never),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, Reach::Never),
    (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3, Reach::Public),
];

/// By which a network without IPv4 reaches what has nothing else; what counts is the address inside.
const NAT64: Ipv6Addr = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0);

fn of_v4(address: Ipv4Addr) -> Reach {
    let within = |&(network, length, _): &(Ipv4Addr, u32, Reach)| {
        (address.to_bits() ^ network.to_bits()).leading_zeros() >= length
    };
    V4.iter().find(|rule| within(rule)).map_or(Reach::Public, |rule| rule.2)
}

fn of_v6(address: Ipv6Addr) -> Reach {
    let within =
        |network: Ipv6Addr, length| (address.to_bits() ^ network.to_bits()).leading_zeros() >= length;
    if within(NAT64, 96) {
        let [.., a, b, c, d] = address.octets();
        return of_v4(Ipv4Addr::new(a, b, c, d));
    }
    V6.iter().find(|(network, length, _)| within(*network, *length)).map_or(Reach::Never, |rule| rule.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: Reach, addresses: &str) {
        for address in addresses.split_whitespace() {
            assert_eq!(reach(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn the_registry_of_ipv4() {
        check(
            Reach::Public,
            "1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 \
             169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 \
             192.0.3.0 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 198.17.255.255 \
             198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255",
        );
        check(
            Reach::Private,
            "10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255 \
             172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255",
        );
        check(
            Reach::Never,
            "0.0.0.0 0.255.255.255 169.254.0.0 169.254.169.254 169.254.255.255 192.0.0.0 \
             192.0.0.171 192.0.2.1 192.88.99.1 198.18.0.0 198.19.255.255 198.51.100.7 203.0.113.7 \
             224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 100.100.100.200 168.63.129.16",
        );
    }

    #[test]
    fn the_registry_of_ipv6() {
        check(
            Reach::Public,
            "2000:: 2606:4700:4700::1111 2001:200:: 2001:db7:ffff:: 2001:db9:: 2003:: 3ffe::1 \
             3fff:1000:: 64:ff9b::101:101",
        );
        check(Reach::Private, "::1 fc00:: fd12:3456::1 64:ff9b::7f00:1 64:ff9b::10.0.0.1");
        check(
            Reach::Never,
            ":: ::2 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:1.1.1.1 64:ff9b::169.254.169.254 \
             64:ff9b:1::1 100::1 2001::1 2001:1ff:: 2001:db8::1 2002:7f00:1:: 3fff::1 4000:: \
             5f00::1 fe00:: fe80::1 fec0::1 ff02::1 fd00:ec2::254 fd20:ce::254",
        );
    }
}
