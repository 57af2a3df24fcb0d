//! What a PATCH makes of a resource (RFC 7644 §3.5.2), as Entra and Okta really send it: `Add` for `add`, no path and names
//! with points in them, `"False"` for `false`, values to be removed beside the path instead of in it, and a value that is to be
//! replaced and is not there yet.

use crate::domain::scim::Document;
use crate::domain::scim::filter::Filter;
use crate::domain::scim::path::AttributePath;
use crate::domain::scim::refusal::Refusal;
use crate::domain::scim::schema::{Attribute, Resource, Schema};
use crate::domain::scim::value::{self, MAX_VALUES, keep_one_primary};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

const MAX_OPERATIONS: usize = 200;
/// Of values that are compared by all operations of a request: a group has many members.
const MAX_EFFORT: usize = 2_000_000;

#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    verb: Verb,
    path: Option<Target>,
    value: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Add,
    Remove,
    Replace,
}

/// `emails[type eq "work"].value`
#[derive(Clone, Debug, PartialEq)]
struct Target {
    path: AttributePath,
    which: Option<Filter>,
}

/// The operations of a request, in their order.
pub fn operations(request: Value) -> Result<Vec<Operation>, Refusal> {
    let syntax = |what: &str| Refusal::InvalidSyntax(what.to_owned());
    let sent = take(request, "operations").ok_or_else(|| syntax("A PATCH has a list of Operations."))?;
    let Value::Array(sent) = sent else { return Err(syntax("Operations must be a list.")) };
    if sent.len() > MAX_OPERATIONS {
        return Err(Refusal::TooMany(format!("A PATCH has at most {MAX_OPERATIONS} operations.")));
    }
    sent.into_iter().map(operation).collect()
}

fn operation(sent: Value) -> Result<Operation, Refusal> {
    let verb = take_text(&sent, "op").unwrap_or_default().to_ascii_lowercase();
    let verb = match verb.as_str() {
        "add" => Verb::Add,
        "remove" => Verb::Remove,
        "replace" => Verb::Replace,
        _ => return Err(Refusal::InvalidSyntax("op must be add, remove or replace.".to_owned())),
    };
    let path = take_text(&sent, "path").filter(|path| !path.trim().is_empty());
    let path = path.map(|path| Target::parse(path.trim())).transpose()?;
    if verb == Verb::Remove && path.is_none() {
        return Err(Refusal::NoTarget("remove needs a path.".to_owned()));
    }
    Ok(Operation { verb, path, value: take(sent, "value").unwrap_or_default() })
}

/// By its name in any case.
fn take(object: Value, name: &str) -> Option<Value> {
    let Value::Object(fields) = object else { return None };
    fields.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn take_text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    let mut fields = object.as_object()?.iter();
    fields.find(|(known, _)| known.eq_ignore_ascii_case(name))?.1.as_str()
}

impl Target {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let broken = || Refusal::InvalidPath("A path is such as emails[type eq \"work\"].value.".to_owned());
        let Some((name, rest)) = text.split_once('[') else {
            let path = AttributePath::parse(text).ok_or_else(broken)?;
            return Ok(Self { path, which: None });
        };
        let (which, part) = rest.rsplit_once(']').ok_or_else(broken)?;
        let text = format!("{name}{part}");
        let path = AttributePath::parse(&text).ok_or_else(broken)?;
        // What is in the brackets belongs to the attribute: a part comes after them or not at all.
        if !(part.is_empty() || part.starts_with('.'))
            || path.name.is_empty()
            || path.part.is_some() == part.is_empty()
        {
            return Err(broken());
        }
        Ok(Self { path, which: Some(Filter::parse(which)?) })
    }
}

/// The resource as it is after all of them.
pub fn apply(
    resource: &'static Resource,
    mut document: Document,
    operations: Vec<Operation>,
) -> Result<Document, Refusal> {
    let mut effort = 0;
    for Operation { verb, path, value } in operations {
        match path {
            Some(target) => at(resource, &mut document, verb, &target, value, &mut effort)?,
            None => all(resource, &mut document, verb, value, &mut effort)?,
        }
    }
    Ok(document)
}

/// A whole resource, as it is sent to be made or to take another's place.
pub fn whole(resource: &'static Resource, sent: Value) -> Result<Document, Refusal> {
    let schemas = sent.as_object().and_then(|fields| {
        fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("schemas")).map(|(_, schemas)| schemas)
    });
    let is_of_it = |schemas: &Value| {
        let mut named = schemas.as_array().into_iter().flatten().filter_map(Value::as_str);
        named.any(|urn| urn.eq_ignore_ascii_case(resource.core.urn))
    };
    if !schemas.is_none_or(is_of_it) {
        return Err(Refusal::InvalidSyntax(format!("schemas must name {}.", resource.core.urn)));
    }
    let mut document = Document::new();
    all(resource, &mut document, Verb::Replace, sent, &mut 0)?;
    Ok(document)
}

