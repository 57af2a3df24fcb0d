//! How far a tenant's directory reaches over SCIM: no further than its key and its tenant, and nothing of anybody
//! else's is touched.

use crate::house::{House, PASSWORD, Reply};
use crate::scim::{Directory, refused};
use futures::future::join_all;
use serde_json::json;
use testkit::{Stage, both};
use users::Settings;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

both! {
    async fn another_name_takes_nobodys_place(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let ours = Directory::of(&house, &ada, "admin").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "member" })).await;
        let path = format!("/Users/{}", bob.membership);
        let name = |name: &str| json!([{ "op": "Replace", "path": "userName", "value": name }]);
        refused(ours.patch(&path, name("ADA@example.com")).await, 409, Some("uniqueness"));
        let awaited = format!("/Users/{}", ours.user(json!({ "userName": "grace@example.com" })).await);
        refused(ours.patch(&path, name("grace@example.com")).await, 409, Some("uniqueness"));
        for taken in ["ada@example.com", "bob@example.com"] {
            refused(ours.patch(&awaited, name(taken)).await, 409, Some("uniqueness"));
            let emails = json!([{ "op": "replace", "path": "emails", "value": [{ "value": taken }] }]);
            refused(ours.patch(&awaited, emails).await, 409, Some("uniqueness"));
        }
        assert_eq!(ours.patch(&path, name("mal@example.com")).await.is(200).at("/userName"), "mal@example.com");
        assert_eq!(house.get("/me", &bob.access).await.is(200).at("/email"), "bob@example.com");
        house.sign_in("bob@example.com", PASSWORD).await.is(200);
        // Whoever has that address is somebody else, and comes in as such.
        let mal = house.member(&ada, "mal@example.com", json!({ "role": "viewer" })).await;
        assert_ne!(mal.membership, bob.membership);
        assert_eq!(ours.get(&path).await.is(200).at("/userName"), "mal@example.com");
        ours.patch(&path, json!([{ "op": "replace", "path": "active", "value": false }])).await.is(200);
        house.get("/me", &bob.access).await.problem(401, "unauthenticated");
        house.get("/me", &mal.access).await.is(200);
    }
}

both! {
    async fn what_is_kept_of_a_person_has_bounds(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let ours = Directory::of(&house, &ada, "admin").await;
        let path = format!("/Users/{}", ours.user(json!({ "userName": "grace@example.com" })).await);
        let mut told = Vec::new();
        for round in 0..10 {
            let emails: Vec<_> = (0..100).map(|nth| json!({ "value": format!("{round}-{nth}@mail.example.com") })).collect();
            told.push(ours.patch(&path, json!([{ "op": "add", "path": "emails", "value": emails }])).await);
        }
        let last = told.pop().unwrap();
        refused(last, 400, Some("tooMany"));
        assert!(told.iter().any(|reply| reply.status == 200), "some are kept");
        ours.patch(&path, json!([{ "op": "replace", "path": "active", "value": false }])).await.is(200);
    }
}

both! {
    async fn it_goes_no_further_than_its_key_and_its_tenant(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner("ada@example.com").await, house.owner("eve@example.com").await);
        let (ours, theirs) = (Directory::of(&house, &ada, "admin").await, Directory::of(&house, &eve, "admin").await);
        let user = format!("/Users/{}", ours.user(json!({ "userName": "grace@example.com" })).await);
        let group = ours.post("/Groups", json!({ "displayName": "Night shift" })).await.is(201);
        let group = format!("/Groups/{}", group.at("/id"));
        for path in [&user, &group, &format!("/Users/{}", ada.membership)] {
            refused(theirs.get(path).await, 404, None);
            refused(theirs.put(path, json!({ "userName": "a", "displayName": "a" })).await, 404, None);
            refused(theirs.patch(path, json!([])).await, 404, None);
            refused(theirs.delete(path).await, 404, None);
        }
        assert_eq!(theirs.found("/Users").await, [eve.membership.as_str()]);
        assert_eq!(theirs.found("/Groups").await, [] as [&str; 0]);
        let grace = user.trim_start_matches("/Users/");
        let stranger = json!({ "displayName": "Day shift", "members": [{ "value": grace }] });
        let made = theirs.post("/Groups", stranger).await.is(201);
        assert!(made.json().get("members").is_none(), "{}", made.text);

        let viewer = Directory::of(&house, &ada, "viewer").await;
        refused(viewer.get("/Users").await, 403, None);
        refused(viewer.post("/Users", json!({ "userName": "x@example.com" })).await, 403, None);
        let nobody = Directory { house: &house, key: "ins_live_nobody".to_owned() };
        let unknown = nobody.get("/Users").await;
        assert!(unknown.headers.contains_key("www-authenticate"));
        refused(unknown, 401, None);
        // A key that lacks what a member may do asks nobody in.
        let scopes = json!({ "name": "narrow", "scopes": ["users.directory.provision"] });
        let key = house.post("/api-keys", Some(&ada.access), scopes).await.is(201).at("/secret");
        let narrow = Directory { house: &house, key };
        narrow.get("/Users").await.is(200);
        refused(narrow.post("/Users", json!({ "userName": "x@example.com" })).await, 403, None);
        assert_eq!(house.invitations().await.len(), 1);
        // An owner is more than an admin's key, and the last one stays.
        let owner = format!("/Users/{}", ada.membership);
        let off = json!([{ "op": "replace", "path": "active", "value": false }]);
        refused(ours.patch(&owner, off.clone()).await, 403, None);
        refused(ours.delete(&owner).await, 403, None);
        let wide = Directory::of(&house, &ada, "owner").await;
        refused(wide.patch(&owner, off).await, 409, Some("mutability"));
        refused(wide.delete(&owner).await, 409, Some("mutability"));
        house.get("/me", &ada.access).await.is(200);
    }
}

