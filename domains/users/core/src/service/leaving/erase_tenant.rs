//! Erases a tenant whose time is over, from every domain, and leaves a certificate of what there was. Rows and files go in
//! batches, each with a transaction of its own, so it may be killed at any of them: the next run goes on. It goes round until
//! a whole round finds nothing, since what was on its way may have come in behind it. Its people who are in no other tenant are
//! erased with it, each by a job of their own.

use crate::app::App;
use crate::domain::TenantClosureId;
use crate::domain::leaving::{CERTIFICATE, ClosureState, Counts, Erasure};
use crate::error::Error;
use crate::jobs::EraseTenant;
use crate::service::leaving::erase_person;
use crate::service::sessions::signing_keys;
use crate::store::{membership, tenant, tenant_closure};
use chrono::{DateTime, Duration, Utc};
use data::AuditEntry;
use data::tables::{KERNEL_TABLES, Of, Table};
use kernel::{Ctx, Problem, TenantId};
use module::{ArchiveError, ArchiveOffer, CountRows, EraseFiles, EraseRows};
use serde_json::json;
use users_contract::TenantErased;

/// At most so many batches a run.
const MOST_BATCHES: u64 = 200;
/// Longer than a request may take.
const CLOSING_TAKES: Duration = Duration::minutes(5);
const PAUSE: Duration = Duration::seconds(1);
/// In one run.
const PEOPLE: i64 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasing {
    /// Or there is nothing to do: it was brought back, or was never closed.
    Done,
    /// There is more, for another run.
    Partly,
    NotBefore(DateTime<Utc>),
}

pub async fn erase_tenant(app: &App, ctx: &Ctx, job: EraseTenant) -> Result<Erasing, Error> {
    let EraseTenant { closure: id, tenant, erases_at } = job;
    let there = ctx.visitor().enter(tenant, "users");
    let read = app.databases.read(ctx).await?;
    let found = tenant_closure::by_id(&read, id).await?.filter(|closure| closure.of_tenant == tenant);
    let is_closed = tenant::by_id(&read, tenant).await?.is_some_and(|found| found.closed_at.is_some());
    drop(read);
    let Some(closure) = found else {
        // The job was written first: the closing may be on its way.
        let given_up_at = erases_at + CLOSING_TAKES;
        return Ok(if ctx.now() < given_up_at {
            Erasing::NotBefore(ctx.now() + PAUSE)
        } else {
            Erasing::Done
        });
    };
    match closure.state()? {
        ClosureState::Reopened | ClosureState::Erased => return Ok(Erasing::Done),
        ClosureState::Closed if !is_closed => return Ok(Erasing::Done),
        ClosureState::Closed if ctx.now() < closure.erases_at => {
            return Ok(Erasing::NotBefore(closure.erases_at));
        }
        ClosureState::Closed => {
            let counts = count(app, &there).await?;
            if !begin(app, ctx, &closure, &counts).await? {
                return Ok(Erasing::Done);
            }
        }
        ClosureState::Erasing => {}
    }
    if !people(app, ctx, tenant).await? {
        return Ok(Erasing::Partly);
    }
    if !round(app, &there).await? {
        return Ok(Erasing::Partly);
    }
    end(app, ctx, id).await?;
    Ok(Erasing::Done)
}

/// Users' own come last: what others do asks whether the tenant is there.
fn offers(app: &App) -> impl Iterator<Item = &ArchiveOffer> {
    let (own, others): (Vec<_>, Vec<_>) =
        app.archives.all().iter().partition(|offer| offer.domain == "users");
    others.into_iter().chain(own)
}

/// Those that point at others before these, and then what is on its way.
fn tables(offer: &ArchiveOffer) -> impl Iterator<Item = &'static Table> {
    offer.tables.iter().rev().filter(|table| table.of != Of::Platform).chain(KERNEL_TABLES)
}

async fn count(app: &App, there: &Ctx) -> Result<Counts, Error> {
    let mut counts = Counts::new();
    for offer in offers(app) {
        for table in tables(offer) {
            let request = CountRows { table: table.name.to_owned() };
            let counted = offer.archive.count(there, request).await.map_err(unanswered)?;
            counts.insert(format!("{}.{}", offer.domain, table.name), counted.rows);
        }
    }
    Ok(counts)
}

