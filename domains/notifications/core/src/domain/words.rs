//! Words that other people chose, made fit for a mail. Anybody can sign up with any address and any name, so a name is
//! a way to have us send a stranger's words to another stranger.

use std::net::IpAddr;

const NAME_MAX_CHARS: usize = 60;
const TITLE_MAX_CHARS: usize = 120;
const DEVICE_MAX_CHARS: usize = 80;

/// Without line breaks and other control characters: nothing can begin another header or line.
pub fn one_line(text: &str) -> String {
    let visible: String =
        text.chars().map(|c| if c.is_control() || is_separator(c) { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The name to greet by or to speak of; none when it looks like a link or an address, which mail programs would
/// make clickable.
pub fn greeting_name(display_name: &str) -> Option<String> {
    let name = one_line(display_name);
    let looks_like_link = name.contains(['/', ':', '@', '<', '>', '\\'])
        || name.split('.').skip(1).any(|rest| rest.starts_with(|c: char| c.is_alphanumeric()));
    (!name.is_empty() && !looks_like_link && name.chars().count() <= NAME_MAX_CHARS).then_some(name)
}

pub fn short_title(title: &str) -> String {
    one_line(title).chars().take(TITLE_MAX_CHARS).collect()
}

/// What a program calls itself as user agent, where dots and slashes are usual: `curl/8.5.0`. Whoever signs in
/// chooses it, so there is none when mail programs would make a part of it clickable.
pub fn device_name(user_agent: &str) -> Option<String> {
    let device: String = one_line(user_agent).chars().take(DEVICE_MAX_CHARS).collect();
    let looks_like_link = device.contains("//")
        || device.contains(['@', '<', '>', '\\'])
        || device.split('.').skip(1).any(|rest| rest.starts_with(|c: char| c.is_alphabetic()));
    (!device.is_empty() && !looks_like_link).then_some(device)
}

/// None when the text is anything else.
pub fn network_address(text: &str) -> Option<String> {
    text.parse::<IpAddr>().ok().map(|address| address.to_string())
}

/// Line and paragraph separator, which are no control characters.
fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_greeted_only_when_it_is_a_name() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(greeting_name(name).as_deref(), expected, "{name:?}");
        };
        check("Ada Lovelace", Some("Ada Lovelace"));
        check("Zoë  O'Neil-Müller", Some("Zoë O'Neil-Müller"));
        check("Dr. Ada K. Lovelace", Some("Dr. Ada K. Lovelace"));
        check("Ada\r\nBcc", Some("Ada Bcc"));
        check("", None);
        check(" \n ", None);
        check("win at evil.example", None);
        check("http://evil", None);
        check("me@evil", None);
        check(&"x".repeat(61), None);
    }

    #[test]
    fn a_device_is_named_only_by_what_is_no_link() {
        let check = |user_agent: &str, expected: Option<&str>| {
            assert_eq!(device_name(user_agent).as_deref(), expected, "{user_agent:?}");
        };
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        check(firefox, Some(firefox));
        check("curl/8.5.0", Some("curl/8.5.0"));
        check("curl\r\nBcc", Some("curl Bcc"));
        check(&"x".repeat(81), Some("x".repeat(80).as_str()));
        check("", None);
        check("win at evil.example", None);
        check("see http://evil", None);
        check("mailto:me@evil", None);
        check(r"\\evil\share", None);
    }

    #[test]
    fn a_network_address_is_nothing_else() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(network_address(text).as_deref(), expected, "{text:?}");
        };
        check("203.0.113.7", Some("203.0.113.7"));
        check("2001:DB8::1", Some("2001:db8::1"));
        check("evil.example", None);
        check("203.0.113.7 evil", None);
        check("", None);
    }

    #[test]
    fn a_line_stays_one() {
        for text in ["a\r\nb", "a\nb", "a\u{2028}b", "a\u{85}b", " a \0 b "] {
            assert_eq!(one_line(text), "a b", "{text:?}");
        }
    }
}
