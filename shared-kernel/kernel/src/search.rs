//! Search by a part of a text. What is searched and what is searched for are folded alike, here and not by a database,
//! so that both backends find the same.

use serde::Deserialize;
use std::fmt;
use std::str::FromStr;

/// Shorter ones no index of trigrams can find.
pub const MIN_SEARCH_CHARS: usize = 3;
pub const MAX_SEARCH_CHARS: usize = 100;

/// What is searched for: folded, of a bounded length.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Search(String);

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must have {MIN_SEARCH_CHARS} to {MAX_SEARCH_CHARS} characters")]
pub struct NotASearch;

impl Search {
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl FromStr for Search {
    type Err = NotASearch;
    fn from_str(text: &str) -> Result<Self, NotASearch> {
        let folded = fold(text);
        let fits = (MIN_SEARCH_CHARS..=MAX_SEARCH_CHARS).contains(&folded.chars().count());
        if fits { Ok(Self(folded)) } else { Err(NotASearch) }
    }
}

impl TryFrom<String> for Search {
    type Error = NotASearch;
    fn try_from(text: String) -> Result<Self, NotASearch> {
        text.parse()
    }
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a row can be found by. A line each, so that nothing is found across two of them.
pub fn search_text<'a>(parts: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let lines: Vec<String> = parts.into_iter().flatten().map(fold).collect();
    lines.join("\n")
}

/// Lower case, one space between words.
fn fold(text: &str) -> String {
    let words = text.split_whitespace().map(|word| word.chars().flat_map(folded).collect());
    words.collect::<Vec<String>>().join(" ")
}

/// Each character by itself: `str::to_lowercase` writes Σ by its place in the word, so that a part of a word would be
/// folded otherwise than the whole.
fn folded(character: char) -> impl Iterator<Item = char> {
    character.to_lowercase().map(|lower| if lower == 'ς' { 'σ' } else { lower })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(q: &str, expected: Result<&str, NotASearch>) {
        assert_eq!(q.parse::<Search>().as_ref().map(Search::text).map_err(|error| *error), expected, "{q:?}");
    }

    #[test]
    fn a_search_is_folded_and_bounded() {
        check("  Côte \t d'OR ", Ok("côte d'or"));
        check("ab", Err(NotASearch));
        check(" a b ", Ok("a b"));
        check("", Err(NotASearch));
        check(&"x".repeat(100), Ok(&"x".repeat(100)));
        check(&"x".repeat(101), Err(NotASearch));
    }

    #[test]
    fn a_part_is_folded_like_the_whole() {
        for name in ["ΣΊΣΥΦΟΣ", "Σίσυφος"] {
            let text = search_text([Some(name)]);
            for q in ["ΣΊΣ", "σίς", "ΦΟΣ", "φος", "ΣΊΣΥΦΟΣ"] {
                assert!(text.contains(q.parse::<Search>().unwrap().text()), "{q} in {text}");
            }
        }
    }

    #[test]
    fn nothing_is_found_across_two_fields() {
        let text = search_text([Some("Chai\nTea"), None, Some("CHAI-1")]);
        assert_eq!(text, "chai tea\nchai-1");
        assert!(!text.contains("tea chai"));
    }
}