both! {
    async fn nobodys_account_is_bound_or_changed(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        let ours = Directory::of(&house, &ada, "admin").await;
        let known = ours.post("/Users", json!({ "userName": "bob@example.com", "displayName": "R" })).await.is(201);
        let unknown = ours.post("/Users", json!({ "userName": "new@example.com", "displayName": "R" })).await.is(201);
        let names = |reply: &Reply| -> Vec<String> { reply.json().as_object().unwrap().keys().cloned().collect() };
        assert_eq!(names(&known), names(&unknown), "nothing tells that the one has an account");
        let path = format!("/Users/{}", known.at("/id"));
        ours.patch(&path, json!([{ "op": "replace", "path": "active", "value": false }])).await.is(200);
        ours.delete(&path).await.is(204);
        let me = house.get("/me", &bob.access).await.is(200);
        assert_eq!((me.at("/display_name"), me.json()["tenants"].as_array().unwrap().len()), ("Ada".to_owned(), 1));
        // A member whom the directory never spoke of is found by the address, and is nobody new.
        let found = ours.found("/Users?filter=userName eq \"ada@example.com\"").await;
        assert_eq!(found, [ada.membership.as_str()]);
        refused(ours.post("/Users", json!({ "userName": "ADA@example.com" })).await, 409, Some("uniqueness"));
        let by_mail = json!({ "userName": "ada", "emails": [{ "value": "ada@example.com" }] });
        refused(ours.post("/Users", by_mail).await, 409, Some("uniqueness"));
        let own = format!("/Users/{}", ada.membership);
        let renamed = ours.patch(&own, json!([{ "op": "add", "path": "displayName", "value": "Countess" }])).await.is(200);
        assert_eq!((renamed.at("/displayName"), renamed.at("/id")), ("Countess".to_owned(), ada.membership.clone()));
        assert_eq!(house.get("/me", &ada.access).await.is(200).at("/display_name"), "Ada");
        let moved = json!([{ "op": "replace", "path": "emails", "value": [{ "value": "mal@example.com" }] }]);
        ours.patch(&own, moved).await.is(200);
        assert_eq!(house.get("/me", &ada.access).await.is(200).at("/email"), "ada@example.com");
        assert_eq!(house.invitations().await.len(), 2, "a member is not asked in");
    }
}

both! {
    async fn of_many_at_once_one_is_made(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let ours = Directory::of(&house, &ada, "admin").await;
        let user = json!({ "userName": "grace@example.com" });
        let told = join_all((0..8).map(|_| async { ours.post("/Users", user.clone()).await.status })).await;
        let of = |status: u16| told.iter().filter(|told| **told == status).count();
        assert_eq!((of(201), of(409)), (1, 7), "{told:?}");
        assert_eq!(house.invitations().await.len(), 1);
    }
}

both! {
    async fn a_directory_asks_in_no_more_than_a_tenant_may(stage: Stage) {
        let settings =
            Settings { invitation_mails_per_day: 3, max_open_invitations: 2, ..Settings::default() };
        let house = House::with_settings(stage, settings).await;
        let ada = house.owner("ada@example.com").await;
        let ours = Directory::of(&house, &ada, "admin").await;
        let ask_in = async |name: &str| ours.post("/Users", json!({ "userName": name })).await;
        let off = || json!([{ "op": "replace", "path": "active", "value": false }]);
        let grace = ask_in("grace@example.com").await.is(201).at("/id");
        let joan = ask_in("joan@example.com").await.is(201).at("/id");
        refused(ask_in("mary@example.com").await, 409, None);
        ours.patch(&format!("/Users/{grace}"), off()).await.is(200);
        ask_in("mary@example.com").await.is(201);
        ours.patch(&format!("/Users/{joan}"), off()).await.is(200);
        let told = ask_in("dora@example.com").await;
        assert_eq!(told.headers.get("retry-after").unwrap(), "86400");
        refused(told, 429, None);
        assert_eq!(ours.found("/Users?filter=userName eq \"dora@example.com\"").await, [] as [&str; 0]);
        assert_eq!(house.invitations().await.len(), 3, "what is refused sends nothing");
    }
}

both! {
    /// Some send all of a person with each change: a manager who has gone, or who reports to them.
    async fn a_manager_keeps_nobody_from_being_switched_off(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let ours = Directory::of(&house, &ada, "admin").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "member" })).await;
        let eve = house.member(&ada, "eve@example.com", json!({ "role": "member" })).await;
        let user = |name: &str, manager: &str, active: bool| json!({
            "userName": name, "active": active, ENTERPRISE: { "manager": { "value": manager } },
        });
        let (bob_is, eve_is) = (format!("/Users/{}", bob.membership), format!("/Users/{}", eve.membership));
        let reports = ours.put(&bob_is, user("bob@example.com", &eve.membership, true)).await.is(200);
        assert_eq!(reports.json()[ENTERPRISE]["manager"]["value"], json!(eve.membership));
        refused(ours.put(&eve_is, user("eve@example.com", &bob.membership, true)).await, 400, Some("invalidValue"));
        let off = ours.put(&eve_is, user("eve@example.com", &bob.membership, false)).await.is(200);
        assert_eq!((&off.json()["active"], off.json().get(ENTERPRISE)), (&json!(false), None));
        house.get("/me", &eve.access).await.problem(401, "unauthenticated");

        let off = ours.put(&bob_is, user("bob@example.com", "0a21f0f2", false)).await.is(200);
        let kept = json!(eve.membership);
        assert_eq!((&off.json()["active"], &off.json()[ENTERPRISE]["manager"]["value"]), (&json!(false), &kept));
        house.get("/me", &bob.access).await.problem(401, "unauthenticated");
    }
}
