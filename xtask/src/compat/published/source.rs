//! Reads what is published from the sources: `#[contract]` traits, `#[derive(DomainEvent)]` and `impl DomainEvent`,
//! `impl Job`, and every type they lead to.

use super::definition::{Body, Definition, Field, Type, Variant};
use super::serde_attributes::{SerdeAttributes, words_of_field, words_of_variant};
use super::{FILE, Method, Payload, Published, Shape, readers};
use crate::sources::{self, Source};
use std::collections::BTreeMap;
use std::path::Path;
use syn::ext::IdentExt;
use syn::{Attribute, Expr, Fields, ImplItem, Item, ItemImpl, ItemTrait, Lit, ReturnType, TraitItem};

/// Types that nodes send each other outside of contracts and messages.
const CARRIED: [&str; 1] = ["CtxWire"];

/// What the domains and the shared kernel below `root` publish, tests left out.
pub fn read(root: &Path) -> Result<Published, String> {
    let all = sources::read(root, &[".rs"]).map_err(|error| format!("{}: {error}", root.display()))?;
    of(&all)
}

pub fn of(all: &[Source]) -> Result<Published, String> {
    let mut house = House::default();
    let mut published = Published::default();
    for source in all.iter().filter(|source| is_published(&source.path)) {
        let file = syn::parse_file(&source.text).map_err(|error| format!("{}: {error}", source.path))?;
        published.readers.extend(readers::of(source, &file));
        house.take(&source.path, file.items);
    }
    for (path, root) in &house.roots {
        let shape = published.shapes.entry(home(path)).or_default();
        house.publish(shape, path, root)?;
    }
    Ok(published)
}

/// Macros and testkit make and test what the others publish.
fn is_published(path: &str) -> bool {
    let in_place = ["domains/", "shared-kernel/"].iter().any(|area| path.starts_with(area));
    let apart = ["shared-kernel/macros/", "shared-kernel/testkit/"].iter().any(|area| path.starts_with(area));
    in_place && !apart && path.contains("/src/")
}

/// The file that tells what this source publishes: one a domain, and one a crate of the shared kernel.
fn home(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        ["domains", domain, ..] => format!("domains/{domain}/contract/{FILE}"),
        [area, name, ..] => format!("{area}/{name}/{FILE}"),
        _ => FILE.to_owned(),
    }
}

/// `domains/billing/core` of a source in it.
fn package(path: &str) -> &str {
    path.split_once("/src/").map_or(path, |(package, _)| package)
}

enum Root {
    Contract(Box<ItemTrait>),
    Event {
        name: String,
        kind: String,
        version: u16,
    },
    Job {
        name: String,
        kind: String,
        version: u16,
    },
    Carried(String),
    /// Something is published in a way that cannot be read.
    Unread(String),
}

/// All types by name, with the file each is in, and all that is published.
#[derive(Default)]
struct House {
    types: BTreeMap<String, Vec<(String, Item)>>,
    roots: Vec<(String, Root)>,
}

impl House {
    fn take(&mut self, path: &str, items: Vec<Item>) {
        for item in items {
            match item {
                Item::Mod(module) if !is_test(&module.attrs) => {
                    self.take(path, module.content.map(|(_, items)| items).unwrap_or_default());
                }
                Item::Trait(item) if item.attrs.iter().any(|attribute| is_last(attribute, "contract")) => {
                    self.roots.push((path.to_owned(), Root::Contract(Box::new(item))));
                }
                Item::Impl(item) => {
                    if let Some(root) = implemented(&item) {
                        self.roots.push((path.to_owned(), root));
                    }
                }
                Item::Struct(ref it) => {
                    if derives(&it.attrs, "DomainEvent") {
                        self.roots.push((path.to_owned(), event(&it.ident.unraw().to_string(), &it.attrs)));
                    }
                    if CARRIED.contains(&it.ident.to_string().as_str()) {
                        self.roots.push((path.to_owned(), Root::Carried(it.ident.to_string())));
                    }
                    self.types.entry(it.ident.unraw().to_string()).or_default().push((path.to_owned(), item));
                }
                Item::Enum(ref it) => {
                    self.types.entry(it.ident.unraw().to_string()).or_default().push((path.to_owned(), item));
                }
                Item::Type(ref it) => {
                    self.types.entry(it.ident.unraw().to_string()).or_default().push((path.to_owned(), item));
                }
                _ => {}
            }
        }
    }

