//! The published document says what the server does.

use crate::client::{call, client};
use crate::shop::{ITEMS_READ, ITEMS_WRITE, ItemDto, Shop, api, server, settings};
use kernel::Permission;
use kernel::permission::BuiltinRole;
use serde_json::Value;
use std::collections::BTreeSet;
use utoipa::openapi::Info;
use web::{Answer, Api, Body, Caller, Rendered};

fn document() -> Value {
    serde_json::to_value(server(&Shop::default(), settings()).openapi()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(|(method, operation)| (method.clone(), path.clone(), operation.clone()))
    });
    each.collect()
}

fn names(operation: &Value, place: &str) -> Vec<String> {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let there = parameters.iter().filter(|parameter| parameter["in"] == place);
    there.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
}

fn find(method: &str, path: &str) -> Value {
    let path = format!("/api/v1/shop{path}");
    let all = operations(&document());
    all.into_iter().find(|(m, p, _)| m == method && *p == path).unwrap().2
}

#[test]
fn every_operation_is_complete() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let at = format!("{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{at}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{at}");
        assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{at}");
        let public = operation.get("x-public").is_some();
        assert_ne!(public, operation.get("x-permission").is_some(), "{at}");
        assert_eq!(operation["security"].as_array().unwrap().is_empty(), public, "{at}");
        let keyed = names(&operation, "header").contains(&"Idempotency-Key".to_owned());
        assert_eq!(keyed, !public && method != "get", "{at}");
        for status in ["400", "429", "500", "503"] {
            assert!(operation["responses"].get(status).is_some(), "{at} {status}");
        }
        for status in ["401", "403"] {
            assert_eq!(operation["responses"].get(status).is_some(), !public, "{at} {status}");
        }
        assert_eq!(names(&operation, "path").len(), path.matches('{').count(), "{at}");
        let success =
            operation["responses"].as_object().unwrap().iter().find(|(status, _)| status.starts_with('2'));
        assert!(success.unwrap().1["headers"]["X-Request-Id"].is_object(), "{at}");
    }
    assert!(ids.contains("shop_create_item"));
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(value: &Value, whole: &Value) {
        match value {
            Value::Object(fields) => {
                if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(whole.pointer(pointer).is_some(), "{reference}");
                }
                fields.values().for_each(|field| walk(field, whole));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, whole)),
            _ => {}
        }
    }
    let document = document();
    walk(&document, &document);
    for (name, response) in document["components"]["responses"].as_object().unwrap() {
        let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
        assert_eq!(schema, "#/components/schemas/Problem", "{name}");
    }
}

