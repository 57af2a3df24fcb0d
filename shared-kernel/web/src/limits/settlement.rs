//! How nodes come to agree: each tells Redis what it admitted of the keys it was asked for, and hears what the others
//! did, in one script for many keys and never while anybody waits.
//!
//! A node says how many it has admitted in the window so far, not how many more: what is said twice, or in an answer
//! that got lost, counts once, and a Redis that forgot is told again.

use super::counters::{Counters, Own};
use super::window::{Pair, WINDOW_MS};
use cache::Redis;
use redis::{RedisError, Script};
use secrets::Secrets;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, sleep};
use uuid::Uuid;

/// With the time a script takes, half of how old the knowledge of the others can be.
const INTERVAL: Duration = Duration::from_millis(200);
const RETRY_MAX: Duration = Duration::from_secs(2);
/// So many keys keep Redis busy for about a millisecond.
const BATCH: usize = 250;
/// What is touched beyond this waits for the next round.
const ROUND_MAX: usize = 20_000;
/// A window counts until the one after it has ended.
const KEPT_MS: u64 = 2 * WINDOW_MS;
const PURPOSE: &str = "web.limits";

/// A key is one window of one counter, its fields are the nodes. `ARGV`: the node, how long to keep it, what the node
/// admitted of each. Answers what the other nodes admitted of each.
const SCRIPT: &str = "
local others = {}
for i, key in ipairs(KEYS) do
  if tonumber(ARGV[i + 2]) > 0 then
    redis.call('HSET', key, ARGV[1], ARGV[i + 2])
    redis.call('PEXPIRE', key, ARGV[2])
  end
  local sum, fields = 0, redis.call('HGETALL', key)
  for at = 1, #fields, 2 do
    if fields[at] ~= ARGV[1] then sum = sum + tonumber(fields[at + 1]) end
  end
  others[i] = sum
end
return others";

pub(crate) struct Settlement {
    redis: Redis,
    secrets: Secrets,
    script: Script,
    prefix: String,
    node: String,
}

impl Settlement {
    pub fn new(redis: &Redis, namespace: &str, secrets: &Secrets) -> Self {
        Self {
            redis: redis.clone(),
            secrets: secrets.clone(),
            script: Script::new(SCRIPT),
            prefix: format!("insula:{namespace}:limit:"),
            node: Uuid::new_v4().simple().to_string(),
        }
    }

