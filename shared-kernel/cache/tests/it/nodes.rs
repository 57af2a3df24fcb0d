//! Several nodes on one Redis (`TEST_REDIS_URL`), and what happens when it goes away.

use crate::{Source, eventually, tenant};
use cache::{Cache, Level, Redis, Settings, Space};
use futures::StreamExt;
use std::time::{Duration, Instant};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

const LONG: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn what_one_node_loaded_the_other_need_not() {
    let Some(url) = testing_redis() else { return };
    let settings = settings();
    let one = space(&node(&url, &settings).await, Level::Shared);
    let source = Source::default();
    source.set(7);
    source.through(&one, "a").await;
    worked_off(&one, &url, &settings).await;

    let other = space(&node(&url, &settings).await, Level::Shared);
    let nothing = Source::default();
    assert_eq!(nothing.through(&other, "a").await, 7);
    assert_eq!(nothing.loads(), 0);
}

#[tokio::test]
async fn what_is_for_the_process_only_is_not_in_redis() {
    let Some(url) = testing_redis() else { return };
    let settings = settings();
    let one = space(&node(&url, &settings).await, Level::ProcessOnly);
    let source = Source::default();
    source.set(7);
    source.through(&one, "a").await;
    worked_off(&one, &url, &settings).await;

    let other = space(&node(&url, &settings).await, Level::ProcessOnly);
    let own = Source::default();
    assert_eq!(own.through(&other, "a").await, 0);
}

#[tokio::test]
async fn an_invalidation_is_seen_by_the_other_node_within_a_second() {
    let Some(url) = testing_redis() else { return };
    for level in [Level::ProcessOnly, Level::Shared] {
        let settings = settings();
        let one = space(&node(&url, &settings).await, level);
        let other = space(&node(&url, &settings).await, level);
        let source = Source::default();
        source.through(&one, "a").await;
        source.through(&other, "a").await;

        source.set(1);
        let since = Instant::now();
        one.invalidate(Some(tenant(1)), "a").await;
        assert_eq!(source.through(&one, "a").await, 1, "here at once");
        eventually("the other node sees it", async || source.through(&other, "a").await == 1).await;
        assert!(since.elapsed() < Duration::from_secs(1), "{level:?}: {:?}", since.elapsed());
    }
}

#[tokio::test]
async fn without_redis_the_process_caches_for_itself() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let cache = Cache::with_redis(&format!("redis://{nobody}"), settings()).unwrap();
    assert!(cache.check().await.is_err());
    let space = space(&cache, Level::Shared);
    let source = Source::default();
    let since = Instant::now();
    for round in 0..1000 {
        source.set(round);
        assert_eq!(source.through(&space, "a").await, round);
        assert_eq!(source.through(&space, "a").await, round);
        space.invalidate(Some(tenant(1)), "a").await;
    }
    assert_eq!(source.loads(), 1000);
    assert!(since.elapsed() < Duration::from_secs(2), "nobody waits for Redis: {:?}", since.elapsed());
    assert!(Cache::with_redis("http://example.com", settings()).is_err());
}

#[tokio::test]
async fn an_invalidation_during_an_outage_is_not_lost() {
    let Some(url) = testing_redis() else { return };
    let settings = settings();
    let proxy = Proxy::start(&url).await;
    let cut_off = node(&proxy.url, &settings).await;
    let (one, other) = (space(&cut_off, Level::Shared), space(&node(&url, &settings).await, Level::Shared));
    let source = Source::default();
    source.through(&one, "a").await;
    source.through(&other, "a").await;
    worked_off(&one, &url, &settings).await;

    proxy.open.send_replace(false);
    eventually("the node has noticed", async || !cut_off.is_joined()).await;
    assert!(cut_off.check().await.is_err());
    source.set(1);
    one.invalidate(Some(tenant(1)), "a").await;
    assert_eq!(source.through(&one, "a").await, 1);
    assert_eq!(source.through(&other, "a").await, 0, "the other node cannot know yet");

    proxy.open.send_replace(true);
    eventually("the other node knows", async || source.through(&other, "a").await == 1).await;
    assert_eq!(source.through(&one, "a").await, 1);
    let newcomer = space(&node(&url, &settings).await, Level::Shared);
    assert_eq!(source.through(&newcomer, "a").await, 1, "Redis does not give the old value");
}

#[tokio::test]
async fn a_node_that_was_away_forgets_what_it_held() {
    let Some(url) = testing_redis() else { return };
    let settings = settings();
    let proxy = Proxy::start(&url).await;
    let cut_off = node(&proxy.url, &settings).await;
    let (one, other) = (space(&cut_off, Level::Shared), space(&node(&url, &settings).await, Level::Shared));
    let source = Source::default();
    source.through(&one, "a").await;

    proxy.open.send_replace(false);
    eventually("the node has noticed", async || !cut_off.is_joined()).await;
    assert!(cut_off.check().await.is_err());
    source.set(1);
    other.invalidate(Some(tenant(1)), "a").await;
    assert_eq!(source.through(&one, "a").await, 0, "it cannot know yet");
    proxy.open.send_replace(true);
    eventually("the node knows", async || source.through(&one, "a").await == 1).await;
}

/// The Redis of the second half of the suite, where there is one.
fn testing_redis() -> Option<String> {
    std::env::var("TEST_REDIS_URL").ok()
}

/// Each test has its own namespace.
fn settings() -> Settings {
    Settings { namespace: format!("test-{}", Uuid::new_v4().simple()), ..Settings::default() }
}

fn space(cache: &Cache, level: Level) -> Space {
    cache.space("test.space", LONG, level)
}

/// A node that hears the others.
async fn node(url: &str, settings: &Settings) -> Cache {
    let cache = Cache::with_redis(url, settings.clone()).unwrap();
    eventually("the node has joined", async || cache.is_joined()).await;
    cache
}

/// Until all that the node had to tell Redis is told: its queue keeps the order.
async fn worked_off(space: &Space, url: &str, settings: &Settings) {
    let channel = format!("insula:{}:cache:notices", settings.namespace);
    let mut notices = Redis::open(url).unwrap().subscribe(&channel).await.unwrap();
    space.invalidate(None, "the last").await;
    let heard = tokio::time::timeout(Duration::from_secs(5), notices.on_message().next()).await;
    assert!(heard.unwrap().is_some());
}

/// A way to Redis that can be cut.
struct Proxy {
    url: String,
    open: watch::Sender<bool>,
    _running: JoinSet<()>,
}

impl Proxy {
    async fn start(url: &str) -> Self {
        let authority = url.split_once("://").unwrap().1.split('/').next().unwrap();
        let address = authority.rsplit('@').next().unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = url.replace(&address, &listener.local_addr().unwrap().to_string());
        let (open, is_open) = watch::channel(true);
        let mut running = JoinSet::new();
        running.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                connections.spawn(forward(client, address.clone(), is_open.clone()));
            }
        });
        Self { url, open, _running: running }
    }
}

/// Carries bytes until the proxy is cut.
async fn forward(mut client: TcpStream, address: String, mut is_open: watch::Receiver<bool>) {
    if !*is_open.borrow() {
        return;
    }
    let mut server = TcpStream::connect(address).await.unwrap();
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = is_open.wait_for(|open| !open) => {}
    }
}
