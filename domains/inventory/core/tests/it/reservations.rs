//! Many at once for the same stock: as many succeed as there is stock for, and the others are told, and may
//! ask again.

use crate::house::{House, OWNER, Reply, call, house};
use futures::future::join_all;
use serde_json::json;
use testkit::Stage;

async fn two_of(house: &House, item: &str, key: &str) -> Reply {
    let body = json!({ "item_id": item, "quantity": "2" });
    house.send(call("POST /reservations").key(key).json(body)).await
}

/// With one key, each at once when the last is answered.
async fn refused_again_and_again(house: &House, item: &str, key: &str, (status, code): (u16, &str)) {
    for _ in 0..50 {
        two_of(house, item, key).await.refused(status, code);
    }
}

testkit::both! {
    async fn the_last_units_go_to_as_many_as_there_are(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "LAST", "5").await;
        let body = json!({ "item_id": item, "quantity": "1" });
        let racing = (0..20)
            .map(|n| house.send(call("POST /reservations").key(&format!("race-{n}")).json(body.clone())));
        let replies = join_all(racing).await;
        let count = |status: u16, code: &str| {
            replies.iter().filter(|reply| reply.outcome() == (status, code.to_owned())).count()
        };
        assert_eq!((count(201, ""), count(409, "inventory.insufficient_stock")), (5, 15));
        assert_eq!(house.stock(&item).await, ["5", "5", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn one_of_many_settles_a_reservation(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "ONE", "5").await;
        let body = json!({ "item_id": item, "quantity": "2" });
        let reservation =
            house.send(call("POST /reservations").key("r").json(body)).await.expect(201).text("id");
        let racing = (0..10).map(|n| {
            let verb = if n % 2 == 0 { "ship" } else { "release" };
            house.send(call(&format!("POST /reservations/{reservation}/{verb}")).key(&format!("s-{n}")))
        });
        let replies = join_all(racing).await;
        let settled: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
        let refused = replies
            .iter()
            .filter(|reply| reply.outcome() == (409, "inventory.reservation_settled".to_owned()));
        assert_eq!((settled.len(), refused.count()), (1, 9));
        let left = if settled[0].text("status") == "shipped" { "3" } else { "5" };
        assert_eq!(house.stock(&item).await, [left, "0", left]);
        house.verify().await;
    }
}

testkit::both! {
    async fn receipts_and_shipments_at_once_leave_no_gap(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "BUSY", "1").await;
        let racing = (0..24).map(|n| {
            let key = format!("b-{n}");
            if n % 2 == 0 {
                house.send(
                    call(&format!("POST /items/{item}/receipts"))
                        .key(&key)
                        .json(json!({ "quantity": "0.5" })),
                )
            } else {
                let body = json!({ "item_id": item, "quantity": "0.25" });
                house.send(call("POST /reservations").key(&key).json(body))
            }
        });
        let replies = join_all(racing).await;
        assert!(replies.iter().all(|reply| matches!(reply.status, 201 | 409)), "{replies:?}");
        let movements = house.get(&format!("/movements?item_id={item}&limit=100")).await.json();
        let mut sequences: Vec<_> = movements["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["sequence"].as_i64().unwrap())
            .collect();
        sequences.sort_unstable();
        assert_eq!(sequences, (1..=13).collect::<Vec<_>>());
        assert_eq!(house.stock(&item).await[0], "7");
        house.verify().await;
    }
}

testkit::both! {
    async fn a_refused_request_gives_its_key_back_before_it_is_answered(stage: Stage) {
        let house = house(stage).await;
        let (item, unknown) = (house.item(OWNER, "FEW", "1").await, uuid::Uuid::new_v4().to_string());
        let (short, invalid) = ((409, "inventory.insufficient_stock"), (422, "invalid"));
        // Beside each other, so that to roll back takes a while.
        let asked = [
            (&item, "a", short),
            (&item, "b", short),
            (&unknown, "c", invalid),
            (&unknown, "d", invalid),
            (&unknown, "e", invalid),
            (&unknown, "f", invalid),
        ];
        join_all(asked.map(|(item, key, told)| refused_again_and_again(&house, item, key, told))).await;
        house.receive(&item, json!({ "quantity": "1" })).await.expect(201);
        two_of(&house, &item, "a").await.expect(201);
        two_of(&house, &item, "b").await.refused(409, "inventory.insufficient_stock");
        house.verify().await;
    }
}
