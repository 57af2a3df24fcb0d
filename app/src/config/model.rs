//! The typed configuration: a public struct per section of `default.toml`, in its order and with its names.

use super::values::{Secret, SecretUrl, WebOrigin, list, optional, text};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub node: NodeConfig,
    pub http: HttpConfig,
    pub operators: OperatorsConfig,
    pub data: DataConfig,
    pub database: DatabaseConfig,
    pub redis: RedisConfig,
    pub secrets: SecretsConfig,
    pub cache: CacheConfig,
    pub limits: LimitsConfig,
    pub jobs: JobsConfig,
    pub outbound: OutboundConfig,
    pub mail: MailConfig,
    pub blobs: BlobsConfig,
    pub logs: LogsConfig,
    pub telemetry: TelemetryConfig,
    pub domains: DomainsConfig,
}

/// What is left empty and follows from something else.
impl Config {
    /// Without a slash at its end.
    pub fn public_url(&self) -> String {
        if let Some(url) = &self.http.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let mut address = self.http.address;
        // "Every interface" is nowhere to go to.
        if address.ip().is_unspecified() {
            let loopback =
                if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
            address.set_ip(loopback);
        }
        let scheme = if self.http.tls_certificate_file.is_some() { "https" } else { "http" };
        format!("{scheme}://{address}")
    }

    pub fn master_key_file(&self) -> PathBuf {
        self.secrets.master_key_file.clone().unwrap_or_else(|| self.data.folder.join("master.key"))
    }

    pub fn mail_folder(&self) -> PathBuf {
        self.mail.folder.clone().unwrap_or_else(|| self.data.folder.join("mail"))
    }

    pub fn blobs_folder(&self) -> PathBuf {
        self.blobs.folder.clone().unwrap_or_else(|| self.data.folder.join("blobs"))
    }

    /// The server a domain's data is on; `None`: SQLite files in the data folder.
    pub fn database_url(&self, domain: &str) -> Option<&SecretUrl> {
        self.domains.database_url(domain).or(self.database.url.as_ref())
    }

