//! The committed form of a shape: a line a thing, its parts below it, so that a change shows in review as what it is.

use super::definition::{Body, Definition, Field, Notes, Type, Variant};
use super::{Method, Payload, Shape};
use std::collections::BTreeMap;
use std::fmt::Write;

const HEAD: &str = "\
# What is published from here: the names and types on the wire. Later versions must be able to read it.
# Written by `UPDATE_SNAPSHOTS=1 cargo xtask compat`, which refuses a change that breaks a reader.
";

pub fn write(shape: &Shape) -> String {
    let mut text = HEAD.to_owned();
    let mut line = |indent: usize, content: &str| {
        let _ = writeln!(text, "{}{content}", " ".repeat(indent));
    };
    for (kind, Payload { version, name }) in &shape.events {
        line(0, &format!("event {kind} version {version}: {name}"));
    }
    for (kind, Payload { version, name }) in &shape.jobs {
        line(0, &format!("job {kind} version {version}: {name}"));
    }
    for name in &shape.carried {
        line(0, &format!("carried {name}"));
    }
    for (contract, methods) in &shape.contracts {
        line(0, &format!("contract {contract}"));
        for (method, Method { request, response, error }) in methods {
            line(4, &format!("{method}: {request} -> {response} or {error}"));
        }
    }
    for (name, definition) in &shape.types {
        match definition {
            Definition::Struct { fields, refuses_unknown } => {
                let refuses = if *refuses_unknown { "; refuses unknown fields" } else { "" };
                line(0, &format!("struct {name}{refuses}"));
                fields.iter().for_each(|field| line(4, &field_line(field)));
            }
            Definition::Tuple(parts) => line(0, &format!("tuple {name}: {}", listed(parts))),
            Definition::Enum { form, variants } => {
                let form: String = form.iter().map(|part| format!("; {part}")).collect();
                line(0, &format!("enum {name}{form}"));
                for variant in variants {
                    line(4, &variant_line(variant));
                    if let Body::Fields(fields) = &variant.body {
                        fields.iter().for_each(|field| line(8, &field_line(field)));
                    }
                }
            }
        }
    }
    text
}

pub fn parse(text: &str) -> Result<Shape, String> {
    let mut shape = Shape::default();
    let mut open = Open::Nothing;
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let content = line.trim_start();
        let unread = |error: String| format!("`{line}` cannot be read: {error}");
        match line.len() - content.len() {
            0 => open = head(&mut shape, content).map_err(unread)?,
            4 => member(&mut shape, &open, content).map_err(unread)?,
            8 => variant_field(&mut shape, &open, content).map_err(unread)?,
            other => return Err(unread(format!("an indent of {other}"))),
        }
    }
    Ok(shape)
}

/// What the indented lines that follow belong to.
enum Open {
    Nothing,
    Contract(String),
    Type(String),
}

fn head(shape: &mut Shape, content: &str) -> Result<Open, String> {
    let (word, rest) = content.split_once(' ').ok_or("a line of one word")?;
    match word {
        "event" | "job" => {
            let (kind, payload) = rest.split_once(" version ").ok_or("no version")?;
            let (version, name) = payload.split_once(": ").ok_or("no type")?;
            let version = version.parse().map_err(|error| format!("{version}: {error}"))?;
            let payload = Payload { version, name: name.to_owned() };
            let all = if word == "event" { &mut shape.events } else { &mut shape.jobs };
            all.insert(kind.to_owned(), payload);
            Ok(Open::Nothing)
        }
        "carried" => {
            shape.carried.push(rest.to_owned());
            Ok(Open::Nothing)
        }
        "contract" => {
            shape.contracts.insert(rest.to_owned(), BTreeMap::new());
            Ok(Open::Contract(rest.to_owned()))
        }
        "struct" | "enum" => {
            let mut parts = rest.split("; ").map(str::to_owned);
            let name = parts.next().unwrap_or_default();
            let definition = match word {
                "enum" => Definition::Enum { form: parts.collect(), variants: Vec::new() },
                _ => Definition::Struct { fields: Vec::new(), refuses_unknown: parts.next().is_some() },
            };
            shape.types.insert(name.clone(), definition);
            Ok(Open::Type(name))
        }
        "tuple" => {
            let (name, parts) = rest.split_once(": ").ok_or("no parts")?;
            shape.types.insert(name.to_owned(), Definition::Tuple(types(parts)?));
            Ok(Open::Nothing)
        }
        _ => Err(format!("`{word}` is unknown")),
    }
}

