//! Whether a schema still fits those who knew the one before: what callers send must still be taken, and what they are
//! answered must still be what they read. Each way has rules of its own.

use super::Break;
use super::schema_view::{Document, changed, component, mentions, properties, required, types, values};
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

/// A lower bound may not rise in what is sent, an upper one may not fall.
const LEAST: [&str; 5] = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
const MOST: [&str; 5] = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];

/// Restrictions that cannot be compared: where one is new or another, it may refuse what was taken.
const OPAQUE: [&str; 12] = [
    "format",
    "pattern",
    "multipleOf",
    "uniqueItems",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "prefixItems",
    "patternProperties",
    "dependentRequired",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// Written by a caller who knew the old document, read by the new server.
    Sent,
    /// Written by the new server, read by a caller who knew the old document.
    Answered,
}

#[derive(Clone)]
pub struct Comparison<'a> {
    old: Document<'a>,
    new: Document<'a>,
    /// References that lead to something else in the new document.
    changed: Rc<BTreeSet<String>>,
    /// The operation looked at: where a component's break is met first.
    pub operation: String,
    /// Components are compared once each way, however many operations use them.
    done: HashSet<(String, String, Way)>,
    /// What is being compared right now, so that a schema that contains itself ends.
    open: Vec<(Value, Value, Way)>,
    pub breaks: Vec<Break>,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Sent => "request",
            Self::Answered => "answer",
        }
    }
}

impl<'a> Comparison<'a> {
    pub fn new(old: Document<'a>, new: Document<'a>) -> Self {
        Self {
            old,
            new,
            changed: Rc::new(changed(old, new)),
            operation: String::new(),
            done: HashSet::new(),
            open: Vec::new(),
            breaks: Vec::new(),
        }
    }

    /// Whether it says the same in both documents, to the end of its references.
    pub fn same(&self, old: &Value, new: &Value) -> bool {
        old == new && !mentions(old, &self.changed)
    }

    pub fn schema(&mut self, old: &Value, new: &Value, way: Way, place: &str) {
        if self.same(old, new) {
            return;
        }
        let mut place = place;
        if let (Some(before), Some(after)) = (component(old), component(new)) {
            if !self.done.insert((before.to_owned(), after.to_owned(), way)) {
                return;
            }
            place = before;
        }
        let this = (old.clone(), new.clone(), way);
        if self.open.contains(&this) {
            return;
        }
        self.open.push(this);
        self.alternatives(old, new, way, place);
        self.open.pop();
    }

    fn alternatives(&mut self, old: &Value, new: &Value, way: Way, place: &str) {
        let (before, after) = (self.old.alternatives(old), self.new.alternatives(new));
        match way {
            Way::Sent if before.nullable && !after.nullable => {
                let why = "callers who send null are refused";
                self.add(way, place, "null no longer taken", why, "keep taking null");
            }
            Way::Answered if after.nullable && !before.nullable => {
                let why = "readers who count on a value meet null";
                let instead = "keep sending a value, and say what is new in a field beside it";
                self.add(way, place, "may be null now", why, instead);
            }
            _ => {}
        }
        match (before.schemas.as_slice(), after.schemas.as_slice()) {
            ([one], [other]) if one == old && other == new => self.plain(one, other, way, place),
            ([one], [other]) => self.schema(one, other, way, place),
            (before, after) if way == Way::Sent => self.still_taken(before, after, place),
            (before, after) => self.still_readable(before, after, place),
        }
    }

    fn still_taken(&mut self, old: &[Value], new: &[Value], place: &str) {
        for one in old {
            if new.iter().any(|other| self.fits(one, other, Way::Sent)) {
                continue;
            }
            let label = label(self.old, one);
            let same = new.iter().find(|other| label.is_some() && self::label(self.new, other) == label);
            let name = label.clone().unwrap_or_else(|| "one".to_owned());
            match same {
                Some(other) => self.schema(one, other, Way::Sent, &format!("{place}<{name}>")),
                None => self.add(
                    Way::Sent,
                    place,
                    &format!("alternative {name} removed"),
                    "callers who send it are refused",
                    "keep taking it beside the new ones",
                ),
            }
        }
    }

