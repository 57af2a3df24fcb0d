//! Rate limits in process (GCRA): per credential and tenant, and per address for the public operations.

use crate::server::Settings;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use chrono::{DateTime, Utc};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use kernel::Problem;
use kernel::ctx::Principal;
use kernel::problem::TOO_MANY_REQUESTS;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use uuid::Uuid;

const WINDOW_S: u32 = 60;
/// How many checks may pass before full buckets are forgotten, which bounds the memory.
const SWEEP_EVERY: u32 = 16_384;

pub(crate) struct Limits {
    credential: Limiter<Uuid>,
    tenant: Limiter<Uuid>,
    public: Limiter<IpAddr>,
    refused: Limiter<IpAddr>,
}

/// Where a caller stands, for the headers of every answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    policy: &'static str,
    limit: u32,
    remaining: u32,
    retry_after: Option<Duration>,
}

impl Limits {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            credential: Limiter::new("credential", settings.credential_requests_per_minute),
            tenant: Limiter::new("tenant", settings.tenant_requests_per_minute),
            public: Limiter::new("address", settings.public_requests_per_minute),
            refused: Limiter::new("refused", settings.refused_credentials_per_minute),
        }
    }

    /// The tighter of the two limits.
    pub(crate) fn caller(&self, principal: &Principal) -> Allowance {
        let person = principal.actor.user().map(kernel::Id::uuid);
        let key = principal.credential.id.map(kernel::Id::uuid).or(person);
        let credential = self.credential.check(&key.unwrap_or_default());
        if credential.retry_after.is_some() {
            return credential;
        }
        let tenant = self.tenant.check(&principal.tenant.uuid());
        if tenant.retry_after.is_some() || tenant.remaining < credential.remaining {
            tenant
        } else {
            credential
        }
    }

    pub(crate) fn visitor(&self, address: Option<IpAddr>) -> Allowance {
        self.public.check(&network(address))
    }

    /// Somebody comes without a credential, or tries what is none.
    pub(crate) fn refused(&self, address: Option<IpAddr>) -> Allowance {
        self.refused.check(&network(address))
    }
}

impl Allowance {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        match self.retry_after {
            None => Ok(()),
            Some(after) => {
                let detail = format!("More than {} requests a minute. Wait, then go on slower.", self.limit);
                Err(Problem::new(TOO_MANY_REQUESTS, detail).with_retry_after(after))
            }
        }
    }

    pub(crate) fn write(&self, headers: &mut HeaderMap, now: DateTime<Utc>) {
        let Self { policy, limit, remaining, .. } = *self;
        let full_after_s = limit.saturating_sub(remaining).saturating_mul(WINDOW_S).div_ceil(limit);
        let reset = now.timestamp() + i64::from(full_after_s);
        let text = |text: String| HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""));
        headers.insert(HeaderName::from_static("x-ratelimit-limit"), limit.into());
        headers.insert(HeaderName::from_static("x-ratelimit-remaining"), remaining.into());
        headers.insert(HeaderName::from_static("x-ratelimit-reset"), reset.into());
        headers.insert(
            HeaderName::from_static("ratelimit"),
            text(format!("\"{policy}\";r={remaining};t={full_after_s}")),
        );
        headers.insert(
            HeaderName::from_static("ratelimit-policy"),
            text(format!("\"{policy}\";q={limit};w={WINDOW_S}")),
        );
    }
}

type Gcra<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>;

struct Limiter<K: std::hash::Hash + Eq + Clone> {
    policy: &'static str,
    limit: NonZeroU32,
    gcra: Gcra<K>,
    clock: DefaultClock,
    checks: AtomicU32,
}

impl<K: std::hash::Hash + Eq + Clone> Limiter<K> {
    fn new(policy: &'static str, limit: NonZeroU32) -> Self {
        let clock = DefaultClock::default();
        let gcra = RateLimiter::dashmap_with_clock(Quota::per_minute(limit), clock.clone()).with_middleware();
        Self { policy, limit, gcra, clock, checks: AtomicU32::new(0) }
    }

    fn check(&self, key: &K) -> Allowance {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.gcra.retain_recent();
        }
        let (policy, limit) = (self.policy, self.limit.get());
        match self.gcra.check_key(key) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                Allowance { policy, limit, remaining, retry_after: None }
            }
            Err(not_until) => {
                let retry_after = Some(not_until.wait_time_from(self.clock.now()));
                Allowance { policy, limit, remaining: 0, retry_after }
            }
        }
    }
}

/// One customer of IPv6 has a whole /64.
fn network(address: Option<IpAddr>) -> IpAddr {
    match address {
        None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        Some(IpAddr::V6(address)) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        Some(address) => address,
    }
}