async fn begin(
    app: &App,
    ctx: &Ctx,
    closure: &tenant_closure::Model,
    counts: &Counts,
) -> Result<bool, Error> {
    let mut unit = app.databases.write(ctx).await?;
    if !tenant_closure::begin_erasing(&unit, ctx, closure.public_id, counts).await? {
        return Ok(false);
    }
    unit.audit(AuditEntry {
        action: "users.tenant.begin_erasing",
        resource: "tenant",
        resource_id: closure.of_tenant.uuid(),
        before: Some(json!({ "state": ClosureState::Closed.name() })),
        after: Some(json!({ "state": ClosureState::Erasing.name(), "rows": counts.values().sum::<u64>() })),
    })?;
    Ok(unit.commit(true).await?)
}

/// Who is in no other tenant is erased with this one, and found by who is in it: before any of its rows goes. `true` when there
/// are no more of them.
async fn people(app: &App, ctx: &Ctx, tenant: TenantId) -> Result<bool, Error> {
    let system = app.databases.system_read("leaving: whose only tenant is being erased").await?;
    let people = membership::people_of_alone(&system, tenant, PEOPLE).await?;
    drop(system);
    for person in &people {
        erase_person::begin_with_tenant(app, ctx, *person).await?;
    }
    Ok((people.len() as i64) < PEOPLE)
}

/// `true` when nothing was left.
async fn round(app: &App, there: &Ctx) -> Result<bool, Error> {
    let (mut batches, mut found) = (0, false);
    for offer in offers(app) {
        loop {
            let erased = offer.archive.erase_files(there, EraseFiles {}).await.map_err(unanswered)?;
            found |= erased.rows > 0;
            batches += 1;
            if batches >= MOST_BATCHES {
                return Ok(false);
            }
            if !erased.more {
                break;
            }
        }
        for table in tables(offer) {
            loop {
                let request = EraseRows { table: table.name.to_owned() };
                let erased = offer.archive.erase_rows(there, request).await.map_err(unanswered)?;
                found |= erased.rows > 0 || erased.more;
                batches += 1;
                if batches >= MOST_BATCHES {
                    return Ok(false);
                }
                if !erased.more {
                    break;
                }
            }
        }
    }
    Ok(!found)
}

async fn end(app: &App, ctx: &Ctx, id: TenantClosureId) -> Result<(), Error> {
    let read = app.databases.read(ctx).await?;
    let closure = tenant_closure::by_id(&read, id).await?.ok_or(Error::ClosureNotFound)?;
    drop(read);
    let certificate = certificate(app, ctx, &closure).await?;
    let system =
        app.databases.system("leaving: a tenant's own row, once all that was in it is erased").await?;
    tenant::remove(&system, closure.of_tenant).await?;
    system.commit().await?;
    let mut unit = app.databases.write(ctx).await?;
    if !tenant_closure::end(&unit, ctx, id, &certificate).await? {
        return Ok(());
    }
    if let Some(email) = &closure.address {
        unit.publish(&TenantErased {
            email: email.clone(),
            tenant_name: closure.tenant_name.clone().unwrap_or_default(),
            certificate: certificate.clone(),
            happened_at: ctx.now(),
        })?;
    }
    unit.audit(AuditEntry {
        action: "users.tenant.erase",
        resource: "tenant",
        resource_id: closure.of_tenant.uuid(),
        before: Some(json!({ "state": ClosureState::Erasing.name() })),
        after: Some(json!({ "state": ClosureState::Erased.name(), "closure": id })),
    })?;
    Ok(unit.commit(()).await?)
}

async fn certificate(app: &App, ctx: &Ctx, closure: &tenant_closure::Model) -> Result<String, Error> {
    let counts = closure.counts()?;
    let told = Erasure {
        issuer: &app.issuer,
        tenant: &closure.of_tenant.to_string(),
        tenant_name: closure.tenant_name.as_deref(),
        closure: &closure.public_id.to_string(),
        closed_at: closure.created_at,
        requested_by: &closure.requested_by.to_string(),
        erased_at: ctx.now(),
        counts: &counts,
    }
    .told();
    signing_keys::sign_statement(app, ctx.visitor(), CERTIFICATE, &told).await
}

pub fn unanswered(error: ArchiveError) -> Error {
    Error::Refused(Problem::unavailable(error))
}
