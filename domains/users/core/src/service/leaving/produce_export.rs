//! Writes what is taken along: the rows of every domain, table by table, a JSON object a line, into the blobs. Memory
//! holds one page. It can be run again from the start at any time: the file is the same one.

use crate::app::App;
use crate::domain::DataExportId;
use crate::domain::leaving::ExportStatus;
use crate::permissions::{SESSIONS_END, TENANT_EXPORT};
use crate::service::leaving::export::{FORMAT, audit_step, key};
use crate::store::data_export::{self, Model};
use crate::store::{email_change, membership, passkey, tenant, user};
use ::jobs::Running;
use blobs::{Page, Pages};
use data::tables::Table;
use kernel::{Ctx, Problem, TenantId, UserId};
use module::{ArchiveError, ArchiveOffer, ArchivePerson, ReadRows, Stop};
use serde_json::{Value, json};
use std::collections::VecDeque;
use uuid::Uuid;

/// An object of S3 has 10,000 parts at most, of 5 MiB here: 48.8 GiB. So who has more is told so, and not that the
/// store fails.
const MAX_BYTES: u64 = 48 << 30;
/// A person's tenants: of so many at most.
const MAX_TENANTS: i64 = 100;
/// What no archive has, since it belongs to no tenant.
const TENANT: (&str, &[&str]) =
    ("users.tenants", &["public_id", "name", "state", "mode", "created_at", "updated_at"]);
const ACCOUNT: [(&str, &[&str]); 3] = [
    ("users.users", &["public_id", "email", "display_name", "email_verified_at", "created_at", "updated_at"]),
    ("users.passkeys", &["public_id", "name", "last_used_at", "created_at"]),
    ("users.email_changes", &["public_id", "new_email", "expires_at", "created_at"]),
];

pub async fn produce_export(app: &App, ctx: &Ctx, id: DataExportId, running: &Running) -> Result<(), Stop> {
    let Some(export) = begin(app, ctx, id).await? else { return Ok(()) };
    may_go_on(ctx, &export)?;
    let places = places(app, ctx, &export).await?;
    let mut writer = Writer {
        app,
        running,
        ctx: ctx.clone(),
        steps: steps(app, &export, &places),
        person: person(app, ctx, &export).await?,
        export: &export,
        rows: 0,
    };
    let key = key(ctx.tenant(), id);
    let size_bytes = Box::pin(app.blobs.put_pages(&key, &mut writer, MAX_BYTES)).await?;
    let rows = writer.rows;
    let mut unit = app.databases.write(ctx).await?;
    if let Some(row) = data_export::complete(&unit, ctx, id, rows, size_bytes).await? {
        audit_step(&mut unit, "users.data_export.complete", Some(ExportStatus::Running), &row)?;
        return Ok(unit.commit(()).await?);
    }
    drop(unit);
    // Another worker that took this one for dead may have made it ready: then the file is the export's.
    let read = app.databases.read(ctx).await?;
    let found = data_export::by_id(&read, id).await?;
    drop(read);
    if found.is_some_and(|found| found.status == ExportStatus::Ready.name()) {
        return Ok(());
    }
    app.blobs.delete(&key).await?;
    Err(Stop::MovedOn)
}

/// `None` when there is nothing left to do.
async fn begin(app: &App, ctx: &Ctx, id: DataExportId) -> Result<Option<Model>, Stop> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(row) = data_export::begin(&unit, id).await? else { return Ok(None) };
    audit_step(&mut unit, "users.data_export.begin", Some(ExportStatus::Queued), &row)?;
    Ok(Some(unit.commit(row).await?))
}

fn may_go_on(ctx: &Ctx, export: &Model) -> Result<(), Stop> {
    let needed = if export.of_person.is_some() { &SESSIONS_END } else { &TENANT_EXPORT };
    ctx.may(needed).map_err(|problem| Stop::Refused(problem.detail.into_owned()))
}