/// Without a path: an object whose names are attributes or paths. What we do not know, or give ourselves, is left out.
fn all(
    resource: &'static Resource,
    document: &mut Document,
    verb: Verb,
    value: Value,
    effort: &mut usize,
) -> Result<(), Refusal> {
    let Value::Object(fields) = value else {
        return Err(Refusal::InvalidSyntax("Without a path the value must be an object.".to_owned()));
    };
    for (name, value) in fields {
        if let Some(extension) = resource.extension(&name) {
            within(extension, document, verb, value)?;
            continue;
        }
        let Ok(target) = Target::parse(&name) else { continue };
        if target.path.place(resource).is_some_and(|place| !place.attribute.read_only) {
            at(resource, document, verb, &target, value, effort)?;
        }
    }
    Ok(())
}

/// All of an extension, by its URN.
fn within(
    extension: &'static Schema,
    document: &mut Document,
    verb: Verb,
    value: Value,
) -> Result<(), Refusal> {
    let Value::Object(fields) = value else {
        if verb == Verb::Remove {
            document.remove(extension.urn);
            return Ok(());
        }
        return Err(Refusal::InvalidSyntax(format!("{} must be an object.", extension.urn)));
    };
    let mut held = held_of(document, extension);
    for (name, value) in fields {
        if let Some(attribute) = extension.attribute(&name).filter(|attribute| !attribute.read_only) {
            change(&mut held, attribute, verb, None, None, value)?;
        }
    }
    put(document, extension, held);
    Ok(())
}

fn at(
    resource: &'static Resource,
    document: &mut Document,
    verb: Verb,
    target: &Target,
    value: Value,
    effort: &mut usize,
) -> Result<(), Refusal> {
    let Target { path, which } = target;
    if path.name.is_empty() {
        return match path.schema.as_deref().and_then(|urn| resource.extension(urn)) {
            Some(extension) => within(extension, document, verb, value),
            None if verb == Verb::Remove => Ok(()),
            None => all(resource, document, verb, value, effort),
        };
    }
    // What we do not keep is not there to be changed.
    let Some(place) = path.place(resource) else { return Ok(()) };
    let attribute = place.attribute;
    if attribute.read_only {
        return Err(Refusal::Mutability(format!("{} is given here and cannot be changed.", attribute.name)));
    }
    let held = document.get(attribute.name).and_then(Value::as_array).map_or(0, Vec::len);
    *effort += held * which.as_ref().map_or(1, Filter::terms);
    if *effort > MAX_EFFORT {
        return Err(Refusal::TooMany(
            "This looks at too many values at once; send several requests.".to_owned(),
        ));
    }
    let part = match path.part.as_deref().map(|name| attribute.part(name)) {
        None => None,
        Some(Some(part)) => Some(part),
        Some(None) => return Ok(()),
    };
    match place.extension {
        None => change(document, attribute, verb, which.as_ref(), part, value),
        Some(extension) => {
            let mut held = held_of(document, extension);
            change(&mut held, attribute, verb, which.as_ref(), part, value)?;
            put(document, extension, held);
            Ok(())
        }
    }
}

fn held_of(document: &mut Document, extension: &Schema) -> Document {
    match document.remove(extension.urn) {
        Some(Value::Object(held)) => held,
        _ => Document::new(),
    }
}

fn put(document: &mut Document, extension: &Schema, held: Document) {
    if !held.is_empty() {
        document.insert(extension.urn.to_owned(), Value::Object(held));
    }
}

/// One attribute, where it is held.
fn change(
    held: &mut Document,
    attribute: &'static Attribute,
    verb: Verb,
    which: Option<&Filter>,
    part: Option<&'static Attribute>,
    value: Value,
) -> Result<(), Refusal> {
    let before = held.remove(attribute.name);
    let after = match (attribute.many, part) {
        (true, _) => {
            let before = match before {
                Some(Value::Array(values)) => values,
                one => one.into_iter().collect(),
            };
            let mut after = many(before, attribute, verb, which, part, value)?;
            if after.len() > MAX_VALUES {
                return Err(Refusal::TooMany(format!("{} has at most {MAX_VALUES} values.", attribute.name)));
            }
            keep_one_primary(&mut after);
            (!after.is_empty()).then_some(Value::Array(after))
        }
        (false, Some(part)) => {
            let mut parts = parts_of(before);
            set(&mut parts, part, verb, value)?;
            (!parts.is_empty()).then_some(Value::Object(parts))
        }
        (false, None) if verb == Verb::Remove => None,
        (false, None) => merged(before, value::of(attribute, value)?),
    };
    if let Some(after) = after {
        held.insert(attribute.name.to_owned(), after);
    }
    Ok(())
}

/// The parts of a complex value that are not named stay (RFC 7644 §3.5.2.3); nothing takes the place of all.
fn merged(before: Option<Value>, after: Option<Value>) -> Option<Value> {
    match (before, after?) {
        (Some(Value::Object(mut before)), Value::Object(after)) => {
            before.extend(after);
            Some(Value::Object(before))
        }
        (_, after) => Some(after),
    }
}

fn parts_of(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(parts)) => parts,
        _ => Map::new(),
    }
}

