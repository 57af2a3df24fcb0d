//! What serde's attributes make of a name.

use super::definition::Notes;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token};

/// `rename = "x"` as its name and value; a list keeps its text as the value.
#[derive(Clone, Debug, Default)]
pub struct SerdeAttributes(Vec<(String, Option<String>)>);

impl SerdeAttributes {
    pub fn of(attributes: &[Attribute]) -> Self {
        let serde = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
        let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
        let metas = serde.filter_map(|attribute| attribute.parse_args_with(parse).ok()).flatten();
        Self(metas.map(|meta| pair(&meta)).collect())
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(other, _)| other == name)
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name)?.1.as_deref()
    }

    /// The name on the wire; `rule` is the container's `rename_all`.
    pub fn named(&self, words: Vec<String>, source: &str, rule: Option<&str>) -> String {
        match (self.value("rename"), rule) {
            (Some(name), _) => name.to_owned(),
            (None, Some(rule)) => in_case(&words, rule),
            (None, None) => source.to_owned(),
        }
    }

    pub fn notes(&self) -> Notes {
        let known =
            ["rename", "default", "skip_serializing_if", "flatten", "other", "alias", "rename_all", "bound"];
        let rest = self.0.iter().filter(|(name, _)| !known.contains(&name.as_str()));
        Notes {
            default: self.has("default"),
            left_out: self.has("skip_serializing_if"),
            flatten: self.has("flatten"),
            other: self.has("other"),
            aliases: self
                .0
                .iter()
                .filter(|(name, _)| name == "alias")
                .filter_map(|(_, alias)| alias.clone())
                .collect(),
            rest: rest.map(|(name, value)| noted(name, value.as_deref())).collect(),
        }
    }

    /// How an enum says which variant it is.
    pub fn form(&self) -> Vec<String> {
        let words = ["tag", "content", "untagged", "from", "try_from", "into", "remote"];
        let told = self.0.iter().filter(|(name, _)| words.contains(&name.as_str()));
        told.map(|(name, value)| noted(name, value.as_deref())).collect()
    }
}

/// `finalized_at`, in its words.
pub fn words_of_field(name: &str) -> Vec<String> {
    name.split('_').map(str::to_owned).collect()
}

/// `PendingApproval`, in its words as serde sees them.
pub fn words_of_variant(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        match words.last_mut() {
            Some(word) if !c.is_uppercase() => word.push(c),
            _ => words.push(c.to_lowercase().collect()),
        }
    }
    words
}

fn in_case(words: &[String], rule: &str) -> String {
    let capital = |word: &String| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default()
    };
    match rule {
        "lowercase" => words.concat(),
        "UPPERCASE" => words.concat().to_uppercase(),
        "PascalCase" => words.iter().map(capital).collect(),
        "camelCase" => words.iter().take(1).cloned().chain(words.iter().skip(1).map(capital)).collect(),
        "SCREAMING_SNAKE_CASE" => words.join("_").to_uppercase(),
        "kebab-case" => words.join("-"),
        "SCREAMING-KEBAB-CASE" => words.join("-").to_uppercase(),
        _ => words.join("_"),
    }
}

fn pair(meta: &Meta) -> (String, Option<String>) {
    let name = meta.path().to_token_stream().to_string();
    let value = match meta {
        Meta::Path(_) => None,
        Meta::NameValue(named) => match &named.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            other => Some(other.to_token_stream().to_string()),
        },
        Meta::List(list) => Some(list.tokens.to_string()),
    };
    (name, value)
}

fn noted(name: &str, value: Option<&str>) -> String {
    value.map_or_else(|| name.to_owned(), |value| format!("{name} {value}"))
}
