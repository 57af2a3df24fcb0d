//! What every use case of users works with.

use cache::{Level, Space};
use chrono::Duration;
use data::Databases;
use kernel::permission::PermissionRegistry;
use module::Platform;
use secrets::{Passwords, Secrets};
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::Semaphore;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub sign_up: SignUpPolicy,
    pub access_token_minutes: u32,
    pub refresh_token_days: u32,
    pub verification_hours: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignUpPolicy {
    /// Anyone may make a tenant.
    Open,
    Closed,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sign_up: SignUpPolicy::Open,
            access_token_minutes: 60,
            refresh_token_days: 30,
            verification_hours: 24,
        }
    }
}

impl Settings {
    pub(crate) fn access_token_lifetime(&self) -> Duration {
        Duration::minutes(self.access_token_minutes.into())
    }

    pub(crate) fn refresh_token_lifetime(&self) -> Duration {
        Duration::days(self.refresh_token_days.into())
    }

    pub(crate) fn verification_lifetime(&self) -> Duration {
        Duration::hours(self.verification_hours.into())
    }
}

/// Users calls no other domain.
pub struct Deps {
    pub platform: Platform,
}

/// With the cache's jitter of a tenth still under the second in which a revocation must be felt on every node.
const IDENTITY_TTL: std::time::Duration = std::time::Duration::from_millis(800);
/// How many notes of a key's last use may be on their way to the database at once.
const MAX_TOUCHES: usize = 4;

#[derive(Clone)]
pub struct App {
    pub settings: Settings,
    pub databases: Databases,
    pub secrets: Secrets,
    pub permissions: PermissionRegistry,
    pub passwords: Passwords,
    /// Who holds a token, by its hash.
    pub identities: Space,
    pub touches: Arc<Semaphore>,
}

impl App {
    pub fn new(settings: Settings, deps: Deps) -> Self {
        let Platform { databases, secrets, cache, permissions, .. } = deps.platform;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            settings,
            databases,
            secrets,
            permissions,
            passwords: Passwords::new(cores),
            identities: cache.space("users.identities", IDENTITY_TTL, Level::ProcessOnly),
            touches: Arc::new(Semaphore::new(MAX_TOUCHES)),
        }
    }
}
