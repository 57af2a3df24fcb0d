//! Lists: bounded, in the order that was asked for, stable while rows come in.

use crate::customer;
use data::Databases;
use kernel::page::{Created, Order};
use kernel::{Ctx, PageRequest};
use sea_orm::FromQueryResult;
use testkit::{Stage, both};

/// Seven customers, several of one instant: the id decides among them.
async fn furnish(stage: &Stage, databases: &Databases, ctx: &Ctx) {
    let unit = databases.write(ctx).await.unwrap();
    for number in 0..7 {
        if number % 3 == 0 {
            stage.clock.advance(chrono::Duration::seconds(1));
        }
        customer::insert(&unit, ctx, &format!("customer {number}")).await;
    }
    unit.commit(()).await.unwrap();
}

fn names(numbers: impl Iterator<Item = u32>) -> Vec<String> {
    numbers.map(|number| format!("customer {number}")).collect()
}

async fn all(databases: &Databases, ctx: &Ctx, request: PageRequest) -> Vec<String> {
    let (mut request, mut seen) = (request, Vec::new());
    loop {
        let read = databases.read(ctx).await.unwrap();
        let page = read.find::<customer::Entity>().page(&request).await.unwrap();
        assert!(page.data.len() <= usize::from(request.limit));
        seen.extend(page.data.into_iter().map(|customer| customer.name));
        match page.next_cursor {
            Some(next) => request.cursor = Some(next),
            None => return seen,
        }
    }
}

both!(
    async fn pages_join_without_gap_or_repeat(stage: Stage) {
        let databases = stage.databases("billing").await;
        let ctx = stage.tenant().ctx(&[]);
        furnish(&stage, &databases, &ctx).await;
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let read = databases.read(&ctx).await.unwrap();
            let request = PageRequest { limit: 3, cursor: cursor.take(), ..PageRequest::default() };
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
        assert_eq!(seen, names((0..7).rev()));
    }
);

both!(
    async fn the_oldest_come_first_where_that_is_asked_for(stage: Stage) {
        let databases = stage.databases("billing").await;
        let ctx = stage.tenant().ctx(&[]);
        furnish(&stage, &databases, &ctx).await;
        let request = PageRequest { limit: 2, order: Order::OldestFirst, ..PageRequest::default() };
        assert_eq!(all(&databases, &ctx, request).await, names(0..7));
    }
);

both!(
    async fn a_range_begins_at_its_start_and_ends_before_its_end(stage: Stage) {
        let databases = stage.databases("billing").await;
        let ctx = stage.tenant().ctx(&[]);
        let start = stage.clock.now();
        furnish(&stage, &databases, &ctx).await;
        let second = |number| Some(start + chrono::Duration::seconds(number));
        for (from, until, expected) in [
            (second(2), None, 3..7),
            (None, second(3), 0..6),
            (second(2), second(3), 3..6),
            (second(4), None, 0..0),
        ] {
            for order in [Order::OldestFirst, Order::NewestFirst] {
                let created_at = Created { from, until };
                let request = PageRequest { limit: 2, order, created_at, ..PageRequest::default() };
                let mut found = all(&databases, &ctx, request).await;
                found.sort();
                assert_eq!(found, names(expected.clone()), "{from:?} to {until:?}");
            }
        }
    }
);

both!(
    async fn what_is_deleted_is_out_of_sight_until_it_is_restored(stage: Stage) {
        use sea_orm::ColumnTrait;
        let databases = stage.databases("billing").await;
        let ctx = stage.tenant().ctx(&[]);
        furnish(&stage, &databases, &ctx).await;
        let third = customer::Column::Name.eq("customer 3");
        let unit = databases.write(&ctx).await.unwrap();
        assert_eq!(unit.delete::<customer::Entity>().filter(third.clone()).exec().await.unwrap(), 1);
        assert_eq!(unit.delete::<customer::Entity>().filter(third.clone()).exec().await.unwrap(), 0);
        unit.commit(()).await.unwrap();
        let plain = PageRequest::default();
        let whole = PageRequest { with_deleted: true, ..plain.clone() };
        assert_eq!(all(&databases, &ctx, plain.clone()).await.len(), 6);
        assert_eq!(all(&databases, &ctx, whole).await, names((0..7).rev()));

        let unit = databases.write(&ctx).await.unwrap();
        let restored = unit.restore::<customer::Entity>().filter(third.clone()).returning().await.unwrap();
        assert_eq!((restored.len(), restored[0].version, restored[0].deleted_at), (1, 3, None));
        assert_eq!(unit.restore::<customer::Entity>().filter(third).exec().await.unwrap(), 0);
        unit.commit(()).await.unwrap();
        assert_eq!(all(&databases, &ctx, plain).await, names((0..7).rev()));
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

#[derive(Debug, PartialEq, FromQueryResult)]
struct Sum {
    name: String,
    versions: i64,
}

both!(
    async fn a_sum_is_of_the_rows_that_agree(stage: Stage) {
        use customer::Column::{Name, Version};
        use sea_orm::ColumnTrait;
        let databases = stage.databases("billing").await;
        let (ctx, neighbour) = (stage.tenant().ctx(&[]), stage.tenant().ctx(&[]));
        for who in [&ctx, &neighbour] {
            let unit = databases.write(who).await.unwrap();
            customer::insert_all(&unit, who, &["tea", "rum", "tea"].map(str::to_owned)).await;
            unit.commit(()).await.unwrap();
        }
        let unit = databases.write(&ctx).await.unwrap();
        assert_eq!(unit.delete::<customer::Entity>().filter(Name.eq("rum")).exec().await.unwrap(), 1);
        unit.commit(()).await.unwrap();
        let read = databases.read(&ctx).await.unwrap();
        let customers = || read.find::<customer::Entity>();
        let sums: Vec<Sum> = customers().limit(10).sums((Version, "versions"), [Name]).await.unwrap();
        assert_eq!(sums, [Sum { name: "tea".to_owned(), versions: 2 }]);
        assert!(customers().sums::<Sum, 1>((Version, "versions"), [Name]).await.is_err());
    }
);
