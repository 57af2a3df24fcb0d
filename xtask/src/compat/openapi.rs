//! What of the API's document a caller relies on: operations, parameters, bodies, answers and who may call. Within v1
//! only additions are compatible.

use super::Break;
use super::schema::{Comparison, Way};
use super::schema_view::Document;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// What a caller who knew `old` would notice in `new`.
pub fn breaks(old: &Value, new: &Value) -> Vec<Break> {
    if old == new {
        return Vec::new();
    }
    let (old, new) = (Document(old), Document(new));
    let mut comparison = Comparison::new(old, new);
    let after = operations(new);
    for (key, before) in operations(old) {
        comparison.operation = before.name.clone();
        match after.get(&key) {
            Some(after) => operation(&mut comparison, &before, after),
            None => comparison.breaks.push(Break::new(
                format!("openapi {} removed", before.name),
                "its callers get 404 or 405",
                "keep it, mark it deprecated with a Sunset, and add the new operation beside it",
            )),
        }
    }
    schemes(&mut comparison, old, new);
    let mut breaks = comparison.breaks;
    breaks.sort();
    breaks.dedup();
    breaks
}

struct Operation<'a> {
    document: Document<'a>,
    /// `GET /api/v1/billing/customers`.
    name: String,
    /// The path's parameters, in its order.
    slots: Vec<&'a str>,
    told: &'a Map<String, Value>,
    /// Those of the path item count for each of its operations.
    parameters: Vec<&'a Value>,
}

impl<'a> Operation<'a> {
    fn text(&self, key: &str) -> Option<&'a str> {
        self.told.get(key).and_then(Value::as_str)
    }

    /// By place and name. A path's parameters go by their position: their names are not on the wire.
    fn parameters(&self) -> BTreeMap<(String, String), &'a Value> {
        let text = |parameter: &Value, key: &str| parameter[key].as_str().unwrap_or_default().to_owned();
        let keyed = self.parameters.iter().map(|parameter| {
            let (place, name) = (text(parameter, "in"), text(parameter, "name"));
            let slot = self.slots.iter().position(|slot| *slot == name).filter(|_| place == "path");
            let name = match place.as_str() {
                "path" => slot.map_or(name, |slot| slot.to_string()),
                "header" => name.to_lowercase(),
                _ => name,
            };
            ((place, name), *parameter)
        });
        keyed.collect()
    }

    /// The ways to be let in, each a set of schemes; one that is empty lets anybody in.
    fn security(&self) -> Vec<BTreeSet<String>> {
        let listed = self.told.get("security").or_else(|| self.document.0.get("security"));
        let Some(listed) = listed.and_then(Value::as_array).filter(|listed| !listed.is_empty()) else {
            return vec![BTreeSet::new()];
        };
        listed.iter().map(demands).collect()
    }
}

/// The schemes of one way in, and their scopes.
fn demands(way: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (scheme, scopes) in way.as_object().into_iter().flatten() {
        all.insert(scheme.clone());
        let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str);
        all.extend(scopes.map(|scope| format!("{scheme}:{scope}")));
    }
    all
}

