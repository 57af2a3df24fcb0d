//! Features that are on for some tenants: by what operators said of one, and by a share of all.

use crate::house::House;
use crate::platform::{Desk, etag, two};
use actix_web::http::Method;
use cache::Cache;
use kernel::ctx::{IdentityProvider, Principal};
use kernel::{Actor, Switch};
use module::{Archives, Platform};
use serde_json::json;
use std::sync::Arc;
use testkit::{Stage, both, eventually};
use users::{Deps, Settings};

const PASSKEYS: Switch = Switch { name: "users.passkeys", summary: "", share_percent: 100 };

/// On another node, which hears nothing of this one.
async fn elsewhere(house: &House) -> Arc<dyn IdentityProvider> {
    let cache = Cache::in_process(cache::Settings::default());
    let platform = Platform { cache, ..house.stage.platform("users").await };
    users::module(Settings::default(), Deps { platform, archives: Archives::default() }).identity.unwrap()
}

async fn principal(house: &House, identity: &dyn IdentityProvider, access: &str) -> Principal {
    identity.authenticate(&house.stage.visitor(), access).await.unwrap().unwrap()
}

both! {
    async fn a_feature_is_on_by_tenant_and_by_share(stage: Stage) {
        let house = House::new(stage).await;
        let desk = Desk::of(&house).await;
        let mut owners = Vec::new();
        for number in 0..6 {
            owners.push(house.owner(&format!("owner{number}@example.com")).await);
        }
        let on = || async {
            let mut all = Vec::new();
            for owner in &owners {
                all.push(principal(&house, &*house.identity, &owner.access).await.switches.is_on(&PASSKEYS));
            }
            all
        };
        let all = desk.get("/switches").await.is(200);
        assert_eq!(all.at("/switches/0/name"), "users.passkeys");
        let shares = ["/switches/0/share_percent", "/switches/0/declared_share_percent"];
        assert_eq!(two(&all, shares), ["100", "100"]);
        assert_eq!(on().await, [true; 6]);

        let one = "/switches/users.passkeys";
        let shown = desk.get(one).await.is(200);
        assert_eq!(etag(&shown), "\"0\"");
        let half = json!({ "share_percent": 50 });
        let stale = desk.with_tag(Method::PUT, one, "\"1\"", half.clone()).await;
        stale.problem(412, "version_mismatch");
        let halved = desk.with_tag(Method::PUT, one, etag(&shown), half.clone()).await.is(200);
        assert_eq!(two(&halved, ["/share_percent", "/declared_share_percent"]), ["50", "100"]);
        let stale = desk.with_tag(Method::PUT, one, "\"0\"", json!({ "share_percent": 1 })).await;
        stale.problem(412, "version_mismatch");
        let half_of: Vec<_> = owners.iter().map(|owner| PASSKEYS.includes(owner.tenant, 50)).collect();
        assert_eq!(on().await, half_of, "at once on this node");
        let same = desk.put(one, half).await.is(200);
        assert_eq!(etag(&same), etag(&halved));

        desk.put(one, json!({ "share_percent": 0 })).await.is(200);
        assert_eq!(on().await, [false; 6]);
        let of_first = format!("/tenants/{}/switches", owners[0].tenant);
        let unsaid = desk.get(&of_first).await.is(200);
        assert_eq!(two(&unsaid, ["/switches/0/state", "/switches/0/is_on"]), ["null", "false"]);
        let own = format!("{of_first}/users.passkeys");
        let said = desk.put(&own, json!({ "state": "on" })).await.is(200);
        assert_eq!(said.at("/state"), "on");
        assert_eq!(on().await, [true, false, false, false, false, false]);
        desk.put(one, json!({ "share_percent": 100 })).await.is(200);
        let off = desk.with_tag(Method::PUT, &own, etag(&said), json!({ "state": "off" })).await.is(200);
        assert_eq!(etag(&off), etag(&desk.get(&own).await.is(200)));
        assert_eq!(on().await, [false, true, true, true, true, true]);
        let there = elsewhere(&house).await;
        assert!(!principal(&house, &*there, &owners[0].access).await.switches.is_on(&PASSKEYS));
        desk.put(&own, json!({ "state": null })).await.is(200);
        assert_eq!(on().await, [true; 6]);
        eventually("it is felt on another node", || async {
            principal(&house, &*there, &owners[0].access).await.switches.is_on(&PASSKEYS).then_some(())
        })
        .await;
        let visitor = house.stage.visitor();
        let job = house.identity.resume(&visitor, owners[1].tenant, &Actor::User { id: owners[1].user }).await;
        assert!(job.unwrap().unwrap().switches.is_on(&PASSKEYS));
    }
}

both! {
    async fn a_switch_is_one_that_is_declared(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let desk = Desk::of(&house).await;
        let unknown = format!("/tenants/{}/switches/users.nothing", ada.tenant);
        for path in ["/switches/users.nothing", &unknown] {
            desk.get(path).await.problem(404, "users.switch_not_found");
        }
        desk.put("/switches/users.nothing", json!({ "share_percent": 1 })).await.problem(404, "users.switch_not_found");
        desk.put(&unknown, json!({ "state": "on" })).await.problem(404, "users.switch_not_found");
        let nowhere = format!("/tenants/{}/switches", ada.user);
        desk.get(&nowhere).await.problem(404, "users.no_such_tenant");
        let nowhere = format!("{nowhere}/users.passkeys");
        desk.get(&nowhere).await.problem(404, "users.no_such_tenant");
        desk.put(&nowhere, json!({ "state": "on" })).await.problem(404, "users.no_such_tenant");
        for share in [-1, 101] {
            let refused = desk.put("/switches/users.passkeys", json!({ "share_percent": share })).await;
            assert_eq!(refused.problem(422, "invalid").at("/errors/0/pointer"), "/share_percent");
        }
        let own = format!("/tenants/{}/switches/users.passkeys", ada.tenant);
        for body in [json!({}), json!({ "state": "perhaps" }), json!({ "state": true })] {
            desk.put(&own, body).await.is(400);
        }
        let bare = house.platform(Method::PUT, &own, Some(&desk.token), &[], Some(json!({ "state": "on" }))).await;
        bare.problem(428, "precondition_required");
    }
}

both! {
    async fn many_who_speak_of_a_switch_at_once_are_all_heard(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let desk = Desk::of(&house).await;
        let own = format!("/tenants/{}/switches/users.passkeys", ada.tenant);
        let shares = (0..8).map(|share| desk.put("/switches/users.passkeys", json!({ "share_percent": share })));
        for told in futures::future::join_all(shares).await {
            told.is(200);
        }
        let states = ["on", "off"].into_iter().cycle().take(8);
        let states = states.map(|state| desk.put(&own, json!({ "state": state })));
        for told in futures::future::join_all(states).await {
            told.is(200);
        }
    }
}
