//! Where a browser may be sent back to: exactly where its client was registered (RFC 9700). Only a program on the person's own
//! device may listen on whatever port it finds (RFC 8252).

use url::{Host, Url};

pub const MAX_BYTES: usize = 2_000;
pub const MAX_URIS: usize = 20;

/// What is wrong with one that is to be registered; `None`: nothing. A public client may be a program on a device, which has a
/// scheme of its own.
pub fn fault(text: &str, is_public: bool) -> Option<&'static str> {
    if text.len() > MAX_BYTES {
        return Some("must have at most 2000 characters");
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some("must have neither blanks nor characters beyond ASCII");
    }
    let Ok(url) = Url::parse(text) else { return Some("must be an absolute URI") };
    if text.contains('#') {
        return Some("must have no fragment");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("must have neither a name nor a password in it");
    }
    // It stands in the policy of a page (`form_action`), which a semicolon would go on with.
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']');
    if !url.host_str().unwrap_or_default().bytes().all(is_plain) {
        return Some("must have a host of letters, digits, dots and hyphens");
    }
    match url.scheme() {
        "https" => None,
        "http" if is_loopback(&url) || url.host_str() == Some("localhost") => None,
        "http" => Some("must be https, but for a loopback address"),
        // As RFC 8252 has it, by a name that its owner has: `com.example.app:/done`.
        scheme if is_public && scheme.contains('.') => None,
        _ if is_public => Some("must be https, or of a scheme with a dot in it, such as com.example.app"),
        _ => Some("must be https"),
    }
}

/// Whether a browser that asks to be sent there is sent there.
pub fn matches(registered: &str, asked: &str, is_public: bool) -> bool {
    registered == asked || is_public && is_same_but_for_the_port(registered, asked).unwrap_or(false)
}

fn is_same_but_for_the_port(registered: &str, asked: &str) -> Option<bool> {
    let (registered, at) = loopback_without_port(registered)?;
    let (asked, asked_at) = loopback_without_port(asked)?;
    Some(registered == asked && at == asked_at)
}

/// What stands around the port, as it is written; `None` of what is no loopback address by `http`.
fn loopback_without_port(text: &str) -> Option<(&str, &str)> {
    if fault(text, true).is_some() || !is_loopback(&Url::parse(text).ok()?) {
        return None;
    }
    let rest = text.strip_prefix("http://")?;
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    Some((host, path))
}

fn is_loopback(url: &Url) -> bool {
    url.scheme() == "http"
        && match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(_)) | None => false,
        }
}

/// There, with these in the query.
pub fn with(redirect_uri: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    format!("{redirect_uri}{separator}{}", query.finish())
}

/// What a page must name in `form-action` for its form to lead there: browsers hold redirects to it as well.
pub fn form_action(redirect_uri: &str) -> String {
    let Ok(url) = Url::parse(redirect_uri) else { return String::new() };
    match url.host() {
        // No source of a policy can be such an address.
        Some(Host::Ipv6(_)) => format!("{}:", url.scheme()),
        _ if matches!(url.scheme(), "http" | "https") => url.origin().ascii_serialization(),
        _ => format!("{}:", url.scheme()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_registered() {
        let check = |text: &str, confidential: bool, public: bool| {
            assert_eq!(fault(text, false).is_none(), confidential, "{text}");
            assert_eq!(fault(text, true).is_none(), public, "{text}, public");
        };
        check("https://app.example/done", true, true);
        check("https://app.example/done?a=b", true, true);
        check("http://127.0.0.1:8123/done", true, true);
        check("http://[::1]/done", true, true);
        check("http://localhost:3000/done", true, true);
        check("com.example.app:/done", false, true);
        check("http://app.example/done", false, false);
        check("http://127.0.0.1.example/done", false, false);
        check("https://app.example/done#part", false, false);
        check("https://app.example/done#", false, false);
        check("https://ada@app.example/done", false, false);
        check("https://app.example;sandbox/done", false, false);
        check("https://app.example/a b", false, false);
        check("https://app.example/\r\nx", false, false);
        check("https://büro.example/", false, false);
        check("javascript:alert(1)", false, false);
        check("data:text/html,x", false, false);
        check("myapp:/done", false, false);
        check("/done", false, false);
        check("", false, false);
        check(&format!("https://app.example/{}", "a".repeat(MAX_BYTES)), false, false);
    }

    #[test]
    fn a_browser_is_sent_where_its_client_was_registered() {
        let check = |registered: &str, asked: &str, confidential: bool, public: bool| {
            assert_eq!(matches(registered, asked, false), confidential, "{registered} {asked}");
            assert_eq!(matches(registered, asked, true), public, "{registered} {asked}, public");
        };
        check("https://a.example/done", "https://a.example/done", true, true);
        for other in [
            "https://a.example/done/",
            "https://a.example/done?x=1",
            "https://a.example/../done",
            "https://a.example:443/done",
            "https://A.example/done",
            "https://a.example.evil.example/done",
            "https://a.example:8443/done",
            "http://a.example/done",
        ] {
            check("https://a.example/done", other, false, false);
        }
        check("http://127.0.0.1/done", "http://127.0.0.1:51004/done", false, true);
        check("http://127.0.0.1:1/done", "http://127.0.0.1:2/done", false, true);
        check("http://[::1]/done", "http://[::1]:51004/done", false, true);
        check("http://127.0.0.1/done", "http://127.0.0.1:51004/other", false, false);
        check("http://127.0.0.1/done", "http://127.0.0.2:51004/done", false, false);
        check("http://127.0.0.1/done", "http://127.0.0.1:80@evil.example/done", false, false);
        check("http://127.0.0.1/done", "http://127.0.0.1:51004/done#x", false, false);
        check("http://localhost/done", "http://localhost:51004/done", false, false);
    }

    #[test]
    fn what_is_told_goes_into_the_query() {
        let check = |uri: &str, expected: &str| assert_eq!(with(uri, &[("a", "b c&"), ("d", "é")]), expected);
        check("https://a.example/done", "https://a.example/done?a=b+c%26&d=%C3%A9");
        check("https://a.example/?x=1", "https://a.example/?x=1&a=b+c%26&d=%C3%A9");
        check("com.example.app:/done", "com.example.app:/done?a=b+c%26&d=%C3%A9");
    }

    #[test]
    fn a_form_may_lead_there() {
        let check = |uri: &str, expected: &str| assert_eq!(form_action(uri), expected, "{uri}");
        check("https://a.example/done", "https://a.example");
        check("http://127.0.0.1:8123/done", "http://127.0.0.1:8123");
        check("http://[::1]:8123/done", "http:");
        check("com.example.app:/done", "com.example.app:");
    }
}
