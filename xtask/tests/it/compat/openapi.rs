//! The document's rules, each on one change of a small document.

use super::expect;
use crate::workspace::committed;
use serde_json::{Value, json};
use xtask::compat::openapi::breaks;

const BODY: &str = "openapi request Sent.";
const ANSWER: &str = "openapi answer Shown.";
const LIST: &str = "openapi GET /things";
const QUERY: &str = "openapi request GET /things query";

#[test]
fn operations_and_their_callers() {
    let permission = "/paths/~1things/get/x-permission";
    for (change, value, expected) in [
        ("/paths/~1things/get", None, Some((format!("{LIST} removed"), "deprecated with a Sunset"))),
        (
            "/paths/~1public",
            None,
            Some(("openapi GET /public removed".to_owned(), "add the new operation beside it")),
        ),
        ("/paths/~1things/put", Some(json!({"operationId": "put"})), None),
        ("/paths/~1more", Some(json!({"get": {"operationId": "more"}})), None),
        (
            "/paths/~1things/get/operationId",
            Some(json!("other")),
            Some((format!("{LIST} operationId changed"), "keep the operationId")),
        ),
        ("/paths/~1things/get/summary", Some(json!("Another")), None),
        ("/paths/~1things/get/deprecated", Some(json!(true)), None),
        (
            permission,
            Some(json!("things.write")),
            Some((format!("{LIST} permission changed"), "keep things.read")),
        ),
        (
            "/paths/~1public/get/x-permission",
            Some(json!("things.read")),
            Some(("openapi GET /public public operation became protected".to_owned(), "keep it public")),
        ),
        (
            "/paths/~1public/get/security",
            Some(json!([{"bearer": []}])),
            Some(("openapi GET /public public operation became protected".to_owned(), "keep the old way in")),
        ),
        (
            "/paths/~1things/get/security",
            Some(json!([{"bearer": [], "signature": []}])),
            Some((format!("{LIST} security added"), "keep the old way in")),
        ),
        ("/paths/~1things/get/security", Some(json!([{"bearer": []}, {"signature": []}])), None),
        (
            "/components/securitySchemes/bearer/scheme",
            Some(json!("basic")),
            Some(("openapi security scheme bearer removed or changed".to_owned(), "beside it")),
        ),
    ] {
        check(change, value, expected);
    }
}

#[test]
fn a_renamed_slot_of_a_path_is_the_same_path() {
    let document = |name: &str| {
        let parameter = json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
        json!({"paths": {format!("/things/{{{name}}}"): {"get": {"operationId": "a", "parameters": [parameter]}}}})
    };
    expect(&breaks(&document("id"), &document("thing_id")), None, "{id} to {thing_id}");
}

#[test]
fn parameters() {
    let first = "/paths/~1things/get/parameters/0";
    let named = |what: &str| Some(format!("{LIST} query status {what}"));
    for (change, value, expected, part) in [
        (first, None, named("removed"), "keep taking it"),
        ("/paths/~1things/get/parameters/-", Some(parameter("q", false)), None, ""),
        (
            "/paths/~1things/get/parameters/-",
            Some(parameter("q", true)),
            Some(format!("{LIST} query q required now")),
            "let it be left out",
        ),
        (
            "/paths/~1things/get/parameters/0/required",
            Some(json!(true)),
            named("required now"),
            "with a default",
        ),
        (
            "/paths/~1things/get/parameters/0/style",
            Some(json!("deepObject")),
            named("written in another form"),
            "",
        ),
        ("/paths/~1things/get/parameters/0/style", Some(json!("form")), None, ""),
        (
            "/paths/~1things/get/parameters/0/schema/enum",
            Some(json!(["open"])),
            Some(format!("{QUERY} status value \"done\" removed")),
            "keep taking it beside the new ones",
        ),
        ("/paths/~1things/get/parameters/0/schema/enum", Some(json!(["open", "done", "late"])), None, ""),
        (
            "/paths/~1things/get/parameters/1/schema/maximum",
            Some(json!(50)),
            Some(format!("{QUERY} limit maximum tightened")),
            "it was 100 and is 50",
        ),
        ("/paths/~1things/get/parameters/1/schema/maximum", Some(json!(500)), None, ""),
        ("/paths/~1things/get/parameters/1/schema/maximum", None, None, ""),
        (
            "/paths/~1things/get/parameters/1/schema/minimum",
            Some(json!(5)),
            Some(format!("{QUERY} limit minimum tightened")),
            "as wide as it was",
        ),
        (
            "/paths/~1things/get/parameters/1/schema/default",
            Some(json!(10)),
            Some(format!("{QUERY} limit default changed")),
            "got 25, and get 10",
        ),
        (
            "/paths/~1things/get/parameters/1/schema/type",
            Some(json!("string")),
            Some(format!("{QUERY} limit type changed")),
            "add a new field beside it",
        ),
        ("/paths/~1things/get/parameters/1/schema/type", Some(json!("number")), None, ""),
    ] {
        check(change, value, expected.map(|what| (what, part)));
    }
}