fn member(shape: &mut Shape, open: &Open, content: &str) -> Result<(), String> {
    match open {
        Open::Contract(contract) => {
            let (name, call) = content.split_once(": ").ok_or("no types")?;
            let (request, answer) = call.split_once(" -> ").ok_or("no answer")?;
            let (response, error) = answer.split_once(" or ").ok_or("no error")?;
            let method = Method {
                request: Type::parse(request)?,
                response: Type::parse(response)?,
                error: Type::parse(error)?,
            };
            shape.contracts.entry(contract.clone()).or_default().insert(name.to_owned(), method);
        }
        Open::Type(name) => match shape.types.get_mut(name) {
            Some(Definition::Struct { fields, .. }) => fields.push(field(content)?),
            Some(Definition::Enum { variants, .. }) => variants.push(variant(content)?),
            _ => return Err("it belongs to nothing".to_owned()),
        },
        Open::Nothing => return Err("it belongs to nothing".to_owned()),
    }
    Ok(())
}

fn variant_field(shape: &mut Shape, open: &Open, content: &str) -> Result<(), String> {
    let Open::Type(name) = open else { return Err("it belongs to nothing".to_owned()) };
    let Some(Definition::Enum { variants, .. }) = shape.types.get_mut(name) else {
        return Err("it belongs to no enum".to_owned());
    };
    let last = variants.last_mut().ok_or("it belongs to no variant")?;
    match &mut last.body {
        Body::Fields(fields) => fields.push(field(content)?),
        body => *body = Body::Fields(vec![field(content)?]),
    }
    Ok(())
}

fn field_line(field: &Field) -> String {
    format!("{}: {}{}", field.name, field.ty, notes_text(&field.notes))
}

fn field(content: &str) -> Result<Field, String> {
    let (content, notes) = split_notes(content);
    let (name, ty) = content.split_once(": ").ok_or("no type")?;
    Ok(Field { name: name.to_owned(), ty: Type::parse(ty)?, notes })
}

fn variant_line(variant: &Variant) -> String {
    let parts = match &variant.body {
        Body::Tuple(parts) => format!("({})", listed(parts)),
        Body::Unit | Body::Fields(_) => String::new(),
    };
    format!("{}{parts}{}", variant.name, notes_text(&variant.notes))
}

fn variant(content: &str) -> Result<Variant, String> {
    let (content, notes) = split_notes(content);
    let (name, body) = match content.split_once('(') {
        Some((name, parts)) => {
            (name, Body::Tuple(types(parts.strip_suffix(')').ok_or("no closing bracket")?)?))
        }
        None => (content, Body::Unit),
    };
    Ok(Variant { name: name.to_owned(), body, notes })
}

fn notes_text(notes: &Notes) -> String {
    let Notes { default, left_out, flatten, other, aliases, rest } = notes;
    let flags =
        [(*default, "default"), (*left_out, "may be left out"), (*flatten, "flatten"), (*other, "other")];
    let flags = flags.into_iter().filter(|(set, _)| *set).map(|(_, text)| text.to_owned());
    let aliases = aliases.iter().map(|alias| format!("alias {alias}"));
    flags.chain(aliases).chain(rest.iter().cloned()).map(|note| format!("; {note}")).collect()
}

fn split_notes(content: &str) -> (&str, Notes) {
    let mut parts = content.split("; ");
    let first = parts.next().unwrap_or_default();
    let mut notes = Notes::default();
    for part in parts {
        match part {
            "default" => notes.default = true,
            "may be left out" => notes.left_out = true,
            "flatten" => notes.flatten = true,
            "other" => notes.other = true,
            _ => match part.strip_prefix("alias ") {
                Some(alias) => notes.aliases.push(alias.to_owned()),
                None => notes.rest.push(part.to_owned()),
            },
        }
    }
    (first, notes)
}

fn listed(types: &[Type]) -> String {
    types.iter().map(Type::to_string).collect::<Vec<_>>().join(", ")
}

fn types(text: &str) -> Result<Vec<Type>, String> {
    Ok(Type::parse(&format!("({text},)"))?.arguments)
}