    /// A new alternative of a union is a new value: readers are told to ignore those they do not know.
    fn still_readable(&mut self, old: &[Value], new: &[Value], place: &str) {
        let known: Vec<Option<String>> = old.iter().map(|one| label(self.old, one)).collect();
        for other in new {
            let label = label(self.new, other);
            let mut alike = known.iter().zip(old).filter(|(known, _)| label.is_some() && **known == label);
            let name = label.clone().unwrap_or_else(|| "one".to_owned());
            match (alike.next(), alike.next()) {
                (Some((_, one)), None) => {
                    self.schema(one, other, Way::Answered, &format!("{place}<{name}>"));
                }
                _ if old.iter().any(|one| self.fits(one, other, Way::Answered)) => {}
                (None, _) if label.is_some() && old.len() > 1 => {}
                _ => self.add(
                    Way::Answered,
                    place,
                    &format!("alternative {name} is none of those before"),
                    "readers of the old ones cannot read it",
                    "keep the alternatives as they are, and add what is new in a field beside them",
                ),
            }
        }
    }

    fn fits(&self, old: &Value, new: &Value, way: Way) -> bool {
        let mut trial = self.clone();
        trial.breaks.clear();
        trial.schema(old, new, way, "");
        trial.breaks.is_empty()
    }

    fn plain(&mut self, old: &Value, new: &Value, way: Way, place: &str) {
        let (old, new) = (self.old.flat(old), self.new.flat(new));
        if self.types(&old, &new, way, place) {
            return;
        }
        self.listed(&old, &new, way, place);
        match way {
            Way::Sent => self.limits(&old, &new, place),
            Way::Answered => self.format(&old, &new, place),
        }
        self.members(&old, &new, way, place);
        self.others(&old, &new, way, place);
        for (key, place) in [("items", format!("{place}[]")), ("propertyNames", format!("{place}{{name}}"))] {
            match (old.get(key), new.get(key)) {
                (Some(before), Some(after)) => self.schema(before, after, way, &place),
                (None, Some(after)) if way == Way::Sent && key == "items" => {
                    self.schema(&Value::Object(Map::new()), after, way, &place);
                }
                (Some(before), None) if way == Way::Answered && key == "items" => {
                    self.schema(before, &Value::Object(Map::new()), way, &place);
                }
                _ => {}
            }
        }
    }

