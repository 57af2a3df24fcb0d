//! Rate limits: per credential and tenant, and per address and account for the public operations. Each check is made in
//! process, without waiting; where the nodes have a Redis they tell each other beside it what they admitted.

mod counters;
mod settlement;
mod window;

use crate::server::Settings;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use cache::Redis;
use chrono::{DateTime, Utc};
use counters::Counters;
use kernel::ctx::Principal;
use kernel::problem::TOO_MANY_REQUESTS;
use kernel::{Problem, Visitor};
use secrets::Secrets;
use settlement::Settlement;
use std::net::IpAddr;
use std::num::NonZeroU32;
use window::{Moment, Verdict, WINDOW_MS};

pub(crate) struct Limits {
    credential: Limiter,
    tenant: Limiter,
    public: Limiter,
    account: Limiter,
    refused: Limiter,
}

/// Where a caller stands, for the headers of every answer but those that may be cached publicly (`openapi.json`,
/// `/problems/*`): a cache would show them to others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    policy: &'static str,
    counted: &'static str,
    limit: u32,
    verdict: Verdict,
}

impl Limits {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            credential: Limiter::new("credential", settings.credential_requests_per_minute),
            tenant: Limiter::new("tenant", settings.tenant_requests_per_minute),
            public: Limiter::new("address", settings.public_requests_per_minute),
            account: Limiter {
                counted: "tries a minute on this account",
                ..Limiter::new("account", settings.tries_per_minute_per_account)
            },
            refused: Limiter::new("refused", settings.refused_credentials_per_minute),
        }
    }

    /// The tighter of the two limits. What either refuses uses up neither.
    pub(crate) fn caller(&self, principal: &Principal, now: DateTime<Utc>) -> Allowance {
        let person = principal.actor.user().map(kernel::Id::uuid);
        let key = principal.credential.id.map(kernel::Id::uuid).or(person);
        let (key, tenant) = (key.unwrap_or_default().as_u128(), principal.tenant.uuid().as_u128());
        let limit = principal.tenant_requests_per_minute.unwrap_or(self.tenant.limit);
        let expected = self.tenant.peek_within(tenant, limit, now);
        if expected.is_over() {
            return expected;
        }
        let credential = self.credential.check(key, now);
        if credential.is_over() {
            return credential;
        }
        let tenant = self.tenant.check_within(tenant, limit, now);
        if tenant.is_over() || tenant.verdict.remaining < credential.verdict.remaining {
            tenant
        } else {
            credential
        }
    }

    pub(crate) fn visitor(&self, visitor: &Visitor) -> Allowance {
        self.public.check(network(visitor), visitor.now())
    }

    /// Something is tried on an account, mostly from one network.
    pub(crate) fn account(&self, key: u128, now: DateTime<Utc>) -> Allowance {
        self.account.check(key, now)
    }

    /// Where somebody stands whose request is for no operation; nothing is counted.
    pub(crate) fn standing(&self, visitor: &Visitor) -> Allowance {
        self.public.peek(network(visitor), visitor.now())
    }

    /// Somebody comes without a credential, or tries what is none.
    pub(crate) fn refused(&self, visitor: &Visitor) -> Allowance {
        self.refused.check(network(visitor), visitor.now())
    }

    /// Where somebody stands who may be about to try what is none; nothing is counted.
    pub(crate) fn may_be_refused(&self, visitor: &Visitor) -> Allowance {
        self.refused.peek(network(visitor), visitor.now())
    }

    /// For ever: tells the other nodes what was admitted here, and hears what was admitted there.
    pub(crate) async fn settle(&self, redis: &Redis, namespace: &str, secrets: &Secrets) {
        let all = [&self.credential, &self.tenant, &self.public, &self.account, &self.refused];
        let all = all.map(|limiter| (limiter.policy, &limiter.counters));
        Settlement::new(redis, namespace, secrets).run(&all).await;
    }
}

impl Allowance {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        match self.verdict.retry_after {
            None => Ok(()),
            Some(after) => {
                metrics::counter!("rate_limited_total", "policy" => self.policy).increment(1);
                let detail = format!("More than {} {}. Wait, then go on slower.", self.limit, self.counted);
                Err(Problem::new(TOO_MANY_REQUESTS, detail).with_retry_after(after))
            }
        }
    }

    pub(crate) fn write(&self, headers: &mut HeaderMap, now: DateTime<Utc>) {
        let Self { policy, limit, verdict, .. } = *self;
        let remaining = verdict.remaining;
        let full_after_s = verdict.full_after.as_millis().div_ceil(1_000);
        let reset = now.timestamp().saturating_add(i64::try_from(full_after_s).unwrap_or(0));
        let window_s = WINDOW_MS / 1_000;
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
            text(format!("\"{policy}\";q={limit};w={window_s}")),
        );
    }

    pub(crate) fn is_over(&self) -> bool {
        self.verdict.retry_after.is_some()
    }
}

struct Limiter {
    policy: &'static str,
    /// In words, for who is over it.
    counted: &'static str,
    limit: NonZeroU32,
    counters: Counters,
}

impl Limiter {
    fn new(policy: &'static str, limit: NonZeroU32) -> Self {
        Self { policy, counted: "requests a minute", limit, counters: Counters::new() }
    }

    fn check(&self, key: u128, now: DateTime<Utc>) -> Allowance {
        self.check_within(key, self.limit, now)
    }

    /// By a limit of the key's own.
    fn check_within(&self, key: u128, limit: NonZeroU32, now: DateTime<Utc>) -> Allowance {
        self.allowance(limit, self.counters.admit(key, limit.get(), Moment::of(now)))
    }

    fn allowance(&self, limit: NonZeroU32, verdict: Verdict) -> Allowance {
        let Self { policy, counted, .. } = *self;
        Allowance { policy, counted, limit: limit.get(), verdict }
    }

    fn peek(&self, key: u128, now: DateTime<Utc>) -> Allowance {
        self.peek_within(key, self.limit, now)
    }

    fn peek_within(&self, key: u128, limit: NonZeroU32, now: DateTime<Utc>) -> Allowance {
        self.allowance(limit, self.counters.peek(key, limit.get(), Moment::of(now)))
    }
}

/// All clients that have no address are in one.
pub(crate) fn network(visitor: &Visitor) -> u128 {
    match visitor.client_network() {
        None => 0,
        Some(IpAddr::V6(network)) => network.to_bits(),
        Some(IpAddr::V4(address)) => address.to_ipv6_mapped().to_bits(),
    }
}
