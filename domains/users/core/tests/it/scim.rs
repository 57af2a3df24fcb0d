//! A tenant's directory over SCIM: people come, change and go as Entra and Okta have it, and the protocol is kept.

use crate::house::{House, PASSWORD, Person, Reply};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use testkit::{Stage, both};

const LISTED: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

pub struct Directory<'a> {
    pub house: &'a House,
    pub key: String,
}

impl<'a> Directory<'a> {
    pub async fn of(house: &'a House, by: &Person, role: &str) -> Self {
        let body = json!({ "name": "Directory", "role": role });
        let key = house.post("/api-keys", Some(&by.access), body).await.is(201).at("/secret");
        Self { house, key }
    }

    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        let uri = format!("/scim/v2{}", encoded(path));
        let mut request = TestRequest::with_uri(&uri).method(method);
        request = request.insert_header(("authorization", format!("Bearer {}", self.key)));
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        if let Some(body) = body {
            request = request.insert_header(("content-type", "application/scim+json; charset=utf-8"));
            request = request.set_payload(body.to_string());
        }
        self.house.send(request).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::POST, path, &[], Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::PUT, path, &[], Some(body)).await
    }

    pub async fn patch(&self, path: &str, operations: Value) -> Reply {
        let body =
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
        self.ask(Method::PATCH, path, &[], Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.ask(Method::DELETE, path, &[], None).await
    }

    pub async fn user(&self, body: Value) -> String {
        self.post("/Users", body).await.is(201).at("/id")
    }

    pub async fn found(&self, path: &str) -> Vec<String> {
        let list = self.get(path).await.is(200).json();
        assert_eq!(list["schemas"], json!([LISTED]));
        list["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn encoded(path: &str) -> String {
    [(" ", "%20"), ("\"", "%22"), ("[", "%5B"), ("]", "%5D")]
        .iter()
        .fold(path.to_owned(), |path, (from, to)| path.replace(from, to))
}

/// In SCIM's own form.
pub fn refused(reply: Reply, status: u16, scim_type: Option<&str>) {
    let reply = reply.is(status);
    let told = reply.json();
    assert_eq!(told["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]), "{}", reply.text);
    assert_eq!(told["status"], json!(status.to_string()), "{}", reply.text);
    assert_eq!(told["scimType"].as_str(), scim_type, "{}", reply.text);
    assert_eq!(reply.headers.get("content-type").unwrap(), "application/scim+json");
}

async fn members(house: &House, by: &Person) -> usize {
    house.get("/members", &by.access).await.is(200).json()["data"].as_array().unwrap().len()
}

both! {
    /// https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups
    async fn a_user_lives_as_entra_has_it(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let entra = Directory::of(&house, &ada, "admin").await;
        assert_eq!(entra.found("/Users?filter=userName eq \"grace@example.com\"").await, [] as [&str; 0]);
        let sent = json!({
            "schemas": [
                "urn:ietf:params:scim:schemas:core:2.0:User",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            ],
            "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef", "userName": "Grace@example.com", "active": true,
            "emails": [{ "primary": true, "type": "work", "value": "grace@example.com" }],
            "meta": { "resourceType": "User" }, "name": { "familyName": "Hopper", "givenName": "Grace" }, "roles": [],
            "title": "Rear admiral",
        });
        let made = entra.post("/Users", sent.clone()).await.is(201);
        let (id, tag) = (made.at("/id"), made.at("/meta/version"));
        let path = format!("/Users/{id}");
        assert!(made.at("/meta/location").ends_with(&format!("/scim/v2{path}")), "{}", made.text);
        assert_eq!(made.headers.get("location").unwrap().to_str().unwrap(), made.at("/meta/location"));
        assert_eq!(made.headers.get("etag").unwrap().to_str().unwrap(), tag);
        assert!(tag.starts_with("W/\"") && made.json().get("title").is_none(), "{}", made.text);
        refused(entra.post("/Users", sent).await, 409, Some("uniqueness"));
        assert_eq!(entra.get(&path).await.is(200).json(), made.json());
        for filter in ["userName eq \"GRACE@example.com\"", "externalId eq \"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef\""] {
            assert_eq!(entra.found(&format!("/Users?filter={filter}")).await, [id.as_str()], "{filter}");
        }
        // Asked in, and no member yet.
        assert_eq!(members(&house, &ada).await, 1);
        let token = house.invitations().await.pop().unwrap();

        let changed = entra.patch(&path, json!([
            { "op": "Replace", "path": "name.familyName", "value": "Murray" },
            { "op": "Add", "path": MANAGER, "value": ada.membership },
            { "op": "Add", "path": "title", "value": "left out" },
        ])).await.is(200);
        assert_eq!(changed.at("/name/familyName"), "Murray");
        assert_ne!(changed.at("/meta/version"), tag);
        assert_eq!(house.invitations().await.len(), 1, "the one that is open does");

        house.accept(&token, PASSWORD).await.is(200);
        let grace = house.enter("grace@example.com").await;
        let member = house.get(&format!("/members/{}", grace.membership), &ada.access).await.is(200);
        assert_eq!((member.at("/manager_id"), member.at("/role")), (ada.membership.clone(), "member".to_owned()));
        assert_eq!(member.at("/display_name"), "Grace", "what a person calls themselves is theirs");
        let shown = entra.get(&path).await.is(200);
        assert_eq!((shown.at("/active"), shown.at("/name/familyName")), ("true".to_owned(), "Murray".to_owned()));

        let grace_is = format!("/members/{}", grace.membership);
        house.patch(&grace_is, &ada.access, "*", json!({ "role": "admin" })).await.is(200);
        let key = house.post("/api-keys", Some(&grace.access), json!({ "name": "k" })).await.is(201).at("/secret");
        let off = entra.patch(&path, json!([{ "op": "Replace", "path": "active", "value": "False" }])).await.is(200);
        assert_eq!(off.json()["active"], json!(false));
        for credential in [&grace.access, &key] {
            house.get("/me", credential).await.problem(401, "unauthenticated");
        }
        assert_eq!(entra.found("/Users?filter=active eq false").await, [id.as_str()]);
        entra.patch(&path, json!([{ "op": "Replace", "path": "active", "value": "True" }])).await.is(200);
        for credential in [&grace.access, &key] {
            house.get("/me", credential).await.problem(401, "unauthenticated");
        }
        let grace = house.enter("grace@example.com").await;
        house.get("/me", &grace.access).await.is(200);

        assert_eq!(entra.delete(&path).await.is(204).text, "");
        house.get("/me", &grace.access).await.problem(401, "unauthenticated");
        refused(entra.get(&path).await, 404, None);
        refused(entra.delete(&path).await, 404, None);
        assert_eq!(entra.found("/Users?filter=userName eq \"grace@example.com\"").await, [] as [&str; 0]);
    }
}

both! {
    /// https://developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20
    async fn a_user_lives_as_okta_has_it(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let okta = Directory::of(&house, &ada, "admin").await;
        let user = |active: bool, family: &str| json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "test.user@okta.example",
            "name": { "givenName": "Test", "familyName": family }, "displayName": "Test User", "locale": "en-US",
            "emails": [{ "primary": true, "value": "test.user@okta.example", "type": "work" }],
            "externalId": "00ujl29u0le5T6Aj10h7", "groups": [], "password": "1mz050nq", "active": active,
        });
        let path = format!("/Users/{}", okta.user(user(true, "User")).await);
        let first = house.invitations().await.pop().unwrap();
        let replaced = okta.put(&path, user(true, "Other")).await.is(200);
        assert_eq!(replaced.at("/name/familyName"), "Other");
        assert!(replaced.json().get("password").is_none());

        okta.patch(&path, json!([{ "op": "replace", "value": { "active": false } }])).await.is(200);
        house.accept(&first, PASSWORD).await.problem(422, "users.invitation_invalid");
        okta.put(&path, user(true, "Other")).await.is(200);
        let second = house.invitations().await.pop().unwrap();
        assert_ne!(first, second);
        // Another address is where they are asked in from then on.
        let emails = json!([{ "primary": true, "value": "other@okta.example" }]);
        okta.patch(&path, json!([{ "op": "replace", "path": "emails", "value": emails }])).await.is(200);
        house.accept(&second, PASSWORD).await.problem(422, "users.invitation_invalid");
        let third = house.invitations().await.pop().unwrap();
        house.accept(&third, PASSWORD).await.is(200);
        let person = house.enter("other@okta.example").await;
        assert_eq!(person.tenant, ada.tenant);
        // Deactivated in Okta, which deletes nobody.
        okta.put(&path, user(false, "Other")).await.is(200);
        house.get("/me", &person.access).await.problem(401, "unauthenticated");
        let listed = house.get("/members?state=suspended", &ada.access).await.is(200);
        assert_eq!(listed.at("/data/0/id"), person.membership);
    }
}

both! {
    /// What its suite "Okta SCIM 2.0 SPEC Test" asks for, in its order. Its first user is one of whom the directory never spoke.
    async fn okta_finds_what_its_test_suite_asks_for(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let okta = Directory::of(&house, &ada, "admin").await;
        let first = okta.get("/Users?count=1&startIndex=1").await.is(200).json();
        assert!(first["totalResults"].is_number() && first["startIndex"].is_number() && first["itemsPerPage"].is_number());
        let whole = |user: &Value| {
            for part in ["/id", "/userName", "/name/familyName", "/name/givenName", "/emails/0/value"] {
                assert!(user.pointer(part).and_then(Value::as_str).is_some_and(|text| !text.is_empty()), "{part} {user}");
            }
            assert!(user["active"].is_boolean(), "{user}");
        };
        whole(&first["Resources"][0]);
        whole(&okta.get(&format!("/Users/{}", ada.membership)).await.is(200).json());
        let none = okta.get("/Users?filter=userName eq \"abcdefgh@example.com\"&startIndex=1&count=100").await.is(200).json();
        assert_eq!((&none["totalResults"], &none["schemas"]), (&json!(0), &json!([LISTED])));
        let unknown = okta.get("/Users/00919288-221b-7000-8000-3ab0f4b3c9a1").await;
        assert!(!unknown.at("/detail").is_empty());
        refused(unknown, 404, None);
        let sent = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "Runscope1@okta.example",
            "name": { "givenName": "Runscope", "familyName": "One" }, "displayName": "Runscope One", "active": true,
            "emails": [{ "primary": true, "value": "runscope1@okta.example", "type": "work" }],
        });
        let made = okta.post("/Users", sent.clone()).await.is(201);
        whole(&made.json());
        assert_eq!(made.json()["active"], json!(true));
        whole(&okta.get(&format!("/Users/{}", made.at("/id"))).await.is(200).json());
        refused(okta.post("/Users", sent).await, 409, Some("uniqueness"));
        let found = okta.found("/Users?filter=userName eq \"RUNSCOPE1@okta.example\"&startIndex=1&count=100").await;
        assert_eq!(found, [made.at("/id")]);
        assert_eq!(okta.found("/Groups?startIndex=1&count=100").await, [] as [&str; 0]);
    }
}

