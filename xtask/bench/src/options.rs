//! What can be asked of a run.

use crate::scenario::Scenario;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Measures Insula against a bare server on the same database.
#[derive(Debug, Parser)]
#[command(name = "bench", args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(flatten)]
    pub run: Run,

    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The bare server; a run starts it itself
    Bare(Bare),
    /// Whether the time of an answer tells if an address has an account
    SignInTiming(Timing),
    /// Whether inventory answers as fast with a million items as with a hundred
    Scale(Scale),
    /// How many reservations and movements a second there can be
    Stock(Stock),
    /// Whether a retail file comes in as planned, once, and in the same memory however large it is
    Imports(Imports),
}

#[derive(Debug, Args)]
pub struct Run {
    /// How long a round is, for each of the two servers
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// Rounds of each scenario; the medians over them are shown
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=100))]
    pub rounds: u64,
    /// One backend only
    #[arg(long, value_enum)]
    pub backend: Option<Which>,
    /// These scenarios only
    #[arg(long = "scenario", value_enum)]
    pub scenarios: Vec<Scenario>,
    /// Keep-alive connections of the load
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub connections: u64,
    /// What Insula's process does while it is measured: "all" delivers the audit entries meanwhile
    #[arg(long, default_value = "api", value_parser = ["api", "all"])]
    pub role: String,
    /// Start both servers, print where they are and wait for Ctrl-C, to profile them
    #[arg(long)]
    pub hold: bool,
    /// The PostgreSQL server to make a database on
    #[arg(long)]
    pub database_url: Option<String>,
    /// The Redis server for Insula on PostgreSQL
    #[arg(long)]
    pub redis_url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Which {
    Postgres,
    Sqlite,
}

#[derive(Debug, Args)]
pub struct Bare {
    #[arg(long)]
    pub port: u16,
    #[arg(long)]
    pub postgres: Option<String>,
    /// The folder of the SQLite files
    #[arg(long, required_unless_present = "postgres")]
    pub sqlite: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Timing {
    /// Of each kind, each at an address that has an account and at one that has none
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(100..=10_000))]
    pub tries: u32,
}

/// Where houses of stock stand, and which build is measured.
#[derive(Debug, Args)]
pub struct Stores {
    /// One backend only
    #[arg(long, value_enum)]
    pub backend: Option<Which>,
    /// This build of Insula instead of the one that is built for it
    #[arg(long)]
    pub binary: Option<PathBuf>,
    /// The PostgreSQL server to make databases on, as a superuser
    #[arg(long)]
    pub database_url: Option<String>,
    /// The Redis server for Insula on PostgreSQL
    #[arg(long)]
    pub redis_url: Option<String>,
}

#[derive(Debug, Args)]
pub struct Scale {
    /// How many items, a multiple of 100; may be given again. 100, 10000 and 1000000 when left out
    #[arg(long, value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    pub items: Vec<u64>,
    /// How long a question is asked in a round, at each size
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// Rounds of each question, the sizes by turns
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=100))]
    pub rounds: u64,
    #[command(flatten)]
    pub stores: Stores,
}

#[derive(Debug, Args)]
pub struct Stock {
    /// How many items the clients take turns on; may be given again. 1 and 1000 when left out
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub items: Vec<u64>,
    /// Clients at once, each with a connection that it keeps
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub clients: u64,
    /// How long each kind of work is measured
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    #[command(flatten)]
    pub stores: Stores,
}

#[derive(Debug, Args)]
pub struct Imports {
    /// A retail file in UTF-8; without it a like one is made, the same in each run
    #[arg(long)]
    pub file: Option<PathBuf>,
    /// How many rows the large file has, more than the retail file
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..=20_000_000))]
    pub rows: u64,
    /// Undo the first import as well, and bring it again
    #[arg(long)]
    pub undo: bool,
    #[command(flatten)]
    pub stores: Stores,
}
