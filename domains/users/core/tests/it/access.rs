//! The identity provider: who may act, now and when a job runs later.

use crate::house::{House, Person};
use kernel::Actor;
use kernel::ctx::Strength;
use kernel::id::CredentialId;
use serde_json::json;
use testkit::{Stage, both, eventually};

async fn change(house: &House, person: &Person, sql: data::TenantSql) {
    let unit = house.databases.write(&house.ctx_of(person)).await.unwrap();
    assert_eq!(unit.sql(sql).exec().await.unwrap(), 1);
    unit.commit(()).await.unwrap();
}

both! {
    async fn a_suspended_member_does_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        house.get("/me", &ada.access).await.is(200);
        let suspend = data::sql!("UPDATE memberships SET state = 'suspended' WHERE tenant_id = $1");
        change(&house, &ada, suspend).await;
        eventually("the session is refused", || async {
            (house.get("/me", &ada.access).await.status == 401).then_some(())
        })
        .await;
        let refresh = house.post("/refresh", None, json!({ "refresh_token": ada.refresh })).await;
        refresh.problem(401, "users.refresh_refused");
        house.sign_in("ada@example.com", crate::house::PASSWORD).await.problem(403, "users.no_membership");
        house.get("/me", &bob.access).await.is(200);
    }
}

both! {
    async fn a_job_acts_for_who_may_still_act(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k", "role": "viewer" })).await.is(201);
        let key_id: CredentialId = key.at("/id").parse().unwrap();
        let visitor = house.stage.visitor();
        let resume = |tenant, actor: Actor| {
            let (house, visitor) = (&house, &visitor);
            async move { house.identity.resume(visitor, tenant, &actor).await.unwrap() }
        };
        let person = Actor::User { id: ada.user };
        let by_key = Actor::ApiKey { id: key_id, owner: ada.user };

        let principal = resume(ada.tenant, person.clone()).await.expect("ada is a member");
        assert_eq!(principal.actor, person);
        assert_eq!(principal.credential.strength, Strength::Internal);
        assert!(principal.permissions.names().any(|name| name == "users.tenant.write"));
        let principal = resume(ada.tenant, by_key.clone()).await.expect("the key is good");
        assert!(!principal.permissions.names().any(|name| name == "users.tenant.write"));
        assert!(principal.permissions.names().any(|name| name == "users.tenant.read"));

        assert!(resume(bob.tenant, person.clone()).await.is_none(), "ada is no member of bob's");
        assert!(resume(bob.tenant, by_key.clone()).await.is_none());
        assert!(resume(kernel::Id::new(house.stage.clock.now()), person.clone()).await.is_none());
        house.delete(&format!("/api-keys/{key_id}"), &ada.access).await.is(204);
        assert!(resume(ada.tenant, by_key).await.is_none(), "the key is revoked");
        change(&house, &ada, data::sql!("UPDATE memberships SET state = 'removed' WHERE tenant_id = $1")).await;
        assert!(resume(ada.tenant, person).await.is_none(), "ada was removed");
    }
}

both! {
    async fn a_suspended_tenant_does_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        house.get("/me", &ada.access).await.is(200);
        let system = house.databases.system("tests").await.unwrap();
        let suspend = "UPDATE tenants SET state = 'suspended' WHERE public_id = $1";
        assert_eq!(system.execute(suspend, vec![ada.tenant.into()]).await.unwrap(), 1);
        system.commit().await.unwrap();
        eventually("the tenant's sessions are refused", || async {
            (house.get("/me", &ada.access).await.status == 401).then_some(())
        })
        .await;
        let visitor = house.stage.visitor();
        for actor in [Actor::User { id: ada.user }, Actor::System { domain: "billing".to_owned() }] {
            assert!(house.identity.resume(&visitor, ada.tenant, &actor).await.unwrap().is_none(), "{actor}");
        }
        house.get("/me", &bob.access).await.is(200);
    }
}