    fn publish(&self, shape: &mut Shape, path: &str, root: &Root) -> Result<(), String> {
        match root {
            Root::Contract(item) => {
                let mut methods = BTreeMap::new();
                for method in &item.items {
                    let TraitItem::Fn(method) = method else { continue };
                    let name = method.sig.ident.unraw().to_string();
                    let read = call(method).ok_or_else(|| {
                        format!("{path}: {}::{name} has not the one shape of a contract method", item.ident)
                    })?;
                    for ty in [&read.request, &read.response, &read.error] {
                        self.follow(shape, path, ty)?;
                    }
                    methods.insert(name, read);
                }
                shape.contracts.insert(words_in_snake(&item.ident.unraw().to_string()), methods);
            }
            Root::Event { name, kind, version } => {
                self.follow(shape, path, &Type { name: name.clone(), arguments: Vec::new() })?;
                shape.events.insert(kind.clone(), Payload { version: *version, name: name.clone() });
            }
            Root::Job { name, kind, version } => {
                self.follow(shape, path, &Type { name: name.clone(), arguments: Vec::new() })?;
                shape.jobs.insert(kind.clone(), Payload { version: *version, name: name.clone() });
            }
            Root::Carried(name) => {
                self.follow(shape, path, &Type { name: name.clone(), arguments: Vec::new() })?;
                shape.carried.push(name.clone());
            }
            Root::Unread(what) => return Err(format!("{path}: {what}")),
        }
        Ok(())
    }

    /// Writes the type's definition and those it leads to. A type that writes its own serde, and one of another
    /// library, is known by its name alone.
    fn follow(&self, shape: &mut Shape, path: &str, ty: &Type) -> Result<(), String> {
        ty.arguments.iter().try_for_each(|argument| self.follow(shape, path, argument))?;
        let Some((found_in, item)) = self.find(path, &ty.name)? else { return Ok(()) };
        let Some(definition) = define(found_in, item)? else { return Ok(()) };
        match shape.types.get(&ty.name) {
            Some(known) if *known == definition => return Ok(()),
            Some(_) => {
                return Err(format!(
                    "{found_in}: another type that is published here is called {} too",
                    ty.name
                ));
            }
            None => {}
        }
        let parts = definition.types().into_iter().cloned().collect::<Vec<_>>();
        shape.types.insert(ty.name.clone(), definition);
        parts.iter().try_for_each(|part| self.follow(shape, found_in, part))
    }

    /// The nearest of this name: in the file, the crate, the contracts and the kernel.
    fn find(&self, path: &str, name: &str) -> Result<Option<(&str, &Item)>, String> {
        let all = self.types.get(name).map(Vec::as_slice).unwrap_or_default();
        let own = path.split('/').nth(1).unwrap_or_default();
        let contract = format!("domains/{own}/contract/");
        let published =
            |other: &str| other.starts_with("shared-kernel/") || other.split('/').nth(2) == Some("contract");
        let near: [&dyn Fn(&str) -> bool; 4] = [
            &|other| other == path,
            &|other| package(other) == package(path),
            &|other| other.starts_with(&contract),
            &published,
        ];
        for is_near in near {
            let found: Vec<_> = all.iter().filter(|(other, _)| is_near(other)).collect();
            match found.as_slice() {
                [] => {}
                [(other, item)] => return Ok(Some((other, item))),
                several => {
                    let files: Vec<_> = several.iter().map(|(file, _)| file.as_str()).collect();
                    return Err(format!(
                        "{path}: `{name}` is published, and is in {}: give one of them another name",
                        files.join(" and ")
                    ));
                }
            }
        }
        Ok(None)
    }
}

impl Definition {
    pub fn types(&self) -> Vec<&Type> {
        match self {
            Self::Struct { fields, .. } => fields.iter().map(|field| &field.ty).collect(),
            Self::Tuple(parts) => parts.iter().collect(),
            Self::Enum { variants, .. } => variants
                .iter()
                .flat_map(|variant| match &variant.body {
                    Body::Unit => Vec::new(),
                    Body::Tuple(parts) => parts.iter().collect(),
                    Body::Fields(fields) => fields.iter().map(|field| &field.ty).collect(),
                })
                .collect(),
        }
    }
}

fn define(path: &str, item: &Item) -> Result<Option<Definition>, String> {
    let (name, attributes, generics) = match item {
        Item::Struct(item) => (&item.ident, &item.attrs, &item.generics),
        Item::Enum(item) => (&item.ident, &item.attrs, &item.generics),
        Item::Type(item) => (&item.ident, &item.attrs, &item.generics),
        _ => return Ok(None),
    };
    let written = derives(attributes, "Serialize") || derives(attributes, "Deserialize");
    if !written && !matches!(item, Item::Type(_)) {
        return Ok(None);
    }
    if !generics.params.is_empty() {
        return Err(format!(
            "{path}: {name} is published, so it is not generic: write out the type that is sent"
        ));
    }
    let serde = SerdeAttributes::of(attributes);
    let definition = match item {
        Item::Type(item) => Definition::Tuple(vec![Type::of(&item.ty)]),
        Item::Struct(item) => match &item.fields {
            Fields::Named(_) => Definition::Struct {
                fields: fields(&item.fields, serde.value("rename_all"), serde.has("default")),
                refuses_unknown: serde.has("deny_unknown_fields"),
            },
            other => Definition::Tuple(other.iter().map(|field| Type::of(&field.ty)).collect()),
        },
        Item::Enum(item) => Definition::Enum {
            form: serde.form(),
            variants: item.variants.iter().filter_map(|one| variant(one, &serde)).collect(),
        },
        _ => return Ok(None),
    };
    Ok(Some(definition))
}

