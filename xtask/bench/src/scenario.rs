//! The four things that are measured, each as the requests of one round.

use clap::ValueEnum;
use std::fmt;

/// What both servers have in common: who asks, and what there is to ask for.
#[derive(Debug)]
pub struct Furniture {
    pub api_key: String,
    pub items: Vec<String>,
    pub products: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    Read,
    List,
    Cached,
    Create,
}

impl Scenario {
    pub fn is_write(self) -> bool {
        self == Self::Create
    }

    /// The paths that are asked for in turn; of a creation, where it is sent.
    pub fn paths(self, furniture: &Furniture) -> Vec<String> {
        let each = |base: &str, ids: &[String]| ids.iter().map(|id| format!("/api/v1{base}/{id}")).collect();
        match self {
            Self::Read => each("/inventory/items", &furniture.items),
            Self::List => vec!["/api/v1/inventory/items?limit=25".to_owned()],
            Self::Cached => each("/billing/products", &furniture.products),
            Self::Create => vec!["/api/v1/inventory/items".to_owned()],
        }
    }

    /// Requests per second of the bare server that Insula has to reach, on PostgreSQL.
    pub fn goal(self) -> f64 {
        match self {
            Self::Read => 0.85,
            Self::List => 0.8,
            Self::Cached => 2.5,
            Self::Create => 2.0,
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read of one item",
            Self::List => "list of 25 items",
            Self::Cached => "cached read of a product",
            Self::Create => "create of an item, with a key",
        })
    }
}