    /// For ever. While Redis is away each node counts for itself, which is logged when it begins and when it ends.
    pub async fn run(&self, all: &[(&'static str, &Counters)]) {
        let shared = metrics::gauge!("rate_limits_shared");
        all.iter().for_each(|(_, counters)| counters.share());
        let mut beat = interval(INTERVAL);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut is_away, mut pause) = (false, INTERVAL);
        loop {
            beat.tick().await;
            match self.round(all).await {
                Ok(()) => {
                    if std::mem::take(&mut is_away) {
                        tracing::info!("Redis is back; the nodes count requests together again");
                    }
                    shared.set(1.0);
                    pause = INTERVAL;
                }
                Err(error) => {
                    if !std::mem::replace(&mut is_away, true) {
                        let cause = &error as &dyn std::error::Error;
                        tracing::warn!(cause, "Redis is away; each node limits for itself until it is back");
                    }
                    shared.set(0.0);
                    pause = (pause * 2).min(RETRY_MAX);
                    sleep(pause).await;
                }
            }
        }
    }

    /// Everything that was touched since the last one, up to a bound.
    pub async fn round(&self, all: &[(&'static str, &Counters)]) -> Result<(), RedisError> {
        for (policy, counters) in all {
            let touched = counters.collect(ROUND_MAX);
            for (done, batch) in touched.chunks(BATCH).enumerate() {
                if let Err(error) = self.settle(policy, counters, batch).await {
                    counters.give_back(&touched[done * BATCH..]);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    async fn settle(&self, policy: &str, counters: &Counters, batch: &[Own]) -> Result<(), RedisError> {
        let mut call = self.script.prepare_invoke();
        call.arg(&self.node).arg(KEPT_MS);
        for own in batch {
            call.key(self.name(policy, own.key, own.window)).arg(own.counts.current);
            call.key(self.name(policy, own.key, own.window.saturating_sub(1))).arg(own.counts.previous);
        }
        let others: Vec<u64> = call.invoke_async(&mut self.redis.manager()).await?;
        for (own, others) in batch.iter().zip(others.chunks_exact(2)) {
            let [current, previous] = [0, 1].map(|at| u32::try_from(others[at]).unwrap_or(u32::MAX));
            counters.learn(own.key, own.window, Pair { current, previous });
        }
        Ok(())
    }

    /// Hashed, so that neither addresses nor ids lie in Redis.
    fn name(&self, policy: &str, key: u128, window: u64) -> String {
        let parts: [&[u8]; 3] = [policy.as_bytes(), &key.to_be_bytes(), &window.to_be_bytes()];
        let hash = self.secrets.keyed_hash(PURPOSE, &parts);
        let (half, _) = hash.split_at(16);
        let mut name = self.prefix.clone();
        half.iter().for_each(|byte| name.push_str(&format!("{byte:02x}")));
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::window::Moment;
    use chrono::DateTime;
    use secrets::MasterKey;

    const LIMIT: u32 = 100;

    struct Node {
        settlement: Settlement,
        counters: Counters,
    }

    impl Node {
        fn new(url: &str, namespace: &str, secrets: &Secrets) -> Self {
            let redis = Redis::open(url).expect("a URL");
            let counters = Counters::new();
            counters.share();
            Self { settlement: Settlement::new(&redis, namespace, secrets), counters }
        }

        /// How many of so many are admitted.
        fn ask(&self, times: u32, second: i64) -> u32 {
            let moment = Moment::of(DateTime::from_timestamp(6_000 + second, 0).expect("a time"));
            let ask = |_: &u32| self.counters.admit(1, LIMIT, moment).retry_after.is_none();
            u32::try_from((0..times).filter(ask).count()).expect("few")
        }

        async fn settle(&self) -> Result<(), RedisError> {
            self.settlement.round(&[("test", &self.counters)]).await
        }
    }

    /// On one Redis, in an installation of their own.
    fn nodes<const N: usize>() -> Option<[Node; N]> {
        let url = std::env::var("TEST_REDIS_URL").ok().filter(|url| !url.is_empty())?;
        let (secrets, namespace) = (Secrets::new(&MasterKey::generate()), Uuid::new_v4().to_string());
        Some(std::array::from_fn(|_| Node::new(&url, &namespace, &secrets)))
    }

    #[tokio::test]
    async fn nodes_agree_once_they_have_settled() {
        let Some([a, b]) = nodes() else { return };
        assert_eq!((a.ask(60, 0), b.ask(10, 0)), (60, 10));
        for node in [&a, &b, &a] {
            node.settle().await.expect("Redis answers");
        }
        assert_eq!(b.ask(100, 1), 30);
        // Said twice, it counts once.
        b.settle().await.expect("Redis answers");
        b.counters.give_back(&[Own { key: 1, window: 100, counts: Pair { current: 40, previous: 0 } }]);
        b.settle().await.expect("Redis answers");
        assert_eq!(a.ask(1, 2), 1, "not heard of yet");
        a.settle().await.expect("Redis answers");
        assert_eq!(a.ask(100, 3), 0);
        // The window before still counts, on both nodes, and so does what was said of it late.
        for node in [&a, &b, &a] {
            assert_eq!(node.ask(1, 60), 0);
            node.settle().await.expect("Redis answers");
        }
        assert_eq!(a.ask(100, 90), 50);
        assert_eq!(a.ask(100, 240), 100);
    }

    /// Whatever the order: no more than the limit and what the other nodes admit between two settlements of theirs and
    /// two of one's own.
    #[tokio::test]
    async fn more_than_the_limit_is_admitted_only_between_settlements() {
        const TURN: u32 = 3;
        let Some(nodes) = nodes::<3>() else { return };
        let mut admitted = 0;
        for _ in 0..60 {
            for node in &nodes {
                admitted += node.ask(TURN, 5);
            }
            for node in &nodes {
                node.settle().await.expect("Redis answers");
            }
        }
        assert!((LIMIT..=LIMIT + 2 * 2 * TURN).contains(&admitted), "{admitted}");
    }

    #[tokio::test]
    async fn without_redis_each_node_limits_for_itself_and_tells_later() {
        let Some([there, here]) = nodes() else { return };
        let away = Redis::open("redis://127.0.0.1:1").expect("a URL");
        let nowhere = Settlement {
            redis: away,
            node: here.settlement.node.clone(),
            ..Settlement::new(&here.settlement.redis, "unused", &here.settlement.secrets)
        };
        assert_eq!(here.ask(70, 0), 70);
        assert!(nowhere.round(&[("test", &here.counters)]).await.is_err());
        assert_eq!(here.ask(70, 1), 30);
        assert_eq!(there.ask(5, 1), 5);
        here.settle().await.expect("Redis answers");
        there.settle().await.expect("Redis answers");
        assert_eq!(there.ask(5, 2), 0);
    }
}
