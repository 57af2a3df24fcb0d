//! What every use case of users works with.

use crate::service::accounts::breaches::Breaches;
use crate::service::factors::relying_party::RelyingParty;
use crate::service::sessions::signing_keys::SigningKeys;
use blobs::Blobs;
use cache::{Level, Space};
use chrono::Duration;
use data::Databases;
use kernel::permission::PermissionRegistry;
use kernel::switch::SwitchRegistry;
use module::{Archives, Platform};
use secrets::{Passwords, Secrets};
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::Semaphore;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub sign_up: SignUpPolicy,
    pub access_token_minutes: u32,
    pub refresh_token_days: u32,
    pub verification_hours: u32,
    pub invitation_hours: u32,
    /// By how many letters a tenant asks people in within a day.
    pub invitation_mails_per_day: u32,
    /// How many of its invitations let somebody in at once.
    pub max_open_invitations: u32,
    pub password_reset_minutes: u32,
    pub email_change_hours: u32,
    /// How long a proof of who somebody is does for what is sensitive.
    pub fresh_minutes: u32,
    pub signing_key_days: u32,
    /// How long an owner's closed tenant can be brought back.
    pub closed_tenant_days: u32,
    /// Of a service that knows passwords from breaches; none is asked without it.
    pub breached_passwords_url: Option<String>,
    /// Where the files are that prove domains, `<url>/<domain>/…`; without it, at the domains themselves.
    pub domain_proofs_url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignUpPolicy {
    /// Anyone may make a tenant.
    Open,
    /// Whoever is invited may make an account.
    Invitation,
    /// Nobody new comes in; who has an account may still accept an invitation.
    Closed,
}

impl SignUpPolicy {
    const ALL: [Self; 3] = [Self::Open, Self::Invitation, Self::Closed];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Invitation => "invitation",
            Self::Closed => "closed",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == text)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sign_up: SignUpPolicy::Open,
            access_token_minutes: 15,
            signing_key_days: 30,
            closed_tenant_days: 30,
            refresh_token_days: 30,
            verification_hours: 24,
            invitation_hours: 7 * 24,
            invitation_mails_per_day: 1_000,
            max_open_invitations: 10_000,
            password_reset_minutes: 60,
            email_change_hours: 24,
            fresh_minutes: 15,
            breached_passwords_url: None,
            domain_proofs_url: None,
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

    pub(crate) fn signing_key_lifetime(&self) -> Duration {
        Duration::days(self.signing_key_days.into())
    }

    pub(crate) fn closed_tenant_kept(&self) -> Duration {
        Duration::days(self.closed_tenant_days.into())
    }

    pub(crate) fn invitation_lifetime(&self) -> Duration {
        Duration::hours(self.invitation_hours.into())
    }

    pub(crate) fn reset_lifetime(&self) -> Duration {
        Duration::minutes(self.password_reset_minutes.into())
    }

    pub(crate) fn email_change_lifetime(&self) -> Duration {
        Duration::hours(self.email_change_hours.into())
    }

    pub(crate) fn fresh_for(&self) -> Duration {
        Duration::minutes(self.fresh_minutes.into())
    }

    pub(crate) fn verification_lifetime(&self) -> Duration {
        Duration::hours(self.verification_hours.into())
    }
}

/// Users calls no other domain.
pub struct Deps {
    pub platform: Platform,
    /// Of all domains, since people and tenants leave all of them; filled once they are made.
    pub archives: Archives,
}

/// With the cache's jitter of a tenth still under the second in which a revocation must be felt on every node.
const IDENTITY_TTL: std::time::Duration = std::time::Duration::from_millis(800);
/// How many notes of a key's last use may be on their way to the database at once.
const MAX_TOUCHES: usize = 4;
/// How many jobs of a node may wait for collectors of audit logs at once.
const MAX_DELIVERIES: usize = 4;
/// How long a provider's word on itself is believed; a key that is not among those it had is asked for at once.
const PROVIDER_TTL: std::time::Duration = std::time::Duration::from_secs(600);

#[derive(Clone)]
pub struct App {
    pub settings: Settings,
    pub databases: Databases,
    pub secrets: Secrets,
    pub blobs: Blobs,
    pub archives: Archives,
    pub signing_keys: Arc<SigningKeys>,
    /// Of access tokens, and whom they are for: where people reach this installation.
    pub issuer: String,
    pub permissions: PermissionRegistry,
    pub switches: SwitchRegistry,
    pub passwords: Passwords,
    /// Who holds a token, by its hash.
    pub identities: Space,
    /// What a member may do, by their membership.
    pub authorities: Space,
    /// What operators said of switches, for all tenants and for each.
    pub switched: Space,
    pub touches: Arc<Semaphore>,
    /// Of those that wait for collectors of audit logs.
    pub deliveries: Arc<Semaphore>,
    /// By which places that tenants name are reached: their providers, collectors of their audit logs.
    pub outbound: ::outbound::Outbound,
    /// What the tenants' providers say of themselves.
    pub providers: Space,
    pub breaches: Option<Breaches>,
    /// Where people reach this installation by no name, browsers keep no passkeys for it.
    pub relying_party: Option<Arc<RelyingParty>>,
}

impl App {
    pub fn new(settings: Settings, deps: Deps) -> Self {
        let Deps { platform, archives } = deps;
        let Platform {
            databases, secrets, blobs, cache, permissions, switches, outbound, public_url, ..
        } = platform;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let breaches = settings.breached_passwords_url.as_deref().and_then(Breaches::of);
        let relying_party = RelyingParty::new(&public_url).map(Arc::new);
        if relying_party.is_none() {
            tracing::warn!(public_url, "there are no passkeys: http.public_url has no domain name");
        }
        Self {
            settings,
            outbound,
            providers: cache.space("users.providers", PROVIDER_TTL, Level::ProcessOnly),
            breaches,
            relying_party,
            databases,
            secrets,
            blobs,
            archives,
            signing_keys: Arc::default(),
            issuer: public_url,
            permissions,
            switches,
            passwords: Passwords::new(cores),
            identities: cache.space("users.identities", IDENTITY_TTL, Level::ProcessOnly),
            authorities: cache.space("users.authorities", IDENTITY_TTL, Level::ProcessOnly),
            switched: cache.space("users.switches", IDENTITY_TTL, Level::ProcessOnly),
            touches: Arc::new(Semaphore::new(MAX_TOUCHES)),
            deliveries: Arc::new(Semaphore::new(MAX_DELIVERIES)),
        }
    }
}