#[test]
fn what_is_sent() {
    let schema = |rest: &str| format!("/components/schemas/Sent/{rest}");
    for (change, value, expected, part) in [
        (schema("properties/note"), None, Some("note removed"), "keep taking `note`"),
        (schema("properties/more"), Some(json!({"type": "string"})), None, ""),
        (
            schema("required"),
            Some(json!(["name", "note"])),
            Some("note required now"),
            "let `note` be left out",
        ),
        (schema("required"), Some(json!([])), None, ""),
        (
            schema("properties/name/type"),
            Some(json!("integer")),
            Some("name type changed"),
            "it took string, and takes integer",
        ),
        (
            schema("properties/name/maxLength"),
            Some(json!(10)),
            Some("name maxLength tightened"),
            "as wide as it was",
        ),
        (
            schema("properties/name/minLength"),
            Some(json!(1)),
            Some("name minLength tightened"),
            "it was 0 and is 1",
        ),
        (schema("properties/name/minLength"), Some(json!(0)), None, ""),
        (
            schema("properties/name/pattern"),
            Some(json!("^a")),
            Some("name pattern added or changed"),
            "may refuse",
        ),
        (
            schema("properties/name/format"),
            Some(json!("uuid")),
            Some("name format added or changed"),
            "may refuse",
        ),
        (
            schema("properties/name/enum"),
            Some(json!(["a"])),
            Some("name narrowed to listed values"),
            "any value",
        ),
        (schema("properties/name/description"), Some(json!("Another")), None, ""),
        (
            schema("properties/note/type"),
            Some(json!("string")),
            Some("note null no longer taken"),
            "keep taking null",
        ),
        (schema("properties/name/type"), Some(json!(["string", "null"])), None, ""),
        (
            schema("properties/any"),
            Some(json!({"type": "string"})),
            Some("any type changed"),
            "it took anything",
        ),
        (schema("properties/tags/items/maxLength"), Some(json!(5)), Some("tags[] maxLength tightened"), ""),
        (
            schema("properties/pairs/additionalProperties"),
            Some(json!(false)),
            Some("pairs.* removed"),
            "keep taking them",
        ),
        (schema("properties/pairs/propertyNames"), Some(json!({"maxLength": 5})), None, ""),
        (schema("additionalProperties"), Some(json!(false)), None, ""),
        (
            schema("properties/choice/oneOf/1"),
            None,
            Some("choice alternative column removed"),
            "keep taking it",
        ),
        (schema("properties/choice/oneOf/-"), Some(json!({"type": "boolean"})), None, ""),
        (
            schema("properties/choice/oneOf/1/required"),
            Some(json!(["column", "sheet"])),
            Some("choice<column>.sheet required now"),
            "",
        ),
        (
            schema("properties/inner/properties/size"),
            None,
            Some("inner.size removed"),
            "(as in POST /things)",
        ),
        ("/paths/~1things/post/requestBody".to_owned(), None, Some(""), "keep taking it"),
    ] {
        let expected = match expected {
            Some("") => Some("openapi POST /things body application/json no longer taken".to_owned()),
            other => other.map(|what| format!("{BODY}{what}")),
        };
        check(&change, value, expected.map(|what| (what, part)));
    }
    check(
        "/paths/~1things/post/requestBody/required",
        Some(json!(true)),
        Some(("openapi POST /things body required now".to_owned(), "let the body be left out")),
    );
}