both! {
    async fn lists_are_paged_sorted_and_filtered(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let ours = Directory::of(&house, &ada, "admin").await;
        for name in ["d", "b", "c"] {
            ours.user(json!({ "userName": format!("{name}@example.com"), "name": { "familyName": name } })).await;
        }
        let page = ours.get("/Users?startIndex=2&count=2&sortBy=userName&attributes=userName").await.is(200).json();
        assert_eq!((&page["totalResults"], &page["startIndex"], &page["itemsPerPage"]), (&json!(4), &json!(2), &json!(2)));
        let names: Vec<_> = page["Resources"].as_array().unwrap().iter().map(|one| one["userName"].clone()).collect();
        assert_eq!(names, [json!("b@example.com"), json!("c@example.com")]);
        assert!(page["Resources"][0].get("meta").is_none() && page["Resources"][0].get("id").is_some());
        let last = ours.get("/Users?sortBy=userName&sortOrder=descending&count=1").await.is(200);
        assert_eq!(last.at("/Resources/0/userName"), "d@example.com");
        let none = ours.get("/Users?count=0").await.is(200).json();
        assert_eq!((&none["totalResults"], &none["Resources"]), (&json!(4), &json!([])));
        assert_eq!(ours.found("/Users?startIndex=-3&count=1").await, [ada.membership.as_str()]);
        assert_eq!(ours.found("/Users?startIndex=9").await, [] as [&str; 0]);
        let some = ours.get("/Users?filter=name.familyName eq \"B\" or userName sw \"c\"&count=1").await.is(200).json();
        assert_eq!((&some["totalResults"], &some["itemsPerPage"]), (&json!(2), &json!(1)));
        let asked = json!({ "filter": "userName ew \"@example.com\" and not (userName sw \"a\")", "attributes": ["userName"], "count": 2 });
        let searched = ours.post("/Users/.search", asked).await.is(200).json();
        assert_eq!((&searched["totalResults"], &searched["itemsPerPage"]), (&json!(3), &json!(2)));
        refused(ours.get("/Users?filter=userName xx \"a\"").await, 400, Some("invalidFilter"));
        refused(ours.get("/Users?count=many").await, 400, Some("invalidValue"));
        refused(ours.get("/Users?attributes=id&excludedAttributes=name").await, 400, Some("invalidValue"));
    }
}

