//! A connection to Redis with a bound on every wait, for this crate and for others that need one.

use kernel::Problem;
use redis::aio::{ConnectionManager, ConnectionManagerConfig, PubSub};
use redis::{Client, RedisError, cmd};
use std::time::Duration;
use tokio::time::timeout;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const RESPONSE_TIMEOUT: Duration = Duration::from_millis(500);
const RETRIES: usize = 1;
const RETRY_DELAY_MAX: Duration = Duration::from_millis(200);

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the Redis URL is not one, it looks like redis://user:password@host:6379/0")]
    Url(#[source] RedisError),
    #[error("Redis does not answer")]
    Unavailable(#[source] RedisError),
    #[error("Redis does not answer in time")]
    Timeout,
}

impl From<RedisError> for Error {
    fn from(error: RedisError) -> Self {
        Self::Unavailable(error)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::unavailable(error)
    }
}

/// One multiplexed connection, made at its first use and again after it breaks. While Redis is away each command
/// fails after a short time.
#[derive(Clone)]
pub struct Redis {
    client: Client,
    manager: ConnectionManager,
}

/// For those who need the connection alone.
pub fn redis_manager(url: &str) -> Result<ConnectionManager, Error> {
    Redis::open(url).map(|redis| redis.manager)
}

impl Redis {
    /// Needs a Tokio runtime; does not wait for Redis.
    pub fn open(url: &str) -> Result<Self, Error> {
        let client = Client::open(url).map_err(Error::Url)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            .set_number_of_retries(RETRIES)
            .set_max_delay(RETRY_DELAY_MAX);
        let manager = client.get_connection_manager_lazy(config).map_err(Error::Url)?;
        Ok(Self { client, manager })
    }

    pub fn manager(&self) -> ConnectionManager {
        self.manager.clone()
    }

    pub async fn check(&self) -> Result<(), Error> {
        cmd("PING").exec_async(&mut self.manager()).await?;
        Ok(())
    }

    /// A connection of its own that hears one channel.
    pub async fn subscribe(&self, channel: &str) -> Result<PubSub, Error> {
        let subscribing = async {
            let mut pubsub = self.client.get_async_pubsub().await?;
            pubsub.subscribe(channel).await?;
            Ok(pubsub)
        };
        timeout(CONNECT_TIMEOUT + RESPONSE_TIMEOUT, subscribing).await.map_err(|_| Error::Timeout)?
    }
}