#[test]
fn what_is_answered() {
    let schema = |rest: &str| format!("/components/schemas/Shown/{rest}");
    for (change, value, expected, part) in [
        (
            schema("properties/total"),
            None,
            Some("total removed"),
            "keep `total` and add the new field beside it",
        ),
        (schema("properties/more"), Some(json!({"type": "string"})), None, ""),
        (
            schema("required"),
            Some(json!(["id"])),
            Some("total no longer required"),
            "keep sending `total` always",
        ),
        (schema("required"), Some(json!(["id", "total", "kind"])), None, ""),
        (
            schema("properties/total/type"),
            Some(json!("string")),
            Some("total type changed"),
            "it was integer, and is string",
        ),
        (schema("properties/total/type"), Some(json!("number")), Some("total type changed"), "keep its type"),
        (
            schema("properties/total/type"),
            Some(json!(["integer", "null"])),
            Some("total may be null now"),
            "keep sending a value",
        ),
        (schema("properties/total/type"), None, Some("total type changed"), "is anything now"),
        (schema("properties/kind/enum"), Some(json!(["a", "b", "c"])), None, ""),
        (schema("properties/kind/enum"), Some(json!(["a"])), None, ""),
        (
            schema("properties/at/format"),
            Some(json!("date")),
            Some("at format changed"),
            "readers parse \"date-time\"",
        ),
        (schema("properties/total/format"), Some(json!("int64")), None, ""),
        (schema("properties/total/minimum"), Some(json!(0)), None, ""),
        (schema("properties/id/pattern"), Some(json!("^a")), None, ""),
        (schema("additionalProperties"), Some(json!(false)), None, ""),
        (schema("properties/pairs/additionalProperties"), Some(json!(false)), Some("pairs.* removed"), ""),
        (
            schema("properties/pairs/additionalProperties/type"),
            Some(json!("integer")),
            Some("pairs.* type changed"),
            "",
        ),
        (schema("properties/parent/oneOf/-"), Some(json!({"type": "null"})), None, ""),
        (
            schema("properties/outcome/oneOf/-"),
            Some(json!({"type": "object", "required": ["kind"], "properties": {"kind": {"const": "late"}}})),
            None,
            "",
        ),
        (
            schema("properties/outcome/oneOf/1/properties/reason"),
            None,
            Some("outcome<kind=refused>.reason removed"),
            "keep `reason`",
        ),
        (schema("properties/outcome/oneOf/1"), None, None, ""),
        (schema("properties/outcome/oneOf/-"), Some(json!({"type": "array"})), None, ""),
        (schema("allOf/0/properties/base"), None, Some("base removed"), "keep `base`"),
    ] {
        check(&change, value, expected.map(|what| (format!("{ANSWER}{what}"), part)));
    }
}

#[test]
fn statuses_media_and_headers() {
    let place = "openapi GET /things 200";
    for (change, value, expected) in [
        (
            "/paths/~1things/get/responses/200",
            None,
            Some((format!("{place} no longer answered"), "keep answering it")),
        ),
        ("/paths/~1things/get/responses/202", Some(json!({})), None),
        ("/paths/~1things/get/responses/404", None, None),
        ("/paths/~1things/get/responses/409", Some(json!({})), None),
        (
            "/paths/~1things/get/responses/200/content",
            None,
            Some((format!("{place} application/json no longer answered"), "offer the new one by `Accept`")),
        ),
        (
            "/paths/~1things/get/responses/200/headers/ETag",
            None,
            Some((format!("{place} header ETag removed"), "keep sending ETag")),
        ),
        ("/paths/~1things/get/responses/200/headers/More", Some(json!({})), None),
        (
            "/components/schemas/Problem/properties/code",
            None,
            Some(("openapi answer Problem.code removed".to_owned(), "keep `code`")),
        ),
    ] {
        check(change, value, expected);
    }
}

#[test]
fn an_option_is_the_same_however_it_is_written() {
    let document = |schema: Value| {
        let answer = json!({"content": {"application/json": {"schema": {"properties": {"a": schema}}}}});
        json!({
            "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": answer}}}},
            "components": {"schemas": {"Id": {"type": "string"}}},
        })
    };
    let ways = [
        json!({"type": ["string", "null"]}),
        json!({"oneOf": [{"$ref": "#/components/schemas/Id"}, {"type": "null"}]}),
        json!({"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Id", "description": "Whose"}]}),
        json!({"oneOf": [{"type": "string"}, {"type": "null"}]}),
    ];
    for one in &ways {
        for other in &ways {
            expect(
                &breaks(&document(one.clone()), &document(other.clone())),
                None,
                &format!("{one} {other}"),
            );
        }
        let bare = document(json!({"$ref": "#/components/schemas/Id"}));
        expect(&breaks(&document(one.clone()), &bare), None, &format!("{one} never null"));
        let what = "openapi answer GET /a 200.a may be null now";
        expect(&breaks(&bare, &document(one.clone())), Some((what, "")), &format!("{one} now"));
    }
}