fn variant(variant: &syn::Variant, container: &SerdeAttributes) -> Option<Variant> {
    let serde = SerdeAttributes::of(&variant.attrs);
    if serde.has("skip") {
        return None;
    }
    let source = variant.ident.unraw().to_string();
    let name = serde.named(words_of_variant(&source), &source, container.value("rename_all"));
    let rule = serde.value("rename_all").or(container.value("rename_all_fields"));
    let body = match &variant.fields {
        Fields::Unit => Body::Unit,
        Fields::Unnamed(parts) => Body::Tuple(parts.unnamed.iter().map(|part| Type::of(&part.ty)).collect()),
        Fields::Named(_) => Body::Fields(fields(&variant.fields, rule, false)),
    };
    Some(Variant { name, body, notes: serde.notes() })
}

fn fields(fields: &Fields, rule: Option<&str>, default: bool) -> Vec<Field> {
    // Of a field, these keep its underscores.
    let rule = match rule {
        Some("lowercase") => Some("snake_case"),
        Some("UPPERCASE") => Some("SCREAMING_SNAKE_CASE"),
        other => other,
    };
    let read = fields.iter().filter_map(|field| {
        let serde = SerdeAttributes::of(&field.attrs);
        let source = field.ident.as_ref()?.unraw().to_string();
        let mut notes = serde.notes();
        notes.default |= default;
        let name = serde.named(words_of_field(&source), &source, rule);
        (!serde.has("skip")).then(|| Field { name, ty: Type::of(&field.ty), notes })
    });
    read.collect()
}

fn implemented(item: &ItemImpl) -> Option<Root> {
    let (_, path, _) = item.trait_.as_ref()?;
    let implemented = path.segments.last()?.ident.to_string();
    if !["DomainEvent", "Job"].contains(&implemented.as_str()) || is_test(&item.attrs) {
        return None;
    }
    let name = Type::of(&item.self_ty).name;
    let constant = |wanted: &str| {
        item.items.iter().find_map(|item| match item {
            ImplItem::Const(constant) if constant.ident == wanted => match &constant.expr {
                Expr::Lit(literal) => Some(&literal.lit),
                _ => None,
            },
            _ => None,
        })
    };
    let (Some(Lit::Str(kind)), Some(Lit::Int(version))) = (constant("KIND"), constant("VERSION")) else {
        return Some(Root::Unread(format!(
            "{name} gives its KIND and VERSION as literals, so that they can be read"
        )));
    };
    let (kind, version) = (kind.value(), version.base10_parse().unwrap_or(0));
    match implemented.as_str() {
        "Job" => Some(Root::Job { name, kind, version }),
        _ => Some(Root::Event { name, kind, version }),
    }
}

fn event(name: &str, attributes: &[Attribute]) -> Root {
    let (mut kind, mut version) = (None, None);
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("event")) {
        let read = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("kind") {
                kind = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            } else if meta.path.is_ident("version") {
                version = Some(meta.value()?.parse::<syn::LitInt>()?.base10_parse()?);
            } else {
                meta.value()?.parse::<syn::Member>()?;
            }
            Ok(())
        });
        if let Err(error) = read {
            return Root::Unread(format!("{name}: {error}"));
        }
    }
    match (kind, version) {
        (Some(kind), Some(version)) => Root::Event { name: name.to_owned(), kind, version },
        _ => Root::Unread(format!("{name} has no kind and version in #[event(…)]")),
    }
}

fn call(method: &syn::TraitItemFn) -> Option<Method> {
    let request = method.sig.inputs.iter().nth(2)?;
    let syn::FnArg::Typed(request) = request else { return None };
    let ReturnType::Type(_, output) = &method.sig.output else { return None };
    let output = Type::of(output);
    match output.arguments.as_slice() {
        [response, error] if output.name == "Result" => {
            Some(Method { request: Type::of(&request.ty), response: response.clone(), error: error.clone() })
        }
        _ => None,
    }
}

fn derives(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("derive")).any(|attribute| {
        let mut found = false;
        let _ = attribute.parse_nested_meta(|meta| {
            found |= meta.path.segments.last().is_some_and(|last| last.ident == name);
            Ok(())
        });
        found
    })
}

fn is_last(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == name)
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

/// As `#[contract]` names a trait on the wire.
fn words_in_snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::new();
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
