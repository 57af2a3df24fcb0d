//! Words that other people chose, made fit for a mail. Anybody can sign up with any address and any name, so a name is
//! a way to have us send a stranger's words to another stranger.

const NAME_MAX_CHARS: usize = 60;
const TITLE_MAX_CHARS: usize = 120;

/// Without line breaks and other control characters: nothing can begin another header or line.
pub fn one_line(text: &str) -> String {
    let visible: String =
        text.chars().map(|c| if c.is_control() || is_separator(c) { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The name to greet by; none when it looks like a link or an address, which mail programs would make clickable.
pub fn greeting_name(display_name: &str) -> Option<String> {
    let name = one_line(display_name);
    let looks_like_link = name.contains(['/', ':', '@', '<', '>', '\\'])
        || name.split('.').skip(1).any(|rest| rest.starts_with(|c: char| c.is_alphanumeric()));
    (!name.is_empty() && !looks_like_link && name.chars().count() <= NAME_MAX_CHARS).then_some(name)
}

pub fn short_title(title: &str) -> String {
    one_line(title).chars().take(TITLE_MAX_CHARS).collect()
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
    fn a_line_stays_one() {
        for text in ["a\r\nb", "a\nb", "a\u{2028}b", "a\u{85}b", " a \0 b "] {
            assert_eq!(one_line(text), "a b", "{text:?}");
        }
    }
}