#[test]
fn arguments_are_documented() {
    let list = find("get", "/items");
    let mut query = names(&list, "query");
    query.sort();
    assert_eq!(
        query,
        [
            "created_at[gt]",
            "created_at[gte]",
            "created_at[lt]",
            "created_at[lte]",
            "cursor",
            "limit",
            "min_stock",
            "sort"
        ]
    );
    let create = find("post", "/items");
    let body = &create["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(body, "#/components/schemas/CreateItem");
    assert_eq!(document()["components"]["schemas"]["CreateItem"]["additionalProperties"], false);
    assert!(document()["components"]["schemas"]["LineDto"].is_object(), "nested schemas too");
    let patch = find("patch", "/items/{id}");
    assert!(names(&patch, "header").contains(&"If-Match".to_owned()));
    assert!(patch["responses"]["412"].is_object() && patch["responses"]["428"].is_object());
    assert_eq!(patch["parameters"][0]["schema"]["format"], "uuid");
    let picture = find("post", "/items/{id}/picture");
    let digest =
        picture["parameters"].as_array().unwrap().iter().find(|it| it["name"] == "Content-Digest").unwrap();
    assert_eq!((&digest["in"], &digest["required"]), (&"header".into(), &false.into()));
    assert!(!names(&create, "header").contains(&"Content-Digest".to_owned()));
    let media: Vec<_> = picture["requestBody"]["content"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(media, ["image/jpeg", "image/png"]);
    let listing = &list["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
    let name = listing.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert_eq!(
        document()["components"]["schemas"][name]["required"],
        serde_json::json!(["data", "next_cursor"])
    );
}

#[actix_web::test]
async fn it_is_served() {
    let served = client().await.send(call("GET //api/v1/openapi.json")).await;
    assert_eq!(served.json()["paths"], document()["paths"]);
}

#[test]
fn operations_can_be_walked() {
    fn shared_by_workers<T: Clone + Send + Sync>(_: &T) {}
    let server = server(&Shop::default(), settings());
    shared_by_workers(&server);
    let take =
        server.operations().into_iter().find(|operation| operation.operation_id == "shop_take_item").unwrap();
    assert_eq!((take.method.as_str(), take.path.as_str()), ("POST", "/api/v1/shop/items/{id}/take"));
    assert!(take.requires_key && take.accepts_key && !take.needs_if_match && !take.has_json_body);
    let public = server.operations().into_iter().filter(|operation| operation.permission.is_none());
    let reasons: Vec<_> = public.map(|operation| operation.public_reason.unwrap()).collect();
    assert_eq!(reasons, ["a greeting says nothing", "the text is known"]);
    assert_eq!(server.permissions(), [ITEMS_READ, ITEMS_WRITE]);
}

mod wrong {
    //! Declarations that break the contract of the API.
    use super::*;

    #[derive(serde::Deserialize, utoipa::ToSchema)]
    pub struct CreateItem {
        #[expect(dead_code, reason = "only its schema counts")]
        colour: String,
    }

    #[utoipa::path(put, path = "/wrong", responses((status = 404)))]
    pub async fn put_without_anything(_caller: Caller, _body: Body<CreateItem>) -> Answer {
        Ok(Rendered::no_content())
    }

    /// Reads
    #[utoipa::path(get, path = "/wrong", responses((status = 200)))]
    pub async fn public_with_caller(_caller: Caller) -> Answer {
        Ok(Rendered::no_content())
    }
}

const ANY: Permission =
    Permission { name: "wrong.any", summary: "Any", least_role: Some(BuiltinRole::Viewer) };

#[test]
fn wrong_declarations_are_named() {
    let wrong = Api::new("wrong", Shop::default(), &[])
        .operation(web::operation!(wrong::put_without_anything).permission(&ANY))
        .tag("Wrong", "All wrong")
        .operation(web::operation!(wrong::public_with_caller).public("no reason").requires_key())
        .operation(web::operation!(wrong::public_with_caller).permission(&ANY));
    let faults = web::merge(Info::new("Shop", "v1"), [&api(&Shop::default()), &wrong]).err().unwrap();
    for (operation, fault) in [
        ("wrong_put_without_anything", "no summary"),
        ("wrong_put_without_anything", "no tag"),
        ("wrong_put_without_anything", "no success"),
        ("wrong_put_without_anything", "IfMatch"),
        ("wrong_public_with_caller", "takes a Caller"),
        ("wrong_public_with_caller", "does not honour"),
        ("wrong_public_with_caller", "used twice"),
        ("CreateItem", "rename one"),
    ] {
        let named = faults.iter().any(|text| text.contains(operation) && text.contains(fault));
        assert!(named, "{operation}: {fault} in {faults:#?}");
    }
}

mod desk {
    //! What an operator of the installation sees of the shop.
    use super::*;

    /// Shows the newest item of all
    #[utoipa::path(get, path = "/newest-item", responses((status = 200, body = ItemDto)))]
    pub async fn newest_item(_caller: Caller) -> Answer {
        Ok(Rendered::no_content())
    }
}

const OPERATE: Permission = Permission { name: "shop.operate", summary: "Operate", least_role: None };

#[test]
fn what_is_for_operators_stands_apart() {
    let shop = Shop::default();
    let newest = || web::operation!(desk::newest_item);
    let desk = Api::new("shop", shop.clone(), &[]).for_operators().tag("Desk", "For operators");
    let desk = desk.operation(newest().permission(&OPERATE));
    // Both show items, by one schema.
    let merged = web::merge(Info::new("Shop", "v1"), [&api(&shop), &desk]).unwrap();
    for (_, path, operation) in operations(&serde_json::to_value(merged).unwrap()) {
        let of_operators = path.starts_with("/api/v1/platform/");
        assert_eq!(operation["x-permission"] == "shop.operate", of_operators, "{path}");
        assert_eq!(operation["operationId"] == "platform_newest_item", of_operators, "{path}");
    }
    let elsewhere = Api::new("shop", shop.clone(), &[]).tag("Desk", "For all");
    let elsewhere = elsewhere.operation(newest().permission(&OPERATE));
    let desk = Api::new("shop", shop, &[]).for_operators().tag("Desk", "For operators");
    let desk = desk.operation(newest().permission(&ANY));
    for wrong in [elsewhere, desk] {
        assert!(wrong.faults()[0].contains("a permission of others"), "{:?}", wrong.faults());
    }
}
