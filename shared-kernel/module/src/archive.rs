//! How a domain's rows are taken along and erased by who knows no domain: it offers its tables, as it declares them, and goes
//! through one of them piece by piece. Users, whose people and tenants leave, is handed the offers of all.

use async_trait::async_trait;
use blobs::Blobs;
use chrono::{DateTime, Utc};
use data::tables::Table;
use data::{Databases, ErasedRows, TableArchive, Whom};
use kernel::contract::Cause;
use kernel::{Ctx, UserId};
use macros::{RemoteError, contract};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

#[derive(Clone)]
pub struct ArchiveOffer {
    pub domain: &'static str,
    /// One that others point at comes before those.
    pub tables: &'static [Table],
    pub archive: Arc<dyn Archive>,
}

impl ArchiveOffer {
    pub fn new(databases: Databases, tables: &'static [Table]) -> Self {
        Self::of(databases, tables, None)
    }

    /// Of a domain that keeps files too.
    pub fn with_files(databases: Databases, tables: &'static [Table], blobs: Blobs) -> Self {
        Self::of(databases, tables, Some(blobs))
    }

    fn of(databases: Databases, tables: &'static [Table], files: Option<Blobs>) -> Self {
        let domain = databases.domain();
        let rows = TableArchive::new(databases, tables);
        Self { domain, tables, archive: Arc::new(LocalArchive { domain, rows, files }) }
    }
}

/// Of all domains. The app fills it once the modules are made, before anything is served.
#[derive(Clone, Default)]
pub struct Archives(Arc<OnceLock<Vec<ArchiveOffer>>>);

impl Archives {
    /// The first call counts.
    pub fn fill(&self, offers: Vec<ArchiveOffer>) {
        let _ = self.0.set(offers);
    }

    pub fn all(&self) -> &[ArchiveOffer] {
        self.0.get().map(Vec::as_slice).unwrap_or_default()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadRows {
    pub table: String,
    /// Only what concerns them.
    pub of: Option<ArchivePerson>,
    /// Where the page before ended; none for the first.
    pub after: Option<Uuid>,
}

/// Rows are theirs by their id, or by their address where a row has no id. What is on its way is theirs by their name too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivePerson {
    pub id: UserId,
    pub address: Option<String>,
    /// Since when it is somebody else's: only rows from before are theirs by it.
    pub address_until: Option<DateTime<Utc>>,
    pub name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsPage {
    /// Each a JSON object in text, by the names of the columns, without secrets.
    pub rows: Vec<String>,
    pub next: Option<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountRows {
    pub table: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCount {
    pub rows: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasePerson {
    pub table: String,
    pub person: ArchivePerson,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseRows {
    pub table: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseFiles {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsErased {
    pub rows: u64,
    /// To be asked again.
    pub more: bool,
    /// Of a person, in what is on its way: some that names them is not done yet, and may write of them.
    pub waits: bool,
}

#[derive(Debug, thiserror::Error, Serialize, Deserialize, RemoteError)]
pub enum ArchiveError {
    #[error("there is no such table")]
    UnknownTable,
    #[error("the archive does not answer")]
    Unavailable(Cause),
    #[error("the deadline has passed")]
    DeadlineExceeded,
}

/// The rows of the tenant that the caller is in, and of no other.
#[contract]
pub trait Archive {
    /// At most a few hundred rows, and where to go on.
    async fn read(&self, ctx: &Ctx, request: ReadRows) -> Result<RowsPage, ArchiveError>;

    async fn count(&self, ctx: &Ctx, request: CountRows) -> Result<RowCount, ArchiveError>;

    /// A batch of what is personal in rows about somebody; the rows stay. Of what is on its way, all that is done and names them
    /// goes. Again, it erases nothing more.
    async fn erase_person(&self, ctx: &Ctx, request: ErasePerson) -> Result<RowsErased, ArchiveError>;

    /// A batch of the tenant's rows, append-only ones too.
    async fn erase_rows(&self, ctx: &Ctx, request: EraseRows) -> Result<RowsErased, ArchiveError>;

    /// A few of the tenant's files.
    async fn erase_files(&self, ctx: &Ctx, request: EraseFiles) -> Result<RowsErased, ArchiveError>;
}

struct LocalArchive {
    domain: &'static str,
    rows: TableArchive,
    files: Option<Blobs>,
}

const FILES: usize = 100;

impl LocalArchive {
    fn table(&self, name: &str) -> Result<&'static Table, ArchiveError> {
        self.rows.find(name).ok_or(ArchiveError::UnknownTable)
    }
}

#[async_trait]
impl Archive for LocalArchive {
    async fn read(&self, ctx: &Ctx, request: ReadRows) -> Result<RowsPage, ArchiveError> {
        let table = self.table(&request.table)?;
        let whom = request.of.map(whom);
        let after = request.after.unwrap_or(Uuid::nil());
        let page = self.rows.read(ctx, table, whom.as_ref(), after).await.map_err(failed)?;
        Ok(RowsPage { rows: page.rows, next: page.next })
    }

    async fn count(&self, ctx: &Ctx, request: CountRows) -> Result<RowCount, ArchiveError> {
        let table = self.table(&request.table)?;
        Ok(RowCount { rows: self.rows.count(ctx, table).await.map_err(failed)? })
    }

    async fn erase_person(&self, ctx: &Ctx, request: ErasePerson) -> Result<RowsErased, ArchiveError> {
        let table = self.table(&request.table)?;
        let whom = whom(request.person);
        let erased = self.rows.erase_person(ctx, table, &whom).await.map_err(failed)?;
        Ok(rows_erased(erased))
    }

    async fn erase_rows(&self, ctx: &Ctx, request: EraseRows) -> Result<RowsErased, ArchiveError> {
        let table = self.table(&request.table)?;
        let erased = self.rows.erase(ctx, table).await.map_err(failed)?;
        Ok(rows_erased(erased))
    }

    async fn erase_files(&self, ctx: &Ctx, _: EraseFiles) -> Result<RowsErased, ArchiveError> {
        let Some(files) = &self.files else { return Ok(RowsErased { rows: 0, more: false, waits: false }) };
        let erased = files.delete_of_tenant(self.domain, ctx.tenant(), FILES).await;
        let erased = erased.map_err(|error| ArchiveError::Unavailable(Cause::new(error)))?;
        Ok(RowsErased { rows: erased as u64, more: erased == FILES, waits: false })
    }
}

fn whom(person: ArchivePerson) -> Whom {
    let ArchivePerson { id, address, address_until, name } = person;
    Whom { id, address, address_until, name }
}

fn rows_erased(ErasedRows { rows, more, waits }: ErasedRows) -> RowsErased {
    RowsErased { rows, more, waits }
}

fn failed(error: data::Error) -> ArchiveError {
    ArchiveError::Unavailable(Cause::new(error))
}
