//! Whether what is published now can be read by those who knew what was published before, and reads what they wrote.
//! A message lies in a table and is read by older and newer nodes; a contract's request goes from an older caller to a
//! newer server, its answer the other way.

use super::definition::{Body, Definition, Field, Notes, Type, Variant};
use super::{Method, Payload, Published, Shape, Shapes};
use crate::compat::Break;
use std::collections::BTreeMap;

/// Who reads what whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Rows of either are read by nodes of either.
    Stored,
    /// Of a raised version: older nodes leave it to newer ones, and these still read the old rows.
    Raised,
    Asked,
    Answered,
    /// An error: one that an old caller cannot read becomes `Unavailable`, which every caller must expect.
    Failed,
}

pub fn breaks(old: &Shapes, new: &Published) -> Vec<Break> {
    let mut breaks = Vec::new();
    let both = (old, &new.shapes);
    messages("event", both, new, |shape| &shape.events, &mut breaks);
    messages("job", both, new, |shape| &shape.jobs, &mut breaks);
    carried(both, &mut breaks);
    contracts(both, &mut breaks);
    breaks.sort();
    breaks.dedup();
    breaks
}

/// By name over all files, so that what moves between crates is not taken for removed.
fn gathered<'a, T>(
    shapes: &'a Shapes,
    of: impl Fn(&'a Shape) -> &'a BTreeMap<String, T>,
) -> BTreeMap<&'a str, (&'a Shape, &'a T)> {
    let all = shapes
        .values()
        .flat_map(|shape| of(shape).iter().map(move |(name, one)| (name.as_str(), (shape, one))));
    all.collect()
}

fn messages(
    word: &str,
    (old, now): (&Shapes, &Shapes),
    new: &Published,
    of: fn(&Shape) -> &BTreeMap<String, Payload>,
    breaks: &mut Vec<Break>,
) {
    let (before, after) = (gathered(old, of), gathered(now, of));
    for (kind, (old_shape, payload)) in before {
        let Some((new_shape, now)) = after.get(kind) else {
            breaks.push(Break::new(
                format!("{word} {kind} removed or given another kind"),
                "rows of it lie in the tables, and older nodes still write or wait for it",
                "keep it beside the new one until no row of it is left",
            ));
            continue;
        };
        let way = if now.version > payload.version { Way::Raised } else { Way::Stored };
        if now.version < payload.version {
            breaks.push(Break::new(
                format!("{word} {kind} version lowered"),
                format!("nodes take it for what version {} was", now.version),
                format!("publish version {}", payload.version + 1),
            ));
        }
        if way == Way::Raised {
            let unread = new.readers.iter().filter(|reader| reader.payload == now.name);
            for reader in unread.filter(|reader| !reader.also.contains(&payload.version)) {
                breaks.push(Break::new(
                    format!("{word} {kind} version {} no longer read in {}", payload.version, reader.file),
                    "rows of it lie in the tables and would be given up",
                    format!("`.also_reads({})` on that handler", payload.version),
                ));
            }
        }
        let advice = format!("publish version {} and keep reading {}", payload.version + 1, payload.version);
        let mut comparison = Comparison::new(old_shape, new_shape, way, Some(advice), breaks);
        comparison.named(&payload.name, &now.name, &format!("{word} {kind}"));
    }
}

fn carried((old, now): (&Shapes, &Shapes), breaks: &mut Vec<Break>) {
    let find =
        |shapes: &Shapes, name: &String| shapes.values().find(|shape| shape.carried.contains(name)).cloned();
    for (shape, name) in old.values().flat_map(|shape| shape.carried.iter().map(move |name| (shape, name))) {
        match find(now, name) {
            Some(new) => {
                Comparison::new(shape, &new, Way::Stored, None, breaks).named(
                    name,
                    name,
                    &format!("carried {name}"),
                );
            }
            None => breaks.push(Break::new(
                format!("carried {name} removed"),
                "older nodes still send it",
                "keep it beside what replaces it",
            )),
        }
    }
}

