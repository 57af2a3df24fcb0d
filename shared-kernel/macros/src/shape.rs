//! What several macros ask about names and types. A macro sees spellings, not types, so a type is known by the
//! last part of its path.

use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// The last part of a type's path: `Vec<T>` of `std::vec::Vec<T>`.
pub fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

pub fn is_named(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name)
}

/// The type arguments of `name<…>`; none when it is another type.
pub fn type_arguments<'a>(ty: &'a Type, name: &str) -> Vec<&'a Type> {
    let Some(segment) = last_segment(ty).filter(|segment| segment.ident == name) else { return Vec::new() };
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return Vec::new() };
    let types = arguments.args.iter().map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect::<Option<_>>().unwrap_or_default()
}

/// `lower_snake`: begins with a letter, no doubled or trailing underscore.
pub fn is_lower_snake(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !text.contains("__")
        && !text.ends_with('_')
}

/// `StockLedger` to `stock_ledger`, `HTTPLog` to `http_log`.
pub fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (i, c) in chars.iter().enumerate() {
        let after_lower = i > 0 && (chars[i - 1].is_lowercase() || chars[i - 1].is_ascii_digit());
        let begins_word =
            i > 0 && chars[i - 1].is_uppercase() && chars.get(i + 1).is_some_and(|next| next.is_lowercase());
        if c.is_uppercase() && (after_lower || begins_word) {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, expected) in [
            ("Billing", "billing"),
            ("StockLedger", "stock_ledger"),
            ("HTTPLog", "http_log"),
            ("Oauth2Clients", "oauth2_clients"),
        ] {
            assert_eq!(snake_case(name), expected);
        }
        for (text, expected) in [
            ("a1_b", true),
            ("", false),
            ("_a", false),
            ("a_", false),
            ("a__b", false),
            ("aB", false),
            ("1a", false),
        ] {
            assert_eq!(is_lower_snake(text), expected, "{text:?}");
        }
    }
}
