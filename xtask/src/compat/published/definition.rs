//! A type as it is on the wire.

use proc_macro2::TokenStream;
use quote::ToTokens;
use std::fmt;
use syn::{GenericArgument, PathArguments};

/// A type by the last part of its path, as sources spell it; `()` is a tuple of its arguments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Type {
    pub name: String,
    pub arguments: Vec<Type>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Definition {
    Struct {
        fields: Vec<Field>,
        refuses_unknown: bool,
    },
    /// Of one part: that part itself, on the wire.
    Tuple(Vec<Type>),
    Enum {
        form: Form,
        variants: Vec<Variant>,
    },
}

/// How an enum says which variant it is: `tag outcome`; nothing is serde's usual form.
pub type Form = Vec<String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub ty: Type,
    pub notes: Notes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    pub name: String,
    pub body: Body,
    pub notes: Notes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Unit,
    Tuple(Vec<Type>),
    Fields(Vec<Field>),
}

/// What serde is told of a field or variant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// May be missing when it is read.
    pub default: bool,
    /// May be left out when it is written.
    pub left_out: bool,
    pub flatten: bool,
    /// The variant that unknown ones are read as.
    pub other: bool,
    pub aliases: Vec<String>,
    /// Whatever else changes the wire, as it is written.
    pub rest: Vec<String>,
}

impl Type {
    pub fn parse(text: &str) -> Result<Self, String> {
        let parsed: syn::Type =
            syn::parse_str(text).map_err(|error| format!("`{text}` is no type: {error}"))?;
        Ok(Self::of(&parsed))
    }

    pub fn of(ty: &syn::Type) -> Self {
        match ty {
            syn::Type::Path(path) => match path.path.segments.last() {
                Some(last) => Self { name: last.ident.to_string(), arguments: arguments(&last.arguments) },
                None => Self::spelled(ty.to_token_stream()),
            },
            syn::Type::Tuple(tuple) => {
                Self { name: "()".to_owned(), arguments: tuple.elems.iter().map(Self::of).collect() }
            }
            syn::Type::Group(group) => Self::of(&group.elem),
            syn::Type::Paren(paren) => Self::of(&paren.elem),
            other => Self::spelled(other.to_token_stream()),
        }
    }

    /// The type inside of pointers, which are not on the wire.
    pub fn bare(&self) -> &Self {
        match (self.name.as_str(), self.arguments.as_slice()) {
            ("Box" | "Arc" | "Rc", [inner]) => inner.bare(),
            _ => self,
        }
    }

    pub fn optional(&self) -> Option<&Self> {
        match (self.bare().name.as_str(), self.bare().arguments.as_slice()) {
            ("Option", [inner]) => Some(inner),
            _ => None,
        }
    }

    fn spelled(tokens: TokenStream) -> Self {
        let name = tokens.to_string().split_whitespace().collect();
        Self { name, arguments: Vec::new() }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments: Vec<String> = self.arguments.iter().map(Self::to_string).collect();
        match (self.name.as_str(), arguments.as_slice()) {
            ("()", [only]) => write!(f, "({only},)"),
            ("()", several) => write!(f, "({})", several.join(", ")),
            (name, []) => f.write_str(name),
            (name, several) => write!(f, "{name}<{}>", several.join(", ")),
        }
    }
}

fn arguments(arguments: &PathArguments) -> Vec<Type> {
    let PathArguments::AngleBracketed(listed) = arguments else { return Vec::new() };
    let types = listed.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(Type::of(ty)),
        _ => None,
    });
    types.collect()
}
