//! The level of the process.

use crate::{Source, eventually, tenant};
use cache::{Cache, Level, Settings};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Barrier, oneshot};

const LONG: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_hundred_who_ask_at_once_cost_one_load() {
    let space = small().space("test.single", LONG, Level::ProcessOnly);
    let source = Source::default();
    source.set(7);
    let together = Arc::new(Barrier::new(100));
    let asking = (0..100).map(|_| {
        let (space, source, together) = (space.clone(), source.clone(), Arc::clone(&together));
        tokio::spawn(async move {
            together.wait().await;
            source.through(&space, "a").await
        })
    });
    for answer in futures::future::join_all(asking).await {
        assert_eq!(answer.unwrap(), 7);
    }
    assert_eq!(source.loads(), 1);
}

#[tokio::test]
async fn an_entry_ends_with_its_ttl() {
    let space = small().space("test.ttl", Duration::from_millis(50), Level::Shared);
    let source = Source::default();
    assert_eq!(source.through(&space, "a").await, 0);
    source.set(1);
    eventually("the entry has ended", async || source.through(&space, "a").await == 1).await;
}

#[tokio::test]
async fn an_invalidated_entry_is_loaded_again_and_its_neighbours_are_not() {
    let cache = small();
    let space = cache.space("test.invalidate", LONG, Level::Shared);
    let other_space = cache.space("test.other", LONG, Level::Shared);
    let source = Source::default();
    for (space, key) in [(&space, "a"), (&space, "b"), (&other_space, "a")] {
        source.through(space, key).await;
    }
    source.set(1);
    space.invalidate(Some(tenant(1)), "a").await;
    space.invalidate(Some(tenant(2)), "b").await;
    space.invalidate(None, "b").await;
    assert_eq!(source.through(&space, "a").await, 1);
    assert_eq!(source.through(&space, "b").await, 0);
    assert_eq!(source.through(&other_space, "a").await, 0);
    assert_eq!(source.loads(), 4);
}

#[tokio::test]
async fn a_value_older_than_an_invalidation_is_neither_kept_nor_given_to_those_who_asked_after_it() {
    let space = small().space("test.race", LONG, Level::ProcessOnly);
    let (release, released) = oneshot::channel::<()>();
    let (begun, has_begun) = oneshot::channel::<()>();
    let early = tokio::spawn({
        let space = space.clone();
        async move {
            let load = async move || {
                begun.send(()).unwrap();
                released.await.map(|()| Some("old".to_owned()))
            };
            space.get_with(None, "a", load).await.unwrap()
        }
    });
    has_begun.await.unwrap();
    space.invalidate(None, "a").await;
    let load_new = async || Ok::<_, ()>(Some("new".to_owned()));
    let late = tokio::spawn({
        let space = space.clone();
        async move { space.get_with(None, "a", load_new).await.unwrap() }
    });
    tokio::task::yield_now().await;
    release.send(()).unwrap();
    assert_eq!(*early.await.unwrap().unwrap(), "old");
    assert_eq!(*late.await.unwrap().unwrap(), "new");
    assert_eq!(*space.get_with(None, "a", load_new).await.unwrap().unwrap(), "new");
}

#[tokio::test]
async fn neither_absence_nor_failure_is_kept() {
    let space = small().space("test.absent", LONG, Level::ProcessOnly);
    assert_eq!(space.get_with::<u32, &str, _, _>(None, "a", async || Ok(None)).await, Ok(None));
    assert_eq!(space.get_with::<u32, _, _, _>(None, "a", async || Err("broken")).await, Err("broken"));
    let value = space.get_with::<_, &str, _, _>(None, "a", async || Ok(Some(1))).await;
    assert_eq!(value, Ok(Some(Arc::new(1))));
    let kept = space.get_with(None, "a", async || Err::<Option<i32>, _>("not asked")).await;
    assert_eq!(kept, Ok(Some(Arc::new(1))));
}

#[tokio::test]
async fn those_who_waited_for_a_load_that_failed_load_for_themselves() {
    let space = small().space("test.failure", LONG, Level::ProcessOnly);
    let loads = AtomicU32::new(0);
    let load = async || {
        let number = loads.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        if number == 0 { Err("the first breaks") } else { Ok(Some(number)) }
    };
    let (first, second) = tokio::join!(space.get_with(None, "a", load), space.get_with(None, "a", load));
    assert_eq!(first, Err("the first breaks"));
    assert_eq!(second, Ok(Some(Arc::new(1))));
}

#[tokio::test]
async fn a_space_used_with_two_types_gives_each_its_own() {
    let space = small().space("test.types", LONG, Level::ProcessOnly);
    let number = space.get_with(None, "a", async || Ok::<_, ()>(Some(1_u8))).await;
    assert_eq!(number, Ok(Some(Arc::new(1))));
    let text = space.get_with(None, "a", async || Ok::<_, ()>(Some("one".to_owned()))).await;
    assert_eq!(text, Ok(Some(Arc::new("one".to_owned()))));
}

#[tokio::test]
async fn the_bytes_kept_are_bounded_and_what_is_left_out_is_counted() {
    let evictions = Evictions::default();
    let _here = metrics::set_default_local_recorder(&evictions);
    let cache = small();
    let space = cache.space("test.bound", LONG, Level::ProcessOnly);
    for number in 0..100 {
        let load = async || Ok::<_, ()>(Some("x".repeat(1000)));
        space.get_with(None, &number.to_string(), load).await.unwrap();
    }
    let bytes = cache.bytes().await;
    assert!((5_000..=10_000).contains(&bytes), "{bytes}");
    // Each has more than a thousand bytes, and less than two.
    let left_out = evictions.of("test.bound");
    assert!((91..98).contains(&left_out), "{left_out} of 100, with {bytes} bytes kept");

    // Only what there was no room for.
    for number in 0..100 {
        space.invalidate(None, &number.to_string()).await;
    }
    assert_eq!((cache.bytes().await, evictions.of("test.bound")), (0, left_out));
    let brief = cache.space("test.brief", Duration::from_millis(1), Level::ProcessOnly);
    let source = Source::default();
    source.through(&brief, "a").await;
    source.set(1);
    eventually("its time is over", async || source.through(&brief, "a").await == 1).await;
    cache.bytes().await;
    assert_eq!(evictions.of("test.brief"), 0);
}

/// The figure of that name, by space.
#[derive(Default)]
struct Evictions(Mutex<HashMap<String, Arc<AtomicU64>>>);

impl Evictions {
    fn of(&self, space: &str) -> u64 {
        self.0.lock().unwrap().get(space).map_or(0, |count| count.load(Ordering::SeqCst))
    }
}

impl Recorder for Evictions {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let space = key.labels().find(|label| label.key() == "space");
        match space.filter(|_| key.name() == "cache_evictions_total") {
            Some(space) => {
                let mut counts = self.0.lock().unwrap();
                Counter::from_arc(Arc::clone(counts.entry(space.value().to_owned()).or_default()))
            }
            None => Counter::noop(),
        }
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

fn small() -> Cache {
    Cache::in_process(Settings { max_bytes: 10_000, ..Settings::default() })
}