fn set(
    parts: &mut Map<String, Value>,
    part: &'static Attribute,
    verb: Verb,
    value: Value,
) -> Result<(), Refusal> {
    let value = if verb == Verb::Remove { None } else { value::of(part, value)? };
    match value {
        Some(value) => parts.insert(part.name.to_owned(), value),
        None => parts.remove(part.name),
    };
    Ok(())
}

fn many(
    before: Vec<Value>,
    attribute: &'static Attribute,
    verb: Verb,
    which: Option<&Filter>,
    part: Option<&'static Attribute>,
    value: Value,
) -> Result<Vec<Value>, Refusal> {
    match (which, part) {
        (None, None) => {
            let names_some = matches!(value, Value::Array(_) | Value::Object(_));
            let named = match value::of(attribute, value)? {
                Some(Value::Array(values)) => values,
                _ => Vec::new(),
            };
            Ok(match verb {
                Verb::Replace => added(Vec::new(), named),
                Verb::Add => added(before, named),
                // Entra and others name what is to go beside the path. Who names some and none that is known means not all.
                Verb::Remove if named.is_empty() && !names_some => Vec::new(),
                Verb::Remove => without(before, &named),
            })
        }
        _ => chosen(before, attribute, verb, which, part, value),
    }
}

/// Of those that the filter lets through, or all, the whole value or one part.
fn chosen(
    mut values: Vec<Value>,
    attribute: &'static Attribute,
    verb: Verb,
    which: Option<&Filter>,
    part: Option<&'static Attribute>,
    value: Value,
) -> Result<Vec<Value>, Refusal> {
    let is_meant = |held: &Value| which.is_none_or(|which| which.matches_value(attribute, held));
    // Without its value there is nothing of it.
    if verb == Verb::Remove && part.is_none_or(|part| part.name == "value") {
        values.retain(|held| !is_meant(held));
        return Ok(values);
    }
    if !values.iter().any(is_meant) {
        // To replace what is not there is to add it, where the filter says what it would be.
        if verb != Verb::Remove {
            let mut parts = described(attribute, which)?;
            put_into(&mut parts, attribute, verb, part, value)?;
            values.extend((!parts.is_empty()).then_some(Value::Object(parts)));
        }
        return Ok(values);
    }
    for held in values.iter_mut().filter(|held| is_meant(held)) {
        let mut parts = parts_of(Some(held.take()));
        put_into(&mut parts, attribute, verb, part, value.clone())?;
        *held = Value::Object(parts);
    }
    values.retain(|held| held.as_object().is_none_or(|parts| !parts.is_empty()));
    Ok(values)
}

fn put_into(
    parts: &mut Map<String, Value>,
    attribute: &'static Attribute,
    verb: Verb,
    part: Option<&'static Attribute>,
    value: Value,
) -> Result<(), Refusal> {
    match part {
        Some(part) => set(parts, part, verb, value)?,
        None => parts.extend(parts_of(value::one(attribute, value)?)),
    }
    Ok(())
}

/// A value that the filter would let through.
fn described(attribute: &'static Attribute, which: Option<&Filter>) -> Result<Map<String, Value>, Refusal> {
    let Some(which) = which else { return Ok(Map::new()) };
    let equalities = which.equalities().ok_or_else(|| {
        Refusal::NoTarget(format!("No value of {} is as the filter of the path has it.", attribute.name))
    })?;
    let mut parts = Map::new();
    for (name, value) in equalities {
        if let Some(part) = attribute.part(name) {
            set(&mut parts, part, Verb::Add, value.clone())?;
        }
    }
    Ok(parts)
}

/// One that is there already is given the parts it lacks, and is not there twice.
fn added(mut values: Vec<Value>, further: Vec<Value>) -> Vec<Value> {
    // Of a large list each is looked up, not compared with all.
    let mut known = HashMap::<String, usize>::new();
    for (at, held) in values.iter().enumerate() {
        known.entry(key(held)).or_insert(at);
    }
    for one in further {
        match known.get(&key(&one)) {
            Some(&at) => {
                let held = values[at].take();
                values[at] = merged(Some(held), Some(one)).unwrap_or_default();
            }
            None => {
                known.insert(key(&one), values.len());
                values.push(one);
            }
        }
    }
    values
}

/// What tells the values of one attribute apart: the value, and what it is for.
fn key(value: &Value) -> String {
    let part = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    format!("{}\n{}", part("value"), part("type"))
}

/// All but those that are to go. What is not said of one does not matter, but that neither is said names nothing.
fn without(values: Vec<Value>, gone: &[Value]) -> Vec<Value> {
    let part = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_lowercase);
    let gone = gone.iter().map(|value| (part(value, "value"), part(value, "type")));
    let gone: HashSet<_> = gone.filter(|(value, kind)| value.is_some() || kind.is_some()).collect();
    let stays = |held: &Value| {
        let (value, kind) = (part(held, "value"), part(held, "type"));
        let known = [(&value, &kind), (&value, &None), (&None, &kind)];
        !known.into_iter().any(|(value, kind)| gone.contains(&(value.clone(), kind.clone())))
    };
    values.into_iter().filter(stays).collect()
}