/// By method and path, the names of the path's parameters left out.
fn operations(document: Document<'_>) -> BTreeMap<(String, String), Operation<'_>> {
    let mut found = BTreeMap::new();
    for (path, item) in document.0["paths"].as_object().into_iter().flatten() {
        let Some(item) = document.resolve(item).as_object() else { continue };
        let slots: Vec<&str> =
            path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
        let shape =
            slots.iter().fold(path.clone(), |path, slot| path.replacen(&format!("{{{slot}}}"), "{}", 1));
        for (method, told) in item.iter().filter(|(method, _)| METHODS.contains(&method.as_str())) {
            let Some(told) = told.as_object() else { continue };
            let shared = item.get("parameters").and_then(Value::as_array).into_iter().flatten();
            let own = told.get("parameters").and_then(Value::as_array).into_iter().flatten();
            let parameters = shared.chain(own).map(|parameter| document.resolve(parameter)).collect();
            let name = format!("{} {path}", method.to_uppercase());
            let operation = Operation { document, name, slots: slots.clone(), told, parameters };
            found.insert((method.clone(), shape.clone()), operation);
        }
    }
    found
}

fn operation(comparison: &mut Comparison<'_>, old: &Operation<'_>, new: &Operation<'_>) {
    if old.text("operationId") != new.text("operationId") {
        comparison.breaks.push(Break::new(
            format!("openapi {} operationId changed", old.name),
            format!("generated clients call it {}", old.text("operationId").unwrap_or_default()),
            "keep the operationId; summary and description may say the new name",
        ));
    }
    callers(comparison, old, new);
    parameters(comparison, old, new);
    body(comparison, old, new);
    answers(comparison, old, new);
}

fn callers(comparison: &mut Comparison<'_>, old: &Operation<'_>, new: &Operation<'_>) {
    let (ways, ways_now) = (old.security(), new.security());
    let refused = ways.iter().any(|way| !ways_now.iter().any(|now| now.is_subset(way)));
    let was_public = ways.iter().any(BTreeSet::is_empty) || old.told.contains_key("x-public");
    if refused {
        let what = if was_public { "public operation became protected" } else { "security added" };
        comparison.breaks.push(Break::new(
            format!("openapi {} {what}", old.name),
            "callers with what was enough before are refused",
            "keep the old way in beside the new one, or add a new operation",
        ));
    }
    match (old.text("x-permission"), new.text("x-permission")) {
        (Some(before), Some(after)) if before != after => comparison.breaks.push(Break::new(
            format!("openapi {} permission changed", old.name),
            format!("credentials that have {before} and not {after} are refused"),
            format!("keep {before}; let a new operation ask for {after}"),
        )),
        (None, Some(after)) if was_public && !refused => comparison.breaks.push(Break::new(
            format!("openapi {} public operation became protected", old.name),
            format!("callers without {after} are refused"),
            "keep it public, or add a new operation",
        )),
        _ => {}
    }
}

fn parameters(comparison: &mut Comparison<'_>, old: &Operation<'_>, new: &Operation<'_>) {
    let (before, after) = (old.parameters(), new.parameters());
    let needed = |parameter: &Value| parameter["required"] == true;
    for (key, parameter) in &after {
        let was_needed = before.get(key).is_some_and(|parameter| needed(parameter));
        if needed(parameter) && !was_needed {
            comparison.breaks.push(Break::new(
                format!("openapi {} {} required now", old.name, shown(parameter)),
                "callers who leave it out are refused",
                "let it be left out, with a default",
            ));
        }
    }
    for (key, parameter) in &before {
        let place = format!("{} {}", old.name, shown(parameter));
        let Some(now) = after.get(key) else {
            comparison.breaks.push(Break::new(
                format!("openapi {place} removed"),
                "unknown parameters are refused, so whoever sends it gets a 400",
                "keep taking it, be it without effect",
            ));
            continue;
        };
        if form(parameter) != form(now) {
            comparison.breaks.push(Break::new(
                format!("openapi {place} written in another form"),
                "what callers write into the URL is read as something else",
                "keep `style` and `explode`, and add a new parameter beside it",
            ));
        }
        match (contents(parameter).first(), contents(now).first()) {
            (Some((_, before)), Some((_, after))) => comparison.schema(before, after, Way::Sent, &place),
            _ => comparison.schema(&parameter["schema"], &now["schema"], Way::Sent, &place),
        }
    }
}

fn body(comparison: &mut Comparison<'_>, old: &Operation<'_>, new: &Operation<'_>) {
    let found = |operation: &Operation<'_>| {
        operation.told.get("requestBody").map(|body| operation.document.resolve(body).clone())
    };
    let (before, after) = (found(old), found(new));
    let needed = |body: &Option<Value>| body.as_ref().is_some_and(|body| body["required"] == true);
    if needed(&after) && !needed(&before) {
        comparison.breaks.push(Break::new(
            format!("openapi {} body required now", old.name),
            "callers who send none are refused",
            "let the body be left out",
        ));
    }
    let Some(before) = before else { return };
    let after = after.unwrap_or_default();
    let taken = contents(&after);
    for (media, schema) in contents(&before) {
        let place = format!("{} body", old.name);
        match taken.iter().find(|(name, _)| *name == media) {
            Some((_, now)) => comparison.schema(schema, now, Way::Sent, &place),
            None => comparison.breaks.push(Break::new(
                format!("openapi {place} {media} no longer taken"),
                "callers who send it get a 415",
                "keep taking it beside the new one",
            )),
        }
    }
}

