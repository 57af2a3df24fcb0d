//! What is cached goes with the change that makes it untrue, and not before.

use crate::customer;
use cache::{Level, Settings};
use std::convert::Infallible;
use std::time::Duration;
use testkit::{Stage, both};

both!(
    async fn a_cached_value_is_dropped_with_the_commit(stage: Stage) {
        let databases = stage.databases("billing").await;
        let ctx = stage.tenant().ctx(&[]);
        let cache = cache::Cache::in_process(Settings::default());
        let space = cache.space("test.hot", Duration::from_secs(600), Level::Shared);
        let read = async |value: u32| -> u32 {
            let load = || async { Ok::<_, Infallible>(Some(value)) };
            let found = space.get_with(Some(ctx.tenant()), "one", load).await;
            *found.unwrap().unwrap()
        };
        assert_eq!((read(1).await, read(2).await), (1, 1));

        let mut unit = databases.write(&ctx).await.unwrap();
        customer::insert(&unit, &ctx, "Ada").await;
        unit.forget(&space, "one");
        assert_eq!(read(2).await, 1, "it is not committed yet");
        unit.commit(()).await.unwrap();
        assert_eq!(read(3).await, 3);
    }
);