both! {
    async fn the_protocol_is_kept(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let ours = Directory::of(&house, &ada, "admin").await;
        let config = ours.get("/ServiceProviderConfig").await.is(200);
        assert_eq!(config.headers.get("content-type").unwrap(), "application/scim+json");
        assert_eq!((&config.json()["patch"]["supported"], &config.json()["bulk"]["supported"]), (&json!(true), &json!(false)));
        assert_eq!(config.json()["sort"]["supported"], json!(false), "by all attributes, or it is not said");
        let types = ours.found("/ResourceTypes").await;
        assert_eq!(types, ["User", "Group"]);
        ours.get("/ResourceTypes/User").await.is(200);
        for schema in ours.found("/Schemas").await {
            assert_eq!(ours.get(&format!("/Schemas/{schema}")).await.is(200).at("/id"), schema);
        }
        refused(ours.get("/Schemas/urn:other").await, 404, None);
        refused(ours.get("/Schemas?filter=id pr").await, 403, None);

        let made = ours.post("/Users", json!({ "userName": "grace@example.com" })).await.is(201);
        let (path, tag) = (format!("/Users/{}", made.at("/id")), made.at("/meta/version"));
        ours.ask(Method::GET, &path, &[("if-none-match", &tag)], None).await.is(304);
        let body = json!({ "Operations": [{ "op": "replace", "path": "displayName", "value": "G" }] });
        ours.ask(Method::PATCH, &path, &[("if-match", &tag)], Some(body.clone())).await.is(200);
        refused(ours.ask(Method::PATCH, &path, &[("if-match", &tag)], Some(body)).await, 412, None);
        refused(ours.ask(Method::DELETE, &path, &[("if-match", &tag)], None).await, 412, None);
        ours.ask(Method::GET, &path, &[("if-none-match", &tag)], None).await.is(200);

        refused(ours.post("/Users", json!({ "not": "a user" })).await, 400, Some("invalidValue"));
        refused(ours.post("/Users", json!([])).await, 400, Some("invalidSyntax"));
        refused(ours.post("/Groups", json!({ "displayName": "n".repeat(101) })).await, 400, Some("invalidValue"));
        refused(ours.patch(&path, json!([{ "op": "replace", "path": "id", "value": "1" }])).await, 400, Some("mutability"));
        refused(ours.patch(&path, json!([{ "op": "remove" }])).await, 400, Some("noTarget"));
        let nobody = ours.patch(&path, json!([{ "op": "add", "path": MANAGER, "value": "nobody" }])).await.is(200);
        assert!(!nobody.text.contains("manager"), "{}", nobody.text);
        refused(ours.patch(&path, json!([{ "op": "remove", "path": "userName" }])).await, 400, Some("invalidValue"));
        for path in ["/Me", "/Bulk", "/.search"] {
            refused(ours.post(path, json!({})).await, 501, None);
        }
        refused(ours.get("/Nothing").await, 404, None);
        refused(ours.get("/Users/nonexistent-id").await, 404, None);
        let other = ours.ask(Method::POST, &path, &[], Some(json!({}))).await;
        assert_eq!(other.headers.get("allow").unwrap(), "GET, PUT, PATCH, DELETE");
        refused(other, 405, None);
        let plain = TestRequest::post()
            .uri("/scim/v2/Users")
            .insert_header(("authorization", format!("Bearer {}", ours.key)))
            .insert_header(("content-type", "text/plain"))
            .set_payload("{}");
        refused(house.send(plain).await, 415, None);
    }
}