fn contracts((old, now): (&Shapes, &Shapes), breaks: &mut Vec<Break>) {
    let before = gathered(old, |shape| &shape.contracts);
    let after = gathered(now, |shape| &shape.contracts);
    for (contract, (old_shape, methods)) in before {
        let Some((new_shape, now)) = after.get(contract) else {
            breaks.push(Break::new(
                format!("contract {contract} removed or renamed"),
                "older callers still call it",
                "keep it beside the new one until nobody calls it",
            ));
            continue;
        };
        for (name, method) in methods {
            match now.get(name) {
                Some(now) => call(
                    (old_shape, method),
                    (new_shape, now),
                    &format!("contract {contract}.{name}"),
                    breaks,
                ),
                None => breaks.push(Break::new(
                    format!("contract {contract}.{name} removed or renamed"),
                    "older callers still call it",
                    format!("keep `{name}` and add the new method beside it"),
                )),
            }
        }
    }
}

fn call(
    (old, before): (&Shape, &Method),
    (new, after): (&Shape, &Method),
    place: &str,
    breaks: &mut Vec<Break>,
) {
    let parts = [
        (Way::Asked, &before.request, &after.request, "request"),
        (Way::Answered, &before.response, &after.response, "answer"),
        (Way::Failed, &before.error, &after.error, "error"),
    ];
    for (way, before, after, part) in parts {
        Comparison::new(old, new, way, None, breaks).ty(before, after, &format!("{place} {part}"));
    }
}

impl Way {
    /// What the old wrote is read by the new.
    fn reads_old(self) -> bool {
        matches!(self, Self::Stored | Self::Raised | Self::Asked)
    }

    /// What the new writes is read by the old.
    fn read_by_old(self) -> bool {
        matches!(self, Self::Stored | Self::Answered | Self::Failed)
    }
}

struct Comparison<'a> {
    old: &'a Shape,
    new: &'a Shape,
    way: Way,
    /// Another way out that every break has.
    advice: Option<String>,
    /// The pairs of types on the way here, so that a type that contains itself ends.
    open: Vec<(String, String)>,
    breaks: &'a mut Vec<Break>,
}

impl<'a> Comparison<'a> {
    fn new(
        old: &'a Shape,
        new: &'a Shape,
        way: Way,
        advice: Option<String>,
        breaks: &'a mut Vec<Break>,
    ) -> Self {
        Self { old, new, way, advice, open: Vec::new(), breaks }
    }

    fn named(&mut self, old: &str, new: &str, place: &str) {
        let ty = |name: &str| Type { name: name.to_owned(), arguments: Vec::new() };
        self.ty(&ty(old), &ty(new), place);
    }

    fn ty(&mut self, old: &Type, new: &Type, place: &str) {
        let (old, new) = (old.bare(), new.bare());
        match (old.optional(), new.optional()) {
            (Some(old), Some(new)) => return self.ty(old, new, place),
            (Some(old), None) => {
                if self.way.reads_old() {
                    let why = "what was written without it cannot be read";
                    self.add(place, "no longer optional", why, "keep it an Option", Remedy::Here);
                }
                return self.ty(old, new, place);
            }
            (None, Some(new)) => {
                if self.way.read_by_old() {
                    let why = "older readers do not expect it to be missing";
                    let instead = "keep it as it is and add an Option beside it";
                    self.add(place, "may be missing now", why, instead, Remedy::HereOrVersion);
                }
                return self.ty(old, new, place);
            }
            (None, None) => {}
        }
        let (before, after) = (self.old.types.get(&old.name), self.new.types.get(&new.name));
        match (before, after) {
            (Some(Definition::Tuple(parts)), _) if parts.len() == 1 => self.ty(&parts[0], new, place),
            (_, Some(Definition::Tuple(parts))) if parts.len() == 1 => self.ty(old, &parts[0], place),
            (Some(before), Some(after)) => {
                let this = (old.name.clone(), new.name.clone());
                if !self.open.contains(&this) {
                    self.open.push(this);
                    self.definition(before, after, place);
                    self.open.pop();
                }
            }
            (None, None) if old.name == new.name && old.arguments.len() == new.arguments.len() => {
                for (before, after) in old.arguments.iter().zip(&new.arguments) {
                    self.ty(before, after, &format!("{place}[]"));
                }
            }
            _ if self.fits(old, new) => {}
            _ => self.retyped(place, &old.to_string(), &new.to_string()),
        }
    }