    /// Whether this process serves the domain.
    pub fn serves(&self, domain: &str) -> bool {
        self.node.domains.is_empty() || self.node.domains.iter().any(|served| served == domain)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    pub role: Role,
    pub domains: Vec<String>,
    #[serde(with = "optional")]
    pub name: Option<String>,
    pub serve_contracts: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    All,
    Api,
    Worker,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    #[serde(with = "text")]
    pub address: SocketAddr,
    #[serde(with = "optional")]
    pub public_url: Option<String>,
    #[serde(with = "optional")]
    pub tls_certificate_file: Option<PathBuf>,
    #[serde(with = "optional")]
    pub tls_key_file: Option<PathBuf>,
    pub workers: usize,
    pub header_timeout_ms: u64,
    pub keep_alive_ms: u64,
    pub body_timeout_ms: u64,
    pub request_timeout_ms: u64,
    pub url_limit_bytes: usize,
    pub header_limit_bytes: usize,
    pub body_limit_bytes: usize,
    pub json_depth_limit: usize,
    pub upload_limit_bytes: u64,
    pub drain_ms: u64,
    pub shutdown_timeout_ms: u64,
    #[serde(with = "list")]
    pub trusted_proxies: Vec<IpNet>,
    pub trusted_header: TrustedHeader,
    #[serde(with = "list")]
    pub cors_origins: Vec<WebOrigin>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrustedHeader {
    XForwardedFor,
    Forwarded,
}

/// For who watches over a node: `wiring/monitoring.rs`. The section has its name in people's files.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorsConfig {
    #[serde(with = "optional")]
    pub address: Option<SocketAddr>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    #[serde(with = "text")]
    pub folder: PathBuf,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    #[serde(with = "optional")]
    pub url: Option<SecretUrl>,
    pub max_connections: u32,
    pub acquire_timeout_ms: u64,
    pub statement_timeout_ms: u64,
    pub slow_statement_ms: u64,
    pub migrate_at_start: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedisConfig {
    #[serde(with = "optional")]
    pub url: Option<SecretUrl>,
    pub namespace: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretsConfig {
    #[serde(with = "optional")]
    pub master_key: Option<Secret>,
    #[serde(with = "list")]
    pub former_master_keys: Vec<Secret>,
    #[serde(with = "optional")]
    pub master_key_file: Option<PathBuf>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CacheConfig {
    pub max_bytes: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    pub requests_per_minute_per_credential: u32,
    pub requests_per_minute_per_tenant: u32,
    pub public_per_minute_per_address: u32,
    pub tries_per_minute_per_account: u32,
    pub refused_per_minute_per_address: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobsConfig {
    pub concurrency: usize,
    pub sweep_interval_ms: u64,
    pub lease_ms: u64,
    pub finished_retention_hours: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutboundConfig {
    pub allow_private_addresses: bool,
    #[serde(with = "optional")]
    pub nameserver: Option<SocketAddr>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    #[serde(with = "optional")]
    pub smtp_url: Option<SecretUrl>,
    #[serde(with = "optional")]
    pub folder: Option<PathBuf>,
    #[serde(with = "text")]
    pub from: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlobsConfig {
    pub kind: BlobsKind,
    #[serde(with = "optional")]
    pub folder: Option<PathBuf>,
    pub shared: bool,
    #[serde(with = "optional")]
    pub bucket: Option<String>,
    #[serde(with = "optional")]
    pub region: Option<String>,
    #[serde(with = "optional")]
    pub endpoint: Option<String>,
    #[serde(with = "optional")]
    pub access_key_id: Option<String>,
    #[serde(with = "optional")]
    pub secret_access_key: Option<Secret>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlobsKind {
    Local,
    S3,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogsConfig {
    pub format: LogFormat,
    #[serde(with = "text")]
    pub filter: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Auto,
    Human,
    Json,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelemetryConfig {
    #[serde(with = "optional")]
    pub otlp_endpoint: Option<String>,
    #[serde(with = "text")]
    pub service_name: String,
    pub sampled_per_thousand: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainsConfig {
    pub users: UsersConfig,
    pub billing: CalledDomainConfig,
    pub inventory: CalledDomainConfig,
    pub workflow: DomainConfig,
    pub notifications: DomainConfig,
    pub reports: DomainConfig,
    pub imports: DomainConfig,
}

impl DomainsConfig {
    fn database_url(&self, domain: &str) -> Option<&SecretUrl> {
        match domain {
            "users" => self.users.database_url.as_ref(),
            "billing" => self.billing.database_url.as_ref(),
            "inventory" => self.inventory.database_url.as_ref(),
            "workflow" => self.workflow.database_url.as_ref(),
            "notifications" => self.notifications.database_url.as_ref(),
            "reports" => self.reports.database_url.as_ref(),
            "imports" => self.imports.database_url.as_ref(),
            _ => None,
        }
    }
}

/// A domain that has no settings of its own yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainConfig {
    #[serde(with = "optional")]
    pub database_url: Option<SecretUrl>,
}

/// The same, of a domain that others call.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalledDomainConfig {
    #[serde(with = "optional")]
    pub database_url: Option<SecretUrl>,
    #[serde(with = "optional")]
    pub remote_url: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsersConfig {
    #[serde(with = "optional")]
    pub database_url: Option<SecretUrl>,
    #[serde(with = "optional")]
    pub remote_url: Option<String>,
    pub sign_up: SignUp,
    pub access_token_minutes: u32,
    pub refresh_token_days: u32,
    pub signing_key_days: u32,
    pub closed_tenant_days: u32,
    pub verification_hours: u32,
    pub invitation_hours: u32,
    pub invitation_mails_per_day: u32,
    pub max_open_invitations: u32,
    pub password_reset_minutes: u32,
    pub email_change_hours: u32,
    pub fresh_minutes: u32,
    #[serde(with = "optional")]
    pub breached_passwords_url: Option<String>,
    #[serde(with = "optional")]
    pub domain_proofs_url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignUp {
    Open,
    Invitation,
    Closed,
}
