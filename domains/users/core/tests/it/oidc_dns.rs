//! Domains that are proved by what they say in DNS, by a name server of the test's own.

use crate::house::House;
use crate::oidc::ADA;
use outbound::Outbound;
use serde_json::json;
use testkit::{Names, Stage, both};

const RECORD: &str = "_insula-challenge.example.com";

both! {
    async fn a_domain_is_proved_by_a_record_of_a_name_below_it(stage: Stage) {
        let (names, mut stage) = (Names::start(), stage);
        let settings = outbound::Settings { nameserver: Some(names.address), ..Default::default() };
        stage.outbound = Outbound::new(settings);
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner(ADA).await, house.owner("eve@neighbour.example").await);
        let domain = json!({ "domain": "Example.com" });
        let added = house.post("/domains", Some(&ada.access), domain.clone()).await.is(201);
        let theirs = house.post("/domains", Some(&eve.access), domain).await.is(201).at("/id");
        assert_eq!(added.at("/record_name"), RECORD);
        let challenge = added.at("/challenge");
        let verify = format!("/domains/{}/verify", added.at("/id"));
        let by_dns = async || house.post(&verify, Some(&ada.access), json!({ "proof": "dns" })).await;
        let unproved = async |found: &str| {
            let told = by_dns().await.problem(409, "users.domain_unproved");
            let expected = format!("looked for in the TXT records of {RECORD}: {found}.");
            assert!(told.at("/detail").contains(&expected), "{}", told.text);
        };
        unproved("there is none").await;
        // Whoever may say something of the domain itself is not always whose it is.
        names.says("example.com", &[&challenge]);
        names.says("_insula-challenge.www.example.com", &[&challenge]);
        unproved("there is none").await;
        names.says(RECORD, &["v=spf1 -all", &format!("{challenge}x"), &challenge[1..]]);
        unproved("of those there, 3 in all, none holds it").await;
        names.says(RECORD, &["v=spf1 -all", &challenge]);
        let others = house.post(&format!("/domains/{theirs}/verify"), Some(&eve.access), json!({ "proof": "dns" })).await;
        others.problem(409, "users.domain_unproved");
        house.post(&verify, Some(&ada.access), json!({ "proof": "mail" })).await.is(400);
        let verified = by_dns().await.is(200);
        names.says(RECORD, &[]);
        assert_eq!(by_dns().await.is(200).at("/verified_at"), verified.at("/verified_at"));
        house.deliver_audit().await;
        let log = house.get("/audit-entries?action=users.domain.verify", &ada.access).await.is(200);
        assert_eq!(log.json()["data"][0]["after"]["proof"], "dns", "{}", log.text);
    }
}
