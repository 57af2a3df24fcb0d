//! The level in Redis, and what keeps the nodes' own levels true: each invalidation deletes the shared entry and is
//! published to all nodes, from a bounded queue.
//!
//! Shared keys carry a generation. Whoever could not deliver an invalidation (the queue was full, Redis was away)
//! uses Redis again only after it has begun a new generation and told the others, so that no lost invalidation
//! outlives the outage. Whoever was away forgets all it holds when it comes back.

use crate::Redis;
use crate::local::{Key, Local, Stamp};
use futures::{FutureExt, StreamExt};
use redis::aio::{ConnectionManager, PubSub};
use redis::{Msg, RedisError, Value, pipe};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use uuid::Uuid;

const QUEUE_MAX: usize = 4096;
const BATCH_MAX: usize = 64;
const VALUE_MAX_BYTES: usize = 1024 * 1024;
const RETRY_MIN: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(5);
/// A silent connection is asked whether it is still there.
const PING_INTERVAL: Duration = Duration::from_secs(5);
const PING_TIMEOUT: Duration = Duration::from_secs(1);

pub struct Remote {
    link: Arc<Link>,
    queue: mpsc::Sender<Work>,
    tasks: [JoinHandle<()>; 2],
}

enum Work {
    Invalidate(Key),
    Store { key: Key, json: Vec<u8>, ttl: Duration, stamp: Stamp },
}

#[derive(Serialize, Deserialize)]
struct Notice {
    node: Uuid,
    #[serde(flatten)]
    what: What,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum What {
    Invalidated { key: String },
    NewGeneration { generation: Uuid },
}

/// What the handle and its two tasks share.
struct Link {
    redis: Redis,
    local: Arc<Local>,
    node: Uuid,
    prefix: String,
    channel: String,
    generation: Mutex<Uuid>,
    /// Invalidations on their way: for these keys Redis may still hold the old value.
    pending: Mutex<HashMap<Key, usize>>,
    /// Subscribed, so that nothing is missed.
    up: AtomicBool,
    /// An invalidation was not delivered.
    lost: AtomicBool,
    broken: Notify,
}

impl Remote {
    pub fn start(redis: &Redis, local: Arc<Local>, namespace: &str) -> Self {
        let link = Arc::new(Link {
            redis: redis.clone(),
            local,
            node: Uuid::new_v4(),
            prefix: format!("insula:{namespace}:cache"),
            channel: format!("insula:{namespace}:cache:notices"),
            generation: Mutex::new(Uuid::nil()),
            pending: Mutex::default(),
            up: AtomicBool::new(false),
            lost: AtomicBool::new(false),
            broken: Notify::new(),
        });
        let (queue, works) = mpsc::channel(QUEUE_MAX);
        let tasks = [
            tokio::spawn(stay_subscribed(Arc::clone(&link))),
            tokio::spawn(work_off(Arc::clone(&link), works)),
        ];
        Self { link, queue, tasks }
    }

    pub fn is_usable(&self) -> bool {
        self.link.is_usable()
    }

    /// The value and how long it is still good.
    pub async fn get(&self, key: &Key) -> Option<(Vec<u8>, Duration)> {
        if !self.link.is_usable() || locked(&self.link.pending).contains_key(key) {
            return None;
        }
        let name = self.link.name(key);
        let asked: Result<(Option<Vec<u8>>, i64), _> =
            pipe().get(&name).pttl(&name).query_async(&mut self.link.redis.manager()).await;
        match asked {
            Ok((json, left_ms)) => json.zip(u64::try_from(left_ms).ok().map(Duration::from_millis)),
            Err(error) => {
                self.link.failed(&error);
                None
            }
        }
    }

    /// A full queue only means that it is not stored.
    pub fn store(&self, key: &Key, json: Vec<u8>, ttl: Duration, stamp: Stamp) {
        if self.link.is_usable() && json.len() <= VALUE_MAX_BYTES {
            let _ = self.queue.try_send(Work::Store { key: Arc::clone(key), json, ttl, stamp });
        }
    }