/// Of the real document every operation is missed when it is gone, and so is every field.
#[test]
fn the_committed_document_is_seen_whole() {
    let document: Value =
        serde_json::from_str(&committed("app/tests/golden/openapi.json")).expect("the document");
    assert!(breaks(&document, &document).is_empty());
    let operations: usize = document["paths"].as_object().expect("paths").values().map(methods).sum();
    let mut without = document.clone();
    without["paths"] = json!({});
    assert!(operations > 40, "only {operations} operations");
    assert_eq!(breaks(&document, &without).len(), operations);

    let (mut tried, mut unused) = (0, 0);
    let text = document.to_string();
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        if !text.contains(&format!("#/components/schemas/{name}\"")) {
            unused += 1;
            continue;
        }
        let Some(properties) = schema["properties"].as_object() else { continue };
        let mut without = document.clone();
        without["components"]["schemas"][name]["properties"] = json!({});
        let found = breaks(&document, &without);
        for property in properties.keys() {
            tried += 1;
            let end = format!(".{property} removed");
            let said = found.iter().any(|found| found.what.ends_with(&end));
            assert!(said, "{name}.{property} is gone and nobody says so: {found:#?}");
        }
    }
    assert!(tried > 200 && unused < 20, "only {tried} properties, and {unused} schemas that nothing uses");
}

fn methods(item: &Value) -> usize {
    item.as_object().map_or(0, serde_json::Map::len)
}

/// One change of the small document; with `None` the thing is taken away, at `-` it is added.
fn check(change: &str, value: Option<Value>, expected: Option<(String, &str)>) {
    let before = document();
    let mut after = before.clone();
    let (parent, last) = change.rsplit_once('/').expect("a pointer");
    let last = last.replace("~1", "/");
    let parent = after.pointer_mut(parent).unwrap_or_else(|| panic!("{change} leads nowhere"));
    match (parent, value) {
        (Value::Object(parent), Some(value)) => {
            parent.insert(last, value);
        }
        (Value::Object(parent), None) => {
            parent.remove(&last).unwrap_or_else(|| panic!("{change} takes nothing away"));
        }
        (Value::Array(parent), Some(value)) => parent.push(value),
        (Value::Array(parent), None) => {
            parent.remove(last.parse().expect("a position"));
        }
        (other, _) => panic!("{change}: {other}"),
    }
    let found = breaks(&before, &after);
    expect(&found, expected.as_ref().map(|(what, part)| (what.as_str(), *part)), change);
}

fn parameter(name: &str, required: bool) -> Value {
    json!({"name": name, "in": "query", "required": required, "schema": {"type": "string"}})
}

/// Every kind of thing once. `Shown` contains itself, and takes a part from elsewhere.
fn document() -> Value {
    let list = json!({
        "operationId": "list",
        "security": [{"bearer": []}],
        "x-permission": "things.read",
        "parameters": [
            {"name": "status", "in": "query", "schema": {"type": "string", "enum": ["open", "done"]}},
            {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 25}},
        ],
        "responses": {
            "200": {
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": {
                    "type": "object",
                    "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/Shown"}}},
                }}},
            },
            "404": {"$ref": "#/components/responses/NotFound"},
        },
    });
    let create = json!({
        "operationId": "create",
        "security": [{"bearer": []}],
        "x-permission": "things.write",
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Sent"}}}},
        "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Shown"}}}},
            "404": {"$ref": "#/components/responses/NotFound"}},
    });
    let sent = json!({
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "maxLength": 100},
            "note": {"type": ["string", "null"]},
            "any": {},
            "tags": {"type": "array", "items": {"type": "string"}},
            "pairs": {"type": "object", "additionalProperties": {"type": "string"}},
            "choice": {"oneOf": [
                {"type": "string"},
                {"type": "object", "required": ["column"], "properties": {"column": {"type": "string"}}},
            ]},
            "inner": {"type": "object", "properties": {"size": {"type": "integer"}}},
        },
    });
    let shown = json!({
        "type": "object",
        "allOf": [{"type": "object", "properties": {"base": {"type": "string"}}}],
        "required": ["id", "total"],
        "properties": {
            "id": {"type": "string"},
            "total": {"type": "integer"},
            "kind": {"type": "string", "enum": ["a", "b"]},
            "at": {"type": "string", "format": "date-time"},
            "pairs": {"type": "object", "additionalProperties": {"type": "string"}},
            "parent": {"oneOf": [{"$ref": "#/components/schemas/Shown"}, {"type": "null"}]},
            "outcome": {"oneOf": [
                {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "done"}}},
                {"type": "object", "required": ["kind"],
                    "properties": {"kind": {"const": "refused"}, "reason": {"type": "string"}}},
            ]},
        },
    });
    json!({
        "openapi": "3.1.0",
        "paths": {
            "/things": {"get": list, "post": create},
            "/public": {"get": {"operationId": "public", "x-public": "anybody may", "security": []}},
        },
        "components": {
            "schemas": {
                "Sent": sent,
                "Shown": shown,
                "Problem": {"type": "object", "properties": {"code": {"type": "string"}}},
            },
            "responses": {"NotFound": {"content": {"application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
            }}}},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    })
}