    fn definition(&mut self, old: &'a Definition, new: &'a Definition, place: &str) {
        match (old, new) {
            (
                Definition::Struct { fields: before, refuses_unknown },
                Definition::Struct { fields: after, refuses_unknown: refuses_now },
            ) => {
                if *refuses_now && !refuses_unknown && self.way.reads_old() {
                    let why = "what carries a field it does not know cannot be read";
                    self.add(place, "refuses unknown fields now", why, "keep ignoring them", Remedy::Here);
                }
                self.fields(before, after, *refuses_unknown, place);
            }
            (Definition::Tuple(before), Definition::Tuple(after)) => self.parts(before, after, place),
            (
                Definition::Enum { form: before_form, variants: before },
                Definition::Enum { form: after_form, variants: after },
            ) => {
                if before_form == after_form {
                    self.variants(before, after, place);
                } else {
                    self.retyped(place, &before_form.join(", "), &after_form.join(", "));
                }
            }
            _ => self.retyped(place, kind(old), kind(new)),
        }
    }

    fn parts(&mut self, old: &[Type], new: &[Type], place: &str) {
        if old.len() == new.len() {
            for (at, (before, after)) in old.iter().zip(new).enumerate() {
                self.ty(before, after, &format!("{place}.{at}"));
            }
        } else {
            self.retyped(place, &format!("{} parts", old.len()), &format!("{} parts", new.len()));
        }
    }

    fn fields(&mut self, old: &[Field], new: &[Field], old_refuses_unknown: bool, place: &str) {
        for before in old {
            let at = format!("{place}.{}", before.name);
            match new.iter().find(|after| answers_to(&before.name, &after.name, &after.notes)) {
                Some(after) => self.field(before, after, &at),
                // Newer nodes ignore what they no longer know, and older ones leave the new version alone.
                None if self.way == Way::Raised => {}
                None => {
                    let why = match self.way {
                        Way::Asked => "what older callers say in it is ignored",
                        _ => "older readers find nothing",
                    };
                    let instead = format!("keep `{}` and add the new field beside it", before.name);
                    self.add(&at, "removed or renamed", why, &instead, Remedy::HereOrVersion);
                }
            }
        }
        let is_new =
            |after: &&Field| !old.iter().any(|before| answers_to(&before.name, &after.name, &after.notes));
        for after in new.iter().filter(is_new) {
            let at = format!("{place}.{}", after.name);
            if self.way.reads_old() && !may_be_missing(after) {
                let why = "what older ones wrote has no such field";
                self.add(
                    &at,
                    "added and required",
                    why,
                    "add `#[serde(default)]`, or make it an Option",
                    Remedy::Here,
                );
            }
            if self.way.read_by_old() && old_refuses_unknown {
                let why = "older readers refuse fields they do not know";
                let instead = "leave it out, and let readers ignore unknown fields first";
                self.add(&at, "added", why, instead, Remedy::HereOrVersion);
            }
        }
    }

    fn field(&mut self, old: &Field, new: &Field, place: &str) {
        if old.name != new.name && self.way.read_by_old() {
            let instead = format!("keep writing `{}`", old.name);
            self.add(place, "renamed", "older readers know no alias", &instead, Remedy::HereOrVersion);
        }
        let missing_before = old.notes.left_out || old.notes.default;
        if self.way.reads_old() && missing_before && !may_be_missing(new) {
            let why = "what older ones wrote may lack it";
            self.add(place, "default removed", why, "keep `#[serde(default)]`", Remedy::Here);
        }
        if self.way.read_by_old() && new.notes.left_out && !old.notes.left_out && !may_be_missing(old) {
            let why = "older readers do not expect it to be missing";
            self.add(place, "may be left out now", why, "write it always", Remedy::HereOrVersion);
        }
        if old.notes.flatten != new.notes.flatten || old.notes.rest != new.notes.rest {
            self.retyped(place, "of one form", "of another");
        }
        self.ty(&old.ty, &new.ty, place);
    }

