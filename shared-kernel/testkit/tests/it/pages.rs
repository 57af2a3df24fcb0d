//! Lists: bounded, newest first, stable while rows come in.

use crate::customer;
use kernel::PageRequest;
use testkit::{Stage, both};

both!(
    async fn pages_join_without_gap_or_repeat(stage: Stage) {
        let databases = stage.databases("billing").await;
        let ctx = stage.tenant().ctx(&[]);
        let unit = databases.write(&ctx).await.unwrap();
        for number in 0..7 {
            // Several of one instant: the id decides.
            if number % 3 == 0 {
                stage.clock.advance(chrono::Duration::seconds(1));
            }
            customer::insert(&unit, &ctx, &format!("customer {number}")).await;
        }
        unit.commit(()).await.unwrap();

        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let read = databases.read(&ctx).await.unwrap();
            let request = PageRequest { limit: 3, cursor: cursor.take() };
            let page = read.find::<customer::Entity>().page(&request).await.unwrap();
            assert!(page.data.len() <= 3);
            seen.extend(page.data.into_iter().map(|customer| customer.name));
            drop(read);
            // A row that comes in meanwhile is newer than every page still to come.
            let unit = databases.write(&ctx).await.unwrap();
            customer::insert(&unit, &ctx, "late").await;
            unit.commit(()).await.unwrap();
            match page.next_cursor {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        let expected: Vec<String> = (0..7).rev().map(|number| format!("customer {number}")).collect();
        assert_eq!(seen, expected);
    }
);

both!(
    async fn a_list_without_a_limit_is_refused(stage: Stage) {
        let databases = stage.databases("billing").await;
        let read = databases.read(&stage.tenant().ctx(&[])).await.unwrap();
        assert!(read.find::<customer::Entity>().all().await.is_err());
        assert!(read.find::<customer::Entity>().limit(10).all().await.is_ok());
    }
);
