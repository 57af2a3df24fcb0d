//! How a domain offers a report: it says what the report is called and gives its rows page by page. The reports domain
//! runs it as a job and knows no domain by name.

use kernel::Ctx;
use kernel::contract::Cause;
use macros::{RemoteError, contract};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

pub struct ReportOffer {
    pub definition: ReportDefinition,
    pub source: Arc<dyn ReportSource>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDefinition {
    /// `inventory.stock_valuation`.
    pub name: String,
    pub title: String,
    /// Who may run it must have this.
    pub permission: String,
    pub parameters: Vec<ReportParameter>,
    pub columns: Vec<ReportColumn>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportParameter {
    pub name: String,
    pub description: String,
    pub required: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportColumn {
    pub name: String,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadReport {
    pub report: String,
    pub parameters: BTreeMap<String, String>,
    /// Where the page before ended; none for the first.
    pub cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportPage {
    /// One cell per column.
    pub rows: Vec<Vec<Cell>>,
    pub next_cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    Empty,
    Text(String),
    /// Exact, as decimal text.
    Number(String),
}

#[derive(Debug, thiserror::Error, Serialize, Deserialize, RemoteError)]
pub enum ReportError {
    #[error("there is no report of this name")]
    UnknownReport,
    #[error("the parameter {parameter} is wrong: {detail}")]
    BadParameter { parameter: String, detail: String },
    #[error("the caller may not read what this report shows")]
    Forbidden,
    #[error("the report's source does not answer")]
    Unavailable(Cause),
    #[error("the deadline has passed")]
    DeadlineExceeded,
}

#[contract]
pub trait ReportSource {
    /// At most a few hundred rows, and where to go on.
    async fn read(&self, ctx: &Ctx, request: ReadReport) -> Result<ReportPage, ReportError>;
}