    fn variants(&mut self, old: &[Variant], new: &[Variant], place: &str) {
        for before in old {
            let at = format!("{place}.{}", before.name);
            let Some(after) = new.iter().find(|after| answers_to(&before.name, &after.name, &after.notes))
            else {
                self.variant_gone(before, &at);
                continue;
            };
            if before.name != after.name && self.way.read_by_old() {
                let instead = format!("keep writing `{}`", before.name);
                self.add(&at, "renamed", "older readers know no alias", &instead, Remedy::HereOrVersion);
            }
            match (&before.body, &after.body) {
                (Body::Unit, Body::Unit) => {}
                (Body::Tuple(before), Body::Tuple(after)) => self.parts(before, after, &at),
                (Body::Fields(before), Body::Fields(after)) => self.fields(before, after, false, &at),
                _ => self.retyped(&at, "of one form", "of another"),
            }
        }
        let reads_any = old.iter().any(|variant| variant.notes.other);
        let is_new =
            |after: &&Variant| !old.iter().any(|before| answers_to(&before.name, &after.name, &after.notes));
        if self.way.read_by_old() && self.way != Way::Failed && !reads_any {
            for after in new.iter().filter(is_new) {
                let at = format!("{place}.{}", after.name);
                let why = "older readers cannot read a variant they do not know";
                let instead = "say it in a new optional field, or give the enum a `#[serde(other)]` variant one release \
                               before";
                self.add(&at, "variant added", why, instead, Remedy::HereOrVersion);
            }
        }
    }

    /// An answer that no longer comes breaks nobody; an error that callers branch on does.
    fn variant_gone(&mut self, variant: &Variant, place: &str) {
        let instead = format!("keep `{}`, and read it as what it is now", variant.name);
        match self.way {
            Way::Answered => {}
            Way::Failed => {
                let why = "callers branch on it, and would read what comes instead as unavailable";
                self.add(
                    place,
                    "error removed or renamed",
                    why,
                    &format!("keep `{}`", variant.name),
                    Remedy::Here,
                );
            }
            _ => {
                let why = "what older ones wrote with it cannot be read";
                self.add(place, "variant removed or renamed", why, &instead, Remedy::Here);
            }
        }
    }

    /// A number that holds all values of the one before is read from it.
    fn fits(&self, old: &Type, new: &Type) -> bool {
        (!self.way.reads_old() || holds(new, old)) && (!self.way.read_by_old() || holds(old, new))
    }

    fn retyped(&mut self, place: &str, old: &str, new: &str) {
        let why = format!("it was {old} and is {new}");
        self.add(
            place,
            "type changed",
            &why,
            "keep it and add a new field or method beside it",
            Remedy::Here,
        );
    }

    fn add(&mut self, place: &str, what: &str, why: &str, instead: &str, remedy: Remedy) {
        let instead = match (&self.advice, remedy) {
            (Some(advice), Remedy::HereOrVersion) => format!("{instead}; or {advice}"),
            _ => instead.to_owned(),
        };
        self.breaks.push(Break::new(format!("{place} {what}"), why, instead));
    }
}

/// Whether a raised version would help too: not where rows that are there already could not be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Remedy {
    Here,
    HereOrVersion,
}

fn answers_to(old: &str, name: &str, notes: &Notes) -> bool {
    name == old || notes.aliases.iter().any(|alias| alias == old)
}

/// serde reads a missing `Option` as none, unless the field has a reader of its own.
fn may_be_missing(field: &Field) -> bool {
    field.notes.default
        || (field.ty.optional().is_some() && field.notes.rest.is_empty() && !field.notes.flatten)
}

fn kind(definition: &Definition) -> &'static str {
    match definition {
        Definition::Struct { .. } => "a struct",
        Definition::Tuple(_) => "a tuple",
        Definition::Enum { .. } => "an enum",
    }
}

/// Whether every integer of the `narrow` type is one of the `wide`.
fn holds(wide: &Type, narrow: &Type) -> bool {
    let bits = |ty: &Type| {
        let (sign, bits) = ty.name.split_at_checked(1).filter(|_| ty.arguments.is_empty())?;
        let bits: u16 = bits.parse().ok()?;
        matches!(sign, "u" | "i").then_some((sign == "i", bits))
    };
    match (bits(wide), bits(narrow)) {
        (Some((true, wide)), Some((false, narrow))) => wide > narrow,
        (Some((wide_signed, wide)), Some((signed, narrow))) => wide_signed == signed && wide >= narrow,
        _ => false,
    }
}
