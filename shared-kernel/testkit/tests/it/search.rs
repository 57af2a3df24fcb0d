//! Search: by a part of a text, in whatever case, page by page, and never in a neighbour's rows.

use crate::customer;
use data::Databases;
use kernel::page::Order;
use kernel::{Ctx, PageRequest};
use sea_orm::ColumnTrait;
use testkit::{Stage, both};

async fn found(databases: &Databases, ctx: &Ctx, q: &str, request: PageRequest) -> Vec<String> {
    let (mut request, mut names) = (request, Vec::new());
    loop {
        let read = databases.read(ctx).await.unwrap();
        let find = read.find::<customer::Entity>().matching(&q.parse().unwrap(), [None]);
        let page = find.page(&request).await.unwrap();
        assert!(page.data.len() <= usize::from(request.limit));
        names.extend(page.data.into_iter().map(|customer| customer.name));
        match page.next_cursor {
            Some(next) => request.cursor = Some(next),
            None => return names,
        }
    }
}

/// All there is, unsearched.
async fn listed(databases: &Databases, ctx: &Ctx, request: PageRequest) -> Vec<String> {
    let (mut request, mut names) = (request, Vec::new());
    loop {
        let read = databases.read(ctx).await.unwrap();
        let page = read.find::<customer::Entity>().page(&request).await.unwrap();
        names.extend(page.data.into_iter().map(|customer| customer.name));
        match page.next_cursor {
            Some(next) => request.cursor = Some(next),
            None => return names,
        }
    }
}

async fn furnish(stage: &Stage, databases: &Databases, ctx: &Ctx, names: &[&str]) {
    let unit = databases.write(ctx).await.unwrap();
    for name in names {
        stage.clock.advance(chrono::Duration::seconds(1));
        customer::insert(&unit, ctx, name).await;
    }
    unit.commit(()).await.unwrap();
}

both!(
    async fn a_part_of_a_text_finds_it(stage: Stage) {
        let databases = stage.databases("billing").await;
        let (ctx, neighbour) = (stage.tenant().ctx(&[]), stage.tenant().ctx(&[]));
        let names = ["Alfreds Futterkiste", "Berglunds snabbköp", "100% Chai_\"Tea\"", "Chop-suey Chinese"];
        furnish(&stage, &databases, &ctx, &names).await;
        furnish(&stage, &databases, &neighbour, &["Alfreds twin"]).await;
        for (q, expected) in [
            ("ALFREDS", vec![names[0]]),
            ("futter", vec![names[0]]),
            ("SNABBKÖP", vec![names[1]]),
            ("0% c", vec![names[2]]),
            ("i_\"t", vec![names[2]]),
            ("%%%", vec![]),
            ("___", vec![]),
            ("chi", vec![names[3]]),
            ("alfreds  fut", vec![names[0]]),
            ("twin", vec![]),
        ] {
            assert_eq!(found(&databases, &ctx, q, PageRequest::default()).await, expected, "{q}");
        }
    }
);

both!(
    async fn what_is_found_comes_in_pages_and_in_order(stage: Stage) {
        let databases = stage.databases("billing").await;
        let ctx = stage.tenant().ctx(&[]);
        furnish(&stage, &databases, &ctx, &["tea 1", "tea 2", "coffee", "tea 3", "tea 4", "tea 5"]).await;
        let two = PageRequest { limit: 2, ..PageRequest::default() };
        let newest = ["tea 5", "tea 4", "tea 3", "tea 2", "tea 1"];
        assert_eq!(found(&databases, &ctx, "tea", two.clone()).await, newest);
        let oldest = PageRequest { order: Order::OldestFirst, ..two.clone() };
        assert_eq!(
            found(&databases, &ctx, "tea", oldest).await,
            ["tea 1", "tea 2", "tea 3", "tea 4", "tea 5"]
        );

        let unit = databases.write(&ctx).await.unwrap();
        let third = customer::Column::Name.eq("tea 3");
        unit.delete::<customer::Entity>().filter(third).exec().await.unwrap();
        let renamed = unit
            .update::<customer::Entity>()
            .set(customer::Column::Name, "mate")
            .set(customer::Column::SearchText, "mate")
            .filter(customer::Column::Name.eq("tea 4"));
        renamed.exec().await.unwrap();
        unit.commit(()).await.unwrap();
        assert_eq!(found(&databases, &ctx, "tea", two.clone()).await, ["tea 5", "tea 2", "tea 1"]);
        assert_eq!(found(&databases, &ctx, "mate", two.clone()).await, ["mate"]);
        let all = PageRequest { with_deleted: true, ..two };
        assert_eq!(found(&databases, &ctx, "tea", all).await, ["tea 5", "tea 3", "tea 2", "tea 1"]);
    }
);