/// In which tenants there is something to take: the caller's, or all that the person is a member of.
async fn places(app: &App, ctx: &Ctx, export: &Model) -> Result<Vec<Ctx>, Stop> {
    let Some(person) = export.of_person else { return Ok(vec![ctx.clone()]) };
    let system = app.databases.system_read("leaving: in which tenants a person's data is").await?;
    let tenants = membership::tenants_of(&system, person, MAX_TENANTS).await?;
    Ok(tenants.iter().map(|joined| ctx.visitor().enter(joined.tenant_id, "users")).collect())
}

async fn person(app: &App, ctx: &Ctx, export: &Model) -> Result<Option<ArchivePerson>, Stop> {
    let Some(id) = export.of_person else { return Ok(None) };
    let read = app.databases.read(ctx).await?;
    let address = user::by_id(&read, id).await?.map(|found| found.email);
    Ok(Some(ArchivePerson { id, address, address_until: None, name: None }))
}

enum Step<'a> {
    Header(Vec<(&'a ArchiveOffer, &'static Table)>),
    Account(UserId),
    Tenant,
    Rows { there: Ctx, offer: &'a ArchiveOffer, table: &'static Table, after: Option<Uuid> },
}

fn steps<'a>(app: &'a App, export: &Model, places: &[Ctx]) -> VecDeque<Step<'a>> {
    let tables =
        app.archives.all().iter().flat_map(|offer| offer.tables.iter().map(move |table| (offer, table)));
    let wanted =
        |table: &Table| table.is_exported() && (export.of_person.is_none() || table.concerns_people());
    let tables: Vec<_> = tables.filter(|(_, table)| wanted(table)).collect();
    let mut steps = VecDeque::from([Step::Header(tables.clone())]);
    steps.push_back(export.of_person.map_or(Step::Tenant, Step::Account));
    for there in places {
        let rows = tables.iter().map(|(offer, table)| Step::Rows {
            there: there.clone(),
            offer,
            table,
            after: None,
        });
        steps.extend(rows);
    }
    steps
}

struct Writer<'a> {
    app: &'a App,
    running: &'a Running,
    /// As of the last page.
    ctx: Ctx,
    steps: VecDeque<Step<'a>>,
    person: Option<ArchivePerson>,
    export: &'a Model,
    rows: u64,
}

impl Pages for Writer<'_> {
    /// Where the next page begins, the steps that are left say.
    type Cursor = ();
    type Error = Stop;

    async fn page(&mut self, _: Option<()>) -> Result<Page<()>, Stop> {
        let lines = match self.steps.pop_front() {
            None => String::new(),
            Some(Step::Header(tables)) => header(&self.ctx, self.export, &tables),
            Some(Step::Account(person)) => self.account(person).await?,
            Some(Step::Tenant) => self.tenant().await?,
            Some(Step::Rows { there, offer, table, after }) => self.read(there, offer, table, after).await?,
        };
        let next = (!self.steps.is_empty()).then_some(());
        Ok(Page { content: lines.into(), next })
    }
}

impl<'a> Writer<'a> {
    async fn read(
        &mut self,
        there: Ctx,
        offer: &'a ArchiveOffer,
        table: &'static Table,
        after: Option<Uuid>,
    ) -> Result<String, Stop> {
        let request = ReadRows { table: table.name.to_owned(), of: self.person.clone(), after };
        let page = offer.archive.read(&there, request).await.map_err(unanswered)?;
        self.rows += page.rows.len() as u64;
        self.tell().await?;
        let name = format!("{}.{}", offer.domain, table.name);
        let lines = page.rows.iter().map(|row| line(there.tenant(), &name, row)).collect();
        if page.next.is_some() {
            self.steps.push_front(Step::Rows { there, offer, table, after: page.next });
        }
        Ok(lines)
    }

