//! Bearer tokens.

use secrets::{hash_token, same, token};
use std::collections::HashSet;

#[test]
fn tokens_differ_and_are_found_by_their_hash() {
    let tokens: Vec<_> = (0..100).map(|_| token("isk")).collect();
    for token in &tokens {
        assert_eq!(token.plain.len(), "isk_".len() + 43, "256 bits in base64url");
        assert!(token.plain.starts_with("isk_"));
        assert_eq!(token.hash, hash_token(&token.plain));
        assert_eq!(format!("{token:?}"), "Token");
    }
    assert_eq!(tokens.iter().map(|token| token.hash).collect::<HashSet<_>>().len(), 100);
    assert_ne!(tokens[0].hash, hash_token(&tokens[0].plain.to_uppercase()));
}

#[test]
fn same_compares_contents_and_lengths() {
    assert!(same(b"abc", b"abc"));
    assert!(!same(b"abc", b"abd"));
    assert!(!same(b"abc", b"ab"));
}