both!(
    async fn what_very_many_have_comes_in_pages_and_in_order(stage: Stage) {
        let databases = stage.databases("billing").await;
        let (ctx, neighbour) = (stage.tenant().ctx(&[]), stage.tenant().ctx(&[]));
        for batch in 0..6 {
            stage.clock.advance(chrono::Duration::seconds(1));
            let name = |n: u32| match n {
                100 => format!("mate {batch}"),
                n => format!("tea {batch}/{n} bags"),
            };
            let unit = databases.write(&ctx).await.unwrap();
            customer::insert_all(&unit, &ctx, &(0..250).map(name).collect::<Vec<_>>()).await;
            unit.commit(()).await.unwrap();
        }
        furnish(&stage, &databases, &neighbour, &["tea 1", "coffee", "tea 2"]).await;
        for order in [Order::NewestFirst, Order::OldestFirst] {
            let request = PageRequest { limit: 90, order, ..PageRequest::default() };
            let all = listed(&databases, &ctx, request.clone()).await;
            for (q, count) in [
                ("tea", 1_494),
                ("ate", 6),
                ("tea 3/", 249),
                ("a 3/24", 11),
                ("3/24 bags", 1),
                ("nowhere", 0),
            ] {
                let expected: Vec<_> = all.iter().filter(|name| name.contains(q)).cloned().collect();
                assert_eq!(expected.len(), count, "{q}");
                assert_eq!(found(&databases, &ctx, q, request.clone()).await, expected, "{q} {order:?}");
            }
        }
        assert_eq!(found(&databases, &neighbour, "tea", PageRequest::default()).await, ["tea 2", "tea 1"]);
    }
);

both!(
    async fn what_begins_or_ends_alike_is_told_apart(stage: Stage) {
        let databases = stage.databases("billing").await;
        let ctx = stage.tenant().ctx(&[]);
        let names = ["part-0001 galvanised", "part-0002 galvanised", "part-0002 varnished"];
        furnish(&stage, &databases, &ctx, &names).await;
        for (q, expected) in [
            ("PART-0002 galvanised", vec![names[1]]),
            ("0002 galvanised", vec![names[1]]),
            ("part-0002", vec![names[2], names[1]]),
            ("galvanised", vec![names[1], names[0]]),
            ("part-0003 galvanised", vec![]),
        ] {
            assert_eq!(found(&databases, &ctx, q, PageRequest::default()).await, expected, "{q}");
        }
    }
);

both!(
    async fn a_code_is_found_by_the_whole_of_it_among_many_that_are_much_alike(stage: Stage) {
        let databases = stage.databases("billing").await;
        let ctx = stage.tenant().ctx(&[]);
        let names = [
            "part-ab12cd galvanised",
            "rest-ab12cd galvanised",
            "part-ab12cd varnished",
            "part-a%12cd galvanised",
            "part-a_12cd galvanised",
        ];
        furnish(&stage, &databases, &ctx, &names).await;
        stage.clock.advance(chrono::Duration::seconds(1));
        let unit = databases.write(&ctx).await.unwrap();
        let others: Vec<_> = (0..1_200).map(|number| format!("part-{number:06} galvanised")).collect();
        customer::insert_all(&unit, &ctx, &others).await;
        unit.commit(()).await.unwrap();
        for (q, expected) in [
            ("PART-AB12CD galvanised", vec![names[0]]),
            ("part-ab12cd", vec![names[2], names[0]]),
            ("-ab12cd gal", vec![names[1], names[0]]),
            ("rest-ab12cd galvanised", vec![names[1]]),
            ("part-a%12cd galvanised", vec![names[3]]),
            ("part-a_12cd galvanised", vec![names[4]]),
            ("part-ab12ce galvanised", vec![]),
            ("part-001199 galvanised", vec![others[1_199].as_str()]),
            ("part-000000 galvanised", vec![others[0].as_str()]),
        ] {
            assert_eq!(found(&databases, &ctx, q, PageRequest::default()).await, expected, "{q}");
        }
    }
);

both!(
    async fn a_search_is_always_a_page(stage: Stage) {
        let databases = stage.databases("billing").await;
        let read = databases.read(&stage.tenant().ctx(&[])).await.unwrap();
        let search = || read.find::<customer::Entity>().matching(&"tea".parse().unwrap(), [None]);
        assert!(search().one().await.is_err());
        assert!(search().count().await.is_err());
        assert!(search().limit(10).all().await.is_err());
    }
);