    pub fn invalidate(&self, key: Key) {
        self.link.begin(&key);
        if self.queue.try_send(Work::Invalidate(Arc::clone(&key))).is_err() {
            self.link.lose();
            self.link.end(&key);
        }
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Link {
    fn is_usable(&self) -> bool {
        self.up.load(Ordering::SeqCst) && !self.lost.load(Ordering::SeqCst)
    }

    fn name(&self, key: &str) -> String {
        format!("{}:{}:{key}", self.prefix, locked(&self.generation).simple())
    }

    fn begin(&self, key: &Key) {
        *locked(&self.pending).entry(Arc::clone(key)).or_default() += 1;
    }

    fn end(&self, key: &Key) {
        let mut pending = locked(&self.pending);
        if let Some(count) = pending.get_mut(key) {
            *count -= 1;
            if *count == 0 {
                pending.remove(key);
            }
        }
    }

    fn lose(&self) {
        self.lost.store(true, Ordering::SeqCst);
        self.broke();
    }

    fn broke(&self) {
        self.up.store(false, Ordering::SeqCst);
        self.broken.notify_one();
    }

    /// An answer that says no (out of memory, say) leaves the connection as it is.
    fn failed(&self, error: &RedisError) {
        if error.is_io_error() {
            self.broke();
        }
    }

    fn notice(&self, what: What) -> Vec<u8> {
        serde_json::to_vec(&Notice { node: self.node, what }).unwrap_or_default()
    }

    async fn receive(&self, message: &Msg) {
        let Ok(Notice { node, what }) = serde_json::from_slice(message.get_payload_bytes()) else {
            return;
        };
        match what {
            _ if node == self.node => {}
            What::Invalidated { key } => self.local.invalidate(&key).await,
            What::NewGeneration { generation } => {
                *locked(&self.generation) = generation;
                self.local.flush();
            }
        }
    }
}

/// Runs for the life of the cache: an outage is logged when it begins and when it ends.
async fn stay_subscribed(link: Arc<Link>) {
    let mut away = false;
    let mut retry = RETRY_MIN;
    loop {
        match subscribe(&link).await {
            Ok(pubsub) => {
                if std::mem::take(&mut away) {
                    tracing::info!("Redis is back; the cache uses it again");
                }
                let since = Instant::now();
                listen(&link, pubsub).await;
                link.up.store(false, Ordering::SeqCst);
                retry = if since.elapsed() > RETRY_MAX { RETRY_MIN } else { (retry * 2).min(RETRY_MAX) };
            }
            Err(error) => {
                if !std::mem::replace(&mut away, true) {
                    let cause = &error as &dyn std::error::Error;
                    tracing::warn!(cause, "Redis is away; each process caches for itself until it is back");
                }
                retry = (retry * 2).min(RETRY_MAX);
            }
        }
        sleep(link.local.jittered(retry)).await;
    }
}

/// First subscribes, then forgets what it may have missed, then uses Redis again.
async fn subscribe(link: &Link) -> Result<PubSub, crate::Error> {
    let pubsub = link.redis.subscribe(&link.channel).await?;
    // What was said of the connection before this one; a loss after this line is heard by `listen`.
    let _ = link.broken.notified().now_or_never();
    let lost = link.lost.swap(false, Ordering::SeqCst);
    let joined = join_generation(link, lost, &mut link.redis.manager()).await;
    match joined {
        Ok(generation) => *locked(&link.generation) = generation,
        Err(error) => {
            link.lost.fetch_or(lost, Ordering::SeqCst);
            return Err(error);
        }
    }
    link.local.flush();
    link.up.store(true, Ordering::SeqCst);
    Ok(pubsub)
}

async fn join_generation(
    link: &Link,
    begin_new: bool,
    manager: &mut ConnectionManager,
) -> Result<Uuid, crate::Error> {
    let name = format!("{}:generation", link.prefix);
    let new = Uuid::new_v4();
    let mut commands = pipe();
    if begin_new {
        let notice = link.notice(What::NewGeneration { generation: new });
        commands.set(&name, new.to_string()).ignore().publish(&link.channel, notice).ignore();
    } else {
        commands.set_nx(&name, new.to_string()).ignore();
    }
    let (found,): (String,) = commands.get(&name).query_async(manager).await?;
    // Anything else than a generation under this name is not ours: then the caches simply do not meet.
    Ok(found.parse().unwrap_or(new))
}

async fn listen(link: &Link, pubsub: PubSub) {
    let (mut sink, mut messages) = pubsub.split();
    let mut pings = interval(PING_INTERVAL);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            message = messages.next() => match message {
                Some(message) => link.receive(&message).await,
                None => return,
            },
            () = link.broken.notified() => return,
            _ = pings.tick() => match timeout(PING_TIMEOUT, sink.ping::<Value>()).await {
                Ok(Ok(_)) => {}
                _ => return,
            },
        }
    }
}

async fn work_off(link: Arc<Link>, mut works: mpsc::Receiver<Work>) {
    let mut manager = link.redis.manager();
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while works.recv_many(&mut batch, BATCH_MAX).await > 0 {
        let invalidated: Vec<Key> = batch
            .iter()
            .filter_map(|work| match work {
                Work::Invalidate(key) => Some(Arc::clone(key)),
                Work::Store { .. } => None,
            })
            .collect();
        let sent = link.up.load(Ordering::SeqCst) && send(&link, &batch, &mut manager).await;
        if !sent && !invalidated.is_empty() {
            link.lose();
        }
        for key in &invalidated {
            link.end(key);
        }
        batch.clear();
    }
}

async fn send(link: &Link, batch: &[Work], manager: &mut ConnectionManager) -> bool {
    let mut commands = pipe();
    for work in batch {
        match work {
            Work::Invalidate(key) => {
                let notice = link.notice(What::Invalidated { key: key.to_string() });
                commands.del(link.name(key)).ignore().publish(&link.channel, notice).ignore();
            }
            Work::Store { key, json, ttl, stamp } if link.local.is_current(*stamp) => {
                let ttl_ms = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1);
                commands.pset_ex(link.name(key), json, ttl_ms).ignore();
            }
            Work::Store { .. } => {}
        }
    }
    commands.exec_async(manager).await.inspect_err(|error| link.failed(error)).is_ok()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