    /// What is of the person themselves, without what proves who they are.
    async fn account(&mut self, person: UserId) -> Result<String, Stop> {
        let read = self.app.databases.read(&self.ctx).await?;
        let found = user::by_id(&read, person).await?;
        let passkeys = passkey::all_of(&read, person).await?;
        let change = email_change::open_of(&read, person).await?;
        drop(read);
        let found = found.map(|found| {
            let row = json!({
                "public_id": found.public_id, "email": found.email, "display_name": found.display_name,
                "email_verified_at": found.email_verified_at, "created_at": found.created_at,
                "updated_at": found.updated_at,
            });
            ("users.users", row)
        });
        let passkeys = passkeys.iter().map(|passkey| {
            let row = json!({
                "public_id": passkey.public_id, "name": passkey.name, "last_used_at": passkey.last_used_at,
                "created_at": passkey.created_at,
            });
            ("users.passkeys", row)
        });
        let change = change.map(|change| {
            let row = json!({
                "public_id": change.public_id, "new_email": change.new_email, "expires_at": change.expires_at,
                "created_at": change.created_at,
            });
            ("users.email_changes", row)
        });
        let rows: Vec<(&str, Value)> = found.into_iter().chain(passkeys).chain(change).collect();
        self.rows += rows.len() as u64;
        Ok(rows.iter().map(|(table, row)| format!("{}\n", json!({ "table": table, "row": row }))).collect())
    }

    /// The tenant's own row, without what operators decide of it.
    async fn tenant(&mut self) -> Result<String, Stop> {
        let read = self.app.databases.read(&self.ctx).await?;
        let Some(own) = tenant::own(&read).await? else { return Err(Stop::MovedOn) };
        drop(read);
        let row = json!({
            "public_id": own.public_id, "name": own.name, "state": own.state, "mode": own.mode,
            "created_at": own.created_at, "updated_at": own.updated_at,
        });
        self.rows += 1;
        Ok(line(self.ctx.tenant(), TENANT.0, &row.to_string()))
    }

    /// The one write of a page, which learns too whether anybody still wants the file.
    async fn tell(&mut self) -> Result<(), Stop> {
        self.running.progress(self.rows, None).await;
        self.ctx = self.running.caller_now(&self.ctx).await?.ok_or(Stop::CallerGone)?;
        may_go_on(&self.ctx, self.export)?;
        if self.running.cancelled() {
            return Err(Stop::Cancelled);
        }
        let unit = self.app.databases.write(&self.ctx).await?;
        if !data_export::progress(&unit, self.export.public_id, self.rows).await? {
            return Err(Stop::MovedOn);
        }
        Ok(unit.commit(()).await?)
    }
}

fn header(ctx: &Ctx, export: &Model, tables: &[(&ArchiveOffer, &'static Table)]) -> String {
    let of_no_tenant: &[(&str, &[&str])] = if export.of_person.is_some() { &ACCOUNT } else { &[TENANT] };
    let of_no_tenant = of_no_tenant.iter().map(|(name, columns)| ((*name).to_owned(), json!(columns)));
    let tables: serde_json::Map<String, Value> = tables
        .iter()
        .map(|(offer, table)| {
            let columns: Vec<_> = match export.of_person {
                Some(_) => table.exported_to_person().map(|column| column.name).collect(),
                None => table.exported().map(|column| column.name).collect(),
            };
            (format!("{}.{}", offer.domain, table.name), json!(columns))
        })
        .chain(of_no_tenant)
        .collect();
    let header = json!({
        "format": FORMAT, "tenant": ctx.tenant(), "of_person": export.of_person, "made_at": export.created_at,
        "tables": tables,
    });
    format!("{header}\n")
}

/// The row is JSON already.
fn line(tenant: TenantId, table: &str, row: &str) -> String {
    format!("{{\"tenant\":\"{tenant}\",\"table\":\"{table}\",\"row\":{row}}}\n")
}

fn unanswered(error: ArchiveError) -> Stop {
    Stop::Trouble(Problem::unavailable(error))
}
