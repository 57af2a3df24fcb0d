//! The commands and their options, and what each option means for the configuration.

use crate::config::{DEFAULT, Sources};
use clap::{Args, Parser, Subcommand};
use kernel::TenantId;
use kernel::id::OperatorId;
use std::path::PathBuf;

/// A platform for many tenants in one binary: users, billing, inventory, workflow.
#[derive(Debug, Parser)]
#[command(name = "insula", version, after_help = "Without a command: serve.")]
pub(super) struct Cli {
    /// The configuration file [default: INSULA_CONFIG, or ./insula.toml if it exists]
    #[arg(long, global = true, value_name = "PATH")]
    pub config: Option<PathBuf>,

    #[command(flatten)]
    pub serve: ServeOptions,

    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Answer requests and run jobs until stopped
    Serve(ServeOptions),
    /// Serve a demo tenant with data in a folder of its own, and print its credentials
    Demo(DemoOptions),
    /// Bring the databases' schemas up to date
    Migrate {
        /// Print the SQL that an administrator must run instead, where this user may not
        #[arg(long)]
        print_sql: bool,
    },
    /// Make, list and revoke the operators of this installation
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// Replace the master key, which seals what is secret in the databases, or the key that access tokens are signed with
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Look at the books of inventory
    #[command(subcommand)]
    Inventory(InventoryCommand),
    /// Look at an export of an audit log; it takes neither configuration nor database
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the register of personal data: what is kept of people, why and for how long
    PersonalData {
        /// As JSON instead of Markdown
        #[arg(long)]
        json: bool,
    },
    /// Print the API's OpenAPI document
    Openapi,
}

#[derive(Debug, Default, Args)]
pub(super) struct ServeOptions {
    /// What this process does [default: node.role]
    #[arg(long, value_parser = ["all", "api", "worker"])]
    pub role: Option<String>,
    /// The domains this process serves, with commas between [default: node.domains]
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub domains: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct DemoOptions {
    /// Where the demo's data lives
    #[arg(long, value_name = "PATH", default_value = "./demo-data")]
    pub folder: String,
}

#[derive(Debug, Subcommand)]
pub(super) enum OperatorCommand {
    /// Make an operator, and print their token this once
    Create {
        /// Who it is, or what
        name: String,
        /// How long the token is good
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=366))]
        days: u16,
    },
    /// Print all operators, the newest first
    List,
    /// End an operator's token, on every node within a second
    Revoke {
        /// As `insula operator list` prints it
        id: OperatorId,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Put a new key into the master key's file, and seal by it what is kept for long. The former one stays, and still opens
    Rotate {
        /// All nodes are stopped, where that cannot be seen from here
        #[arg(long)]
        all_stopped: bool,
        /// Make the next key for access tokens instead, before its time
        #[arg(long, conflicts_with = "all_stopped")]
        signing: bool,
    },
    /// Seal by the newest key what former ones sealed
    Reseal,
}

#[derive(Debug, Subcommand)]
pub(super) enum InventoryCommand {
    /// Prove that balances are the sums of movements and reservations, and values those of their entries; tell each that is not
    Verify {
        /// Of this tenant alone [default: of all]
        #[arg(long, value_name = "ID")]
        tenant: Option<TenantId>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Tell whether anything in it was changed, taken away, put in or moved, and where
    Verify {
        /// As `GET /api/v1/users/audit-exports/<id>/content` answers it
        file: PathBuf,
        /// A file with a checkpoint of an earlier day, which the log must have grown from
        #[arg(long, value_name = "PATH")]
        checkpoint: Option<PathBuf>,
        /// The thumbprint of the key that must have signed the export
        #[arg(long, value_name = "THUMBPRINT", allow_hyphen_values = true)]
        key: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Tell every fault of the configuration
    Check,
    /// Print what is in force and where it comes from, without secrets
    Show {
        /// Print the commented defaults instead
        #[arg(long)]
        defaults: bool,
    },
}

#[derive(Debug, thiserror::Error)]
#[error("--role and --domains belong to `insula serve`; write them after it, or leave them out")]
pub(super) struct Misplaced;

impl Cli {
    pub fn sources(&self) -> Result<Sources, Misplaced> {
        let mut sources = Sources::of_process(self.config.clone());
        self.set(&mut sources)?;
        Ok(sources)
    }

    /// Lays the options over the sources.
    pub fn set(&self, sources: &mut Sources) -> Result<(), Misplaced> {
        match &self.command {
            None => self.serve.set(sources),
            Some(_) if self.serve.role.is_some() || !self.serve.domains.is_empty() => return Err(Misplaced),
            Some(Command::Serve(options)) => options.set(sources),
            Some(Command::Demo(options)) => options.set(sources),
            Some(_) => {}
        }
        Ok(())
    }
}

impl ServeOptions {
    fn set(&self, sources: &mut Sources) {
        if let Some(role) = &self.role {
            sources.set("node.role", role.as_str(), "--role");
        }
        if !self.domains.is_empty() {
            sources.set("node.domains", self.domains.clone(), "--domains");
        }
    }
}

impl DemoOptions {
    /// A demo touches nothing that is not its own: no server, no bucket, no mailbox, whatever is configured.
    fn set(&self, sources: &mut Sources) {
        const ITS_OWN: [&str; 10] = [
            "database.url",
            "redis.url",
            "secrets.master_key",
            "secrets.master_key_file",
            "mail.smtp_url",
            "mail.folder",
            "blobs.folder",
            "domains.users.remote_url",
            "domains.billing.remote_url",
            "domains.inventory.remote_url",
        ];
        let of_domains = DEFAULT
            .lines()
            .filter_map(|line| line.strip_prefix("[domains.")?.strip_suffix(']'))
            .map(|domain| format!("domains.{domain}.database_url"));
        for key in ITS_OWN.into_iter().map(str::to_owned).chain(of_domains) {
            sources.set(key, "", "insula demo");
        }
        sources.set("data.folder", self.folder.as_str(), "--folder");
        sources.set("secrets.former_master_keys", Vec::<String>::new(), "insula demo");
        sources.set("blobs.kind", "local", "insula demo");
        sources.set("node.role", "all", "insula demo");
        sources.set("node.domains", Vec::<String>::new(), "insula demo");
    }
}