    /// Whether the type has changed, so that nothing further can be compared.
    fn types(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, way: Way, place: &str) -> bool {
        let (before, after) = (types(old), types(new));
        let (narrow, wide) = match way {
            Way::Sent => (&before, &after),
            Way::Answered => (&after, &before),
        };
        let fits = match (narrow, wide) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(narrow), Some(wide)) => narrow.iter().all(|one| {
                one == "null" || wide.contains(one) || (one == "integer" && wide.contains("number"))
            }),
        };
        if fits {
            return false;
        }
        let told = |types: &Option<BTreeSet<String>>| match types {
            Some(types) => types.iter().cloned().collect::<Vec<_>>().join(" or "),
            None => "anything".to_owned(),
        };
        let why = match way {
            Way::Sent => format!("it took {}, and takes {} now", told(&before), told(&after)),
            Way::Answered => format!("it was {}, and is {} now", told(&before), told(&after)),
        };
        self.add(way, place, "type changed", &why, "keep its type and add a new field beside it");
        true
    }

    /// A value that answers may have and had not is compatible: readers are told to ignore those they do not know.
    fn listed(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, way: Way, place: &str) {
        let Some(after) = values(new).filter(|_| way == Way::Sent) else { return };
        let Some(before) = values(old) else {
            let why = "callers who send another value are refused";
            self.add(way, place, "narrowed to listed values", why, "keep taking any value that was taken");
            return;
        };
        for gone in before.iter().filter(|value| !after.contains(value)) {
            let why = "callers who send it are refused";
            self.add(way, place, &format!("value {gone} removed"), why, "keep taking it beside the new ones");
        }
    }

    fn limits(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, place: &str) {
        let number = |flat: &Map<String, Value>, key: &str| flat.get(key).and_then(Value::as_f64);
        for key in LEAST.into_iter().chain(MOST) {
            let Some(after) = number(new, key) else { continue };
            let counts_from_nothing = key.starts_with("min") && key != "minimum";
            let before = number(old, key).or(counts_from_nothing.then_some(0.0));
            let tightened = match before {
                Some(before) if LEAST.contains(&key) => after > before,
                Some(before) => after < before,
                None => true,
            };
            if tightened {
                let before = before.map_or_else(|| "none".to_owned(), |before| before.to_string());
                let why = format!("it was {before} and is {after}: what was taken is refused");
                self.add(
                    Way::Sent,
                    place,
                    &format!("{key} tightened"),
                    &why,
                    "keep the limit as wide as it was",
                );
            }
        }
        for key in OPAQUE.into_iter().filter(|key| new.contains_key(*key) && old.get(*key) != new.get(*key)) {
            let why = "it may refuse what was taken";
            let instead =
                "leave it as it was; where the server always refused this, accept the line with that reason";
            self.add(Way::Sent, place, &format!("{key} added or changed"), why, instead);
        }
        if let (Some(before), Some(after)) = (old.get("default"), new.get("default"))
            && before != after
        {
            let why = format!("callers who leave it out got {before}, and get {after} now");
            self.add(Way::Sent, place, "default changed", &why, "keep the default");
        }
    }

    /// Of an answer only the format is a promise beside the type: limits and patterns describe what happens to come.
    fn format(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, place: &str) {
        if let Some(before) = old.get("format")
            && new.get("format") != Some(before)
        {
            let why = format!("readers parse {before}");
            let instead = "keep the format and add a new field beside it";
            self.add(Way::Answered, place, "format changed", &why, instead);
        }
    }

    fn members(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, way: Way, place: &str) {
        let (before, after) = (properties(old), properties(new));
        let (needed_before, needed) = (required(old), required(new));
        for (name, schema) in &before {
            let place = format!("{place}.{name}");
            match (after.get(name), way) {
                (Some(other), _) => self.schema(schema, other, way, &place),
                (None, Way::Sent) => {
                    let why = "unknown fields are refused, so whoever sends it gets a 400";
                    let instead = format!("keep taking `{name}`, be it without effect");
                    self.add(way, &place, "removed", why, &instead);
                }
                (None, Way::Answered) => {
                    let instead = format!("keep `{name}` and add the new field beside it");
                    self.add(way, &place, "removed", "its readers find nothing", &instead);
                }
            }
        }
        for name in needed.difference(&needed_before).filter(|_| way == Way::Sent) {
            let why = "callers who leave it out are refused";
            let instead = format!("let `{name}` be left out, with a default");
            self.add(way, &format!("{place}.{name}"), "required now", why, &instead);
        }
        let shown = |name: &&String| way == Way::Answered && after.contains_key(*name);
        for name in needed_before.difference(&needed).filter(shown) {
            let why = "readers who count on it may find nothing";
            let instead = format!("keep sending `{name}` always");
            self.add(way, &format!("{place}.{name}"), "no longer required", why, &instead);
        }
    }

    /// Fields that no property names. An answer that closes itself breaks nobody; in a request, saying nothing is the
    /// same as refusing, since every body refuses unknown fields.
    fn others(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, way: Way, place: &str) {
        let any = Value::Object(Map::new());
        let place = format!("{place}.*");
        let open = |flat: &Map<String, Value>| match flat.get("additionalProperties") {
            Some(Value::Bool(true)) => Some(any.clone()),
            Some(schema @ Value::Object(_)) => Some(schema.clone()),
            _ => None,
        };
        match (open(old), open(new), way) {
            (Some(before), Some(after), _) => self.schema(&before, &after, way, &place),
            (Some(_), None, Way::Sent) => {
                let why = "callers who send names of their own are refused";
                self.add(way, &place, "removed", why, "keep taking them");
            }
            (Some(before), None, Way::Answered) if before != any => {
                let why = "its readers find nothing";
                self.add(way, &place, "removed", why, "keep sending them and add a field beside them");
            }
            _ => {}
        }
    }

    fn add(&mut self, way: Way, place: &str, what: &str, why: &str, instead: &str) {
        let what = format!("openapi {} {place} {what}", way.name());
        let why = if place.starts_with(&self.operation) {
            why.to_owned()
        } else {
            format!("{why} (as in {})", self.operation)
        };
        self.breaks.push(Break::new(what, why, instead));
    }
}

/// By what an alternative is told apart from the others: the one value of a field, its only field, or its type.
fn label(document: Document<'_>, schema: &Value) -> Option<String> {
    let flat = document.flat(schema);
    let (properties, required) = (properties(&flat), required(&flat));
    for (name, schema) in properties.iter().filter(|(name, _)| required.contains(*name)) {
        if let Some([only]) = values(&document.flat(schema)).as_deref() {
            return Some(format!("{name}={}", only.as_str().unwrap_or_default()));
        }
    }
    if let [(name, _)] = properties.iter().collect::<Vec<_>>()[..] {
        return Some(name.clone());
    }
    if let Some([only]) = values(&flat).as_deref() {
        return Some(only.as_str().unwrap_or_default().to_owned());
    }
    let types = types(&flat)?.into_iter().filter(|one| one != "null").collect::<Vec<_>>();
    if types.is_empty() || types.contains(&"object".to_owned()) { None } else { Some(types.join(" or ")) }
}
