//! A neighbour's id in path, query or body is answered byte for byte as an id that nobody has, and so is an id of the
//! wrong kind. Where ids stand is read from the document.

use super::Walk;
use super::answers::alike;
use super::ask::{Ask, Body};
use crate::document::Operation;
use crate::furnished::Furnished;
use crate::tenant::id;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Mutex;
use uuid::Uuid;

/// Where an id names nothing that is looked up. It may only shrink: what needs no exemption fails.
const EXEMPT: [(&str, &str, &str); 1] = [(
    "inventory_show_availability",
    "?warehouse_id",
    "it narrows what is told of one item and is no filter of a list: where nothing is, 0 is available",
)];

/// How many ids of a tenant's own are tried where one of another kind is wanted.
const OTHER_KINDS: usize = 3;

/// What must go for an id to be looked up at all, where a body says one thing or the other.
const INSTEAD_OF: [(&str, &str, &[&str]); 9] = [
    ("imports_start_run", "/mapping_id", &["mapping"]),
    ("imports_start_run", "/plan_id", &["mapping", "target", "upload_id"]),
    ("billing_create_invoice", "/lines/0/price_id", &["unit_amount", "description"]),
    ("billing_patch_invoice", "/lines/0/price_id", &["unit_amount", "description"]),
    ("users_create_team", "/role_id", &["role"]),
    ("users_invite", "/role_id", &["role"]),
    ("users_patch_member", "/role_id", &["role"]),
    ("users_patch_team", "/role_id", &["role"]),
    ("workflow_create_definition", "/approver/user_id", &["role"]),
];

/// Trees, of whose resources each stands below another.
const OF_ONE_KIND: [&str; 3] = ["/inventory/categories", "/inventory/locations", "/users/teams"];

/// What an id by this name is an id of; `None` where anything may be meant.
fn collection_of(operation: &Operation, name: &str) -> Option<&'static str> {
    match name {
        "customer_id" => Some("/billing/customers"),
        "family_id" => Some("/inventory/families"),
        "item_id" => Some("/inventory/items"),
        "location_id" => Some("/inventory/locations"),
        "lot_id" => Some("/inventory/lots"),
        "mapping_id" => Some("/imports/mappings"),
        "plan_id" => Some("/imports/runs"),
        "document_id" => None,
        "movement_id" => Some("/inventory/movements"),
        "price_id" => Some("/billing/prices"),
        "product_id" => Some("/billing/products"),
        "supplier_id" => Some("/inventory/suppliers"),
        "subscription_id" => Some("/billing/subscriptions"),
        "upload_id" => Some("/imports/uploads"),
        "user_id" => Some("/users/people"),
        "member_id" | "manager_id" => Some("/users/members"),
        "parent_id" => {
            let found = OF_ONE_KIND.into_iter().find(|kind| operation.path.contains(kind));
            Some(found.unwrap_or_else(|| panic!("what is above those of {}?", operation.path)))
        }
        "role_id" => Some("/users/roles"),
        "connection_id" => Some("/users/oidc-connections"),
        "tenant_id" => Some("/users/tenant"),
        "warehouse_id" | "from_warehouse_id" | "to_warehouse_id" => Some("/inventory/warehouses"),
        // A line is of its order, and in no collection.
        "line_id" => None,
        // What waits for an answer is in no collection.
        "ceremony_id" => None,
        "resource_id" | "actor_id" => None,
        other => panic!("what is a {other} an id of? Say so in app/tests/it/contract/isolation.rs"),
    }
}

impl Walk {
    pub async fn isolation(&self) {
        let exempted = Mutex::new(BTreeSet::new());
        for operation in &self.operations {
            for (place, kind) in self.places(operation) {
                let exemption =
                    EXEMPT.iter().find(|(name, exempt, _)| *name == operation.id && *exempt == place);
                match exemption {
                    Some((name, place, _)) => drop(exempted.lock().unwrap().insert((*name, *place))),
                    None => self.place(operation, &place, kind).await,
                }
            }
        }
        for (name, place, _) in EXEMPT {
            self.require(exempted.lock().unwrap().contains(&(name, place)), || {
                format!("EXEMPT: {name} {place} is needed no more")
            });
        }
    }