/// A new status is compatible, as is one of an error that no longer happens.
fn answers(comparison: &mut Comparison<'_>, old: &Operation<'_>, new: &Operation<'_>) {
    let all = |operation: &Operation<'_>| -> BTreeMap<String, Value> {
        let told = operation.told.get("responses").and_then(Value::as_object).into_iter().flatten();
        told.map(|(status, answer)| (status.clone(), operation.document.resolve(answer).clone())).collect()
    };
    let after = all(new);
    for (status, before) in all(old) {
        if after.get(&status).is_some_and(|now| comparison.same(&before, now)) {
            continue;
        }
        let place = format!("{} {status}", old.name);
        let succeeds = status.starts_with(['2', '3']);
        let Some(now) = after.get(&status) else {
            if succeeds {
                comparison.breaks.push(Break::new(
                    format!("openapi {place} no longer answered"),
                    "callers who wait for it take another status for a failure",
                    "keep answering it; a new status is for a new outcome",
                ));
            }
            continue;
        };
        let given = contents(now);
        for (media, schema) in contents(&before) {
            match given.iter().find(|(name, _)| *name == media) {
                Some((_, now)) => comparison.schema(schema, now, Way::Answered, &place),
                None => comparison.breaks.push(Break::new(
                    format!("openapi {place} {media} no longer answered"),
                    "its readers cannot read what comes instead",
                    "keep answering it, and offer the new one by `Accept`",
                )),
            }
        }
        let headers = now["headers"].as_object().cloned().unwrap_or_default();
        for (name, header) in before["headers"].as_object().into_iter().flatten() {
            let place = format!("{place} header {name}");
            match headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)) {
                Some((_, now)) => {
                    let (before, after) = (old.document.resolved(header), new.document.resolved(now));
                    comparison.schema(&before["schema"], &after["schema"], Way::Answered, &place);
                }
                None if succeeds => comparison.breaks.push(Break::new(
                    format!("openapi {place} removed"),
                    "its readers find nothing",
                    format!("keep sending {name} and add the new header beside it"),
                )),
                None => {}
            }
        }
    }
}

fn schemes(comparison: &mut Comparison<'_>, old: Document<'_>, new: Document<'_>) {
    let all = |document: Document<'_>| {
        document.0["components"]["securitySchemes"].as_object().cloned().unwrap_or_default()
    };
    let after = all(new);
    for (name, before) in all(old) {
        let same = |key: &str| after.get(&name).is_some_and(|after| after.get(key) == before.get(key));
        if !["type", "scheme", "in", "name"].into_iter().all(same) {
            comparison.breaks.push(Break::new(
                format!("openapi security scheme {name} removed or changed"),
                "callers show their credential in another way",
                "keep it and add the new scheme beside it",
            ));
        }
    }
}

fn shown(parameter: &Value) -> String {
    format!(
        "{} {}",
        parameter["in"].as_str().unwrap_or_default(),
        parameter["name"].as_str().unwrap_or_default()
    )
}

/// Style and explode, with what they are when nothing is said.
fn form(parameter: &Value) -> (String, bool) {
    let usual = if matches!(parameter["in"].as_str(), Some("query" | "cookie")) { "form" } else { "simple" };
    let style = parameter["style"].as_str().unwrap_or(usual);
    (style.to_owned(), parameter["explode"].as_bool().unwrap_or(style == "form"))
}

/// The schemas of a body by their media types.
fn contents(body: &Value) -> Vec<(&str, &Value)> {
    let listed = body["content"].as_object().into_iter().flatten();
    listed.map(|(media, content)| (media.as_str(), &content["schema"])).collect()
}