    /// Everywhere an id can be said: `{id}`, `?customer_id`, `/lines/0/price_id`.
    fn places(&self, operation: &Operation) -> Vec<(String, Option<&'static str>)> {
        let mut places = Vec::new();
        for parameter in operation.told["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            match parameter["in"].as_str().unwrap() {
                "path" if self.schemas.is_id(parameter) => {
                    let collection = match name {
                        "id" => self.owner.ids.get_key_value(operation.collection()).map(|(kind, _)| *kind),
                        _ => collection_of(operation, name),
                    };
                    places.push((format!("{{{name}}}"), collection));
                }
                "query" if self.schemas.is_id(parameter) => {
                    places.push((format!("?{name}"), collection_of(operation, name)));
                }
                _ => {}
            }
        }
        for pointer in self.schemas.ids_in_body(operation) {
            let kind = match pointer.rsplit_once('/').unwrap() {
                // Of one of several that are made at once: the caller's own, as `/id` is of one.
                (of, "id") if !of.is_empty() => continue,
                ("", "id") => self.owner.ids.get_key_value(operation.collection()).map(|(kind, _)| *kind),
                (_, name) => collection_of(operation, name),
            };
            places.push((pointer, kind));
        }
        places
    }

    async fn place(&self, operation: &Operation, place: &str, kind: Option<&'static str>) {
        if place == "/id" {
            return self.chosen_id(operation).await;
        }
        let good = self.good(operation).await;
        let nobodys = naming(operation, &good, place, &Uuid::new_v4().to_string());
        let nobodys = self.send(operation, &nobodys).await;
        let in_filter = place.starts_with('?') && operation.parameter("cursor").is_some();
        if place.starts_with('{') || place.starts_with('?') && !in_filter {
            let code = nobodys.json()["code"].as_str().unwrap_or_default().to_owned();
            self.require(nobodys.status == 404 && code.ends_with("_not_found"), || {
                format!("{} {place}: an id that nobody has was told {nobodys:?}", operation.id)
            });
        }
        self.require(in_filter == nobodys.status.is_success(), || {
            format!("{} {place}: an id that nobody has was told {nobodys:?}", operation.id)
        });
        if in_filter {
            let found = nobodys.json()["data"].clone();
            self.require(found == json!([]), || {
                format!("{} {place}: nobody's id finds {found}", operation.id)
            });
            self.ones_own(operation, &good, place, kind).await;
        }
        let (mine, theirs) = (&self.owner.ids, &self.neighbour.ids);
        let mut named = Vec::new();
        if let Some(kind) = kind {
            let theirs = theirs.get(kind).unwrap_or_else(|| panic!("furnish {kind}"));
            named.push(("a neighbour's id", theirs));
            named.extend(
                mine.iter()
                    .filter(|(other, _)| collection(other) != kind)
                    .map(|(_, id)| ("an id of another kind", id))
                    .take(OTHER_KINDS),
            );
        } else {
            named.extend(theirs.values().map(|id| ("a neighbour's id", id)));
        }
        for (what, id) in named {
            let told = self.send(operation, &naming(operation, &good, place, id)).await;
            self.require(alike(&told) == alike(&nobodys), || {
                format!("{} {place}: {what} is told from none:\n  {told:?}\n  {nobodys:?}", operation.id)
            });
        }
    }

    /// A filter by an id of one's own finds what is its, and nothing else.
    async fn ones_own(&self, operation: &Operation, good: &Ask, place: &str, kind: Option<&'static str>) {
        let mine =
            self.owner.ids.iter().filter(|(other, _)| kind.is_none_or(|kind| kind == collection(other)));
        let (name, mut found) = (place.trim_start_matches('?'), 0);
        for (_, id) in mine {
            let told = self.send(operation, &naming(operation, good, place, id)).await.json();
            for row in told["data"].as_array().into_iter().flatten() {
                found += 1;
                self.require(row.get(name).is_none_or(|of| of == id), || {
                    format!("{} {place}: {id} finds {row}", operation.id)
                });
            }
        }
        self.require(found > 0, || {
            format!("{} {place}: no id of one's own finds anything: furnish one that does", operation.id)
        });
    }

    /// An id that a neighbour has chosen is as free as any.
    async fn chosen_id(&self, operation: &Operation) {
        let chosen = Uuid::new_v4().to_string();
        let of = async |tenant: &Furnished, id: &str| {
            let good = self.good_of(tenant, operation, operation.successes().next().unwrap()).await;
            let ask = naming(operation, &good, "/id", id);
            self.send_as(&tenant.client, operation, &ask).await
        };
        let theirs = of(&self.neighbour, &chosen).await;
        let mine = of(&self.owner, &chosen).await;
        let free = of(&self.owner, &Uuid::new_v4().to_string()).await;
        let fits = mine.status.is_success()
            && mine.status == free.status
            && alike(&mine).1.keys().eq(alike(&free).1.keys())
            && id(&mine.json()) == chosen
            && id(&theirs.json()) == chosen;
        self.require(fits, || {
            format!(
                "{}: an id that a neighbour uses: {mine:?}\n  one that nobody uses: {free:?}",
                operation.id
            )
        });
        let again = of(&self.owner, &chosen).await;
        self.require(again.status == 409, || {
            format!("{}: an id of one's own, again: {again:?}", operation.id)
        });
        let location = mine.headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let get = self.at(&Method::GET, &location.replace(&chosen, "{id}"));
        self.require(get.is_some() || location.is_empty(), || format!("{}: no {location}", operation.id));
        if let Some(get) = get {
            let ask = super::ask::Call::to(location).ask(get);
            for (who, told) in [(&self.owner, &mine), (&self.neighbour, &theirs)] {
                let found = self.send_as(&who.client, get, &ask).await.json();
                self.require(found["created_at"] == told.json()["created_at"], || {
                    format!("{}: two tenants' {chosen} are mixed up: {found}", operation.id)
                });
            }
        }
    }
}

/// Without the word that tells two of one collection apart.
fn collection(key: &str) -> &str {
    key.split('#').next().unwrap_or(key)
}

/// The good request with this id in this place.
fn naming(operation: &Operation, good: &Ask, place: &str, id: &str) -> Ask {
    let ask = good.again();
    if place.starts_with('{') {
        let mut parts = operation.path.split('/').zip(good.call.path.split('/'));
        let (_, now) = parts.find(|(part, _)| *part == place).unwrap();
        let now = now.to_owned();
        return ask.at(&now, id);
    }
    if let Some(name) = place.strip_prefix('?') {
        let query = [&*good.call.query, &format!("{name}={id}")].join("&");
        return ask.query(query.trim_start_matches('&'));
    }
    let Body::Json(mut body) = ask.call.body.clone() else { panic!("{} has no body", operation.id) };
    let (object, field) = place.rsplit_once('/').unwrap();
    let Some(Value::Object(fields)) = body.pointer_mut(object) else {
        panic!("{}: the recipe's body has no {object}, so {place} is not tried: {body}", operation.id)
    };
    fields.insert(field.to_owned(), json!(id));
    for (_, _, others) in INSTEAD_OF.iter().filter(|(name, at, _)| *name == operation.id && *at == place) {
        fields.retain(|name, _| !others.contains(&name.as_str()));
    }
    ask.body(body)
}
