//! Erases what is personal of somebody who is nobody already: in each tenant that knows of them, through every domain's archive,
//! in users' own tables and in the log, and then leaves a certificate. Rows go in batches with a transaction each and a tenant
//! that is done is noted, so it may be killed anywhere: the next run goes on there. What is on its way and names them is waited
//! for, or it would write of them behind it.

use crate::app::App;
use crate::domain::UserErasureId;
use crate::domain::leaving::{Because, PERSON_CERTIFICATE, PersonErasure, PersonState};
use crate::error::Error;
use crate::jobs::ErasePerson;
use crate::service::audit::erase_audit_details::erase_naming;
use crate::service::leaving::erase_tenant::{Erasing, unanswered};
use crate::service::leaving::export::key;
use crate::service::members::move_member::leave_within;
use crate::service::sessions::{signing_keys, tokens};
use crate::store::of_person::Theirs;
use crate::store::user_erasure::{self, Model, NewErasure};
use crate::store::{data_export, membership, of_person, tenant, tenant_closure, user};
use chrono::{DateTime, Duration, Utc};
use data::tables::{KERNEL_TABLES, Of, Table};
use data::{ActAs, AuditEntry, JobOptions, Unit};
use kernel::id::PLATFORM;
use kernel::{Ctx, Problem, TenantId, UserId};
use module::{ArchiveOffer, ArchivePerson, RowsErased};
use secrets::OpenError;
use serde::{Deserialize, Serialize};
use serde_json::json;
use users_contract::{ERASED_PERSON_SEAL, PersonErased};
use uuid::Uuid;

/// Longer than a request may take.
const ASKING_TAKES: Duration = Duration::minutes(5);
const PAUSE: Duration = Duration::seconds(1);
/// Until then whoever's tenant is gone can be sent its certificate, to the address that is erased next.
const LETTERS_TAKE: Duration = Duration::days(1);
/// Where erasing that tenant takes longer.
const LOOKED_AGAIN: Duration = Duration::minutes(10);
const PLACES: i64 = 100;
const SEAL: &str = "users.erasing_person";
const MESSAGES: &str = "messages";

/// What is not in their row any more, and known until they are told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub email: String,
    pub name: String,
}

impl Person {
    pub fn of(row: &user::Model) -> Self {
        Self { id: row.public_id, email: row.email.clone(), name: row.display_name.clone() }
    }

    fn address(&self) -> String {
        self.email.to_ascii_lowercase()
    }

    fn archived(&self, address_until: Option<DateTime<Utc>>) -> ArchivePerson {
        let (address, name) = (Some(self.email.clone()), Some(self.name.clone()));
        ArchivePerson { id: self.id, address, address_until, name }
    }
}

/// From here on they are nobody. The job and the entry in the log are for the caller to write.
pub async fn begin(
    app: &App,
    ctx: &Ctx,
    unit: &Unit,
    erasure: UserErasureId,
    person: &Person,
    because: Because,
) -> Result<(), Error> {
    let plain = serde_json::to_vec(person).map_err(data::Error::internal)?;
    let sealed_person = app.secrets.seal(SEAL, erasure.uuid().as_bytes(), &plain);
    let new = NewErasure { id: erasure, user: person.id, because, sealed_person };
    user_erasure::insert(unit, ctx, new).await?;
    if !user::become_nobody(unit, ctx, person.id).await? {
        return Err(Error::SessionEnded);
    }
    Ok(())
}

pub fn audit_begin(unit: &mut Unit, person: UserId, because: Because) -> Result<(), Error> {
    unit.audit(AuditEntry {
        action: "users.user.begin_erasing",
        resource: "user",
        resource_id: person.uuid(),
        before: Some(json!({ "state": "active" })),
        after: Some(json!({ "state": PersonState::Erasing.name(), "because": because.name() })),
    })?;
    Ok(())
}

/// Somebody whose only tenant is being erased. In the tenant that is none.
pub async fn begin_with_tenant(app: &App, ctx: &Ctx, person: UserId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(row) = user::by_id_to_change(&unit, person).await? else { return Ok(()) };
    let erasure: UserErasureId = ctx.new_id();
    begin(app, ctx, &unit, erasure, &Person::of(&row), Because::TenantErased).await?;
    audit_begin(&mut unit, person, Because::TenantErased)?;
    let job = ErasePerson { erasure, asked_at: ctx.now() };
    let run_at = Some(ctx.now() + LETTERS_TAKE);
    unit.enqueue(&job, JobOptions { act_as: ActAs::System, run_at, ..JobOptions::default() })?;
    Ok(unit.commit(()).await?)
}

pub async fn erase_person(app: &App, ctx: &Ctx, job: ErasePerson) -> Result<Erasing, Error> {
    let read = app.databases.read(ctx).await?;
    let found = user_erasure::by_id(&read, job.erasure).await?;
    drop(read);
    let Some(erasure) = found else {
        // The job was written first: the asking may be on its way.
        let is_under_way = ctx.now() < job.asked_at + ASKING_TAKES;
        return Ok(if is_under_way { Erasing::NotBefore(ctx.now() + PAUSE) } else { Erasing::Done });
    };
    if erasure.state()? == PersonState::Erased {
        return Ok(Erasing::Done);
    }
    let read = app.databases.read(ctx).await?;
    let is_told_first = tenant_closure::is_erasing_of(&read, erasure.user_id).await?;
    drop(read);
    if is_told_first {
        return Ok(Erasing::NotBefore(ctx.now() + LOOKED_AGAIN));
    }
    let person = opened(app, &erasure)?;
    let mut after = erasure.done_up_to.unwrap_or(PLATFORM);
    loop {
        let system = app.databases.system_read("leaving: which tenants know of an erased person").await?;
        let places = of_person::places(&system, person.id, &person.address(), after.uuid(), PLACES).await?;
        drop(system);
        let Some(last) = places.last().copied() else { break };
        for place in places {
            let there = ctx.visitor().enter(place, "users");
            if !erase_there(app, &there, &erasure, &person).await? {
                return Ok(Erasing::NotBefore(ctx.now() + PAUSE));
            }
            advance(app, ctx, erasure.public_id, place).await?;
        }
        after = last;
    }
    if !erase_there(app, ctx, &erasure, &person).await? {
        return Ok(Erasing::NotBefore(ctx.now() + PAUSE));
    }
    let system = app.databases.system("leaving: what an erased person had in no tenant").await?;
    of_person::delete_of_no_tenant(&system, person.id, &person.address()).await?;
    system.commit().await?;
    end(app, ctx, &erasure, &person).await?;
    Ok(Erasing::Done)
}

/// `None`: the newest master key sealed it already.
pub fn resealed(app: &App, erasure: &Model) -> Result<Option<Vec<u8>>, OpenError> {
    let sealed = erasure.sealed_person.as_deref().unwrap_or_default();
    app.secrets.reseal(SEAL, erasure.public_id.uuid().as_bytes(), sealed)
}

fn opened(app: &App, erasure: &Model) -> Result<Person, Error> {
    let sealed = erasure.sealed_person.as_deref().unwrap_or_default();
    let plain = app.secrets.open(SEAL, erasure.public_id.uuid().as_bytes(), sealed);
    let plain = plain.map_err(data::Error::internal)?;
    Ok(serde_json::from_slice(&plain).map_err(data::Error::internal)?)
}

/// `false`: something on its way there is waited for. Twice is once.
async fn erase_there(app: &App, there: &Ctx, erasure: &Model, person: &Person) -> Result<bool, Error> {
    let theirs = theirs(app, erasure, person).await?;
    let archived = person.archived(theirs.until);
    leave_if_there(app, there, person.id).await?;
    for offer in app.archives.all() {
        if erase_rows(offer, there, &archived, MESSAGES).await? {
            return Ok(false);
        }
    }
    for offer in app.archives.all() {
        for table in tables(offer).filter(|table| table.name != MESSAGES) {
            erase_rows(offer, there, &archived, table.name).await?;
        }
    }
    let read = app.databases.read(there).await?;
    let named_by = of_person::named_by(&read, &theirs).await?;
    drop(read);
    erase_naming(app, there, &theirs, &named_by).await?;
    delete_exports(app, there, person.id).await?;
    delete_decisions(app, there, &theirs, &named_by).await?;
    delete_own(app, there, &theirs).await?;
    Ok(true)
}

/// Their address is free from the first, so it may be somebody else's by now. Looked at for each tenant: it takes long.
async fn theirs(app: &App, erasure: &Model, person: &Person) -> Result<Theirs, Error> {
    let address = person.address();
    let system =
        app.databases.system_read("leaving: since when an erased person's address is another's").await?;
    let until = of_person::anothers_since(&system, &address, erasure.created_at).await?;
    drop(system);
    Ok(Theirs { person: person.id, address, until })
}

/// Of who was erased with their tenant, or was let in while they asked.
async fn leave_if_there(app: &App, there: &Ctx, person: UserId) -> Result<(), Error> {
    let mut unit = app.databases.write(there).await?;
    if tenant::own_to_change(&unit).await?.is_none() {
        return Ok(());
    }
    let Some(member) = membership::of_user_to_change(&unit, person).await? else { return Ok(()) };
    leave_within(app, there, &mut unit, &member).await?;
    Ok(unit.commit(()).await?)
}

fn tables(offer: &ArchiveOffer) -> impl Iterator<Item = &'static Table> {
    offer.tables.iter().filter(|table| table.of != Of::Platform).chain(KERNEL_TABLES)
}

/// Whether something of it is waited for.
async fn erase_rows(
    offer: &ArchiveOffer,
    there: &Ctx,
    person: &ArchivePerson,
    table: &str,
) -> Result<bool, Error> {
    loop {
        let request = module::ErasePerson { table: table.to_owned(), person: person.clone() };
        let erased = offer.archive.erase_person(there, request).await.map_err(unanswered)?;
        let RowsErased { more, waits, .. } = erased;
        if !more {
            return Ok(waits);
        }
    }
}

/// A file first: a row without one is found again.
async fn delete_exports(app: &App, there: &Ctx, person: UserId) -> Result<(), Error> {
    loop {
        let read = app.databases.read(there).await?;
        let exports = of_person::exports(&read, person).await?;
        drop(read);
        if exports.is_empty() {
            return Ok(());
        }
        for export in &exports {
            app.blobs.delete(&key(export.tenant_id, export.public_id)).await.map_err(Problem::from)?;
            let system = app.databases.system("leaving: an erased person's own export").await?;
            data_export::remove(&system, export).await?;
            system.commit().await?;
        }
    }
}

async fn delete_decisions(app: &App, there: &Ctx, theirs: &Theirs, named_by: &[Uuid]) -> Result<(), Error> {
    loop {
        let unit = app.databases.write(there).await?;
        let more = of_person::delete_decisions(&unit, theirs, named_by).await?;
        unit.commit(()).await?;
        if !more {
            return Ok(());
        }
    }
}

async fn delete_own(app: &App, there: &Ctx, theirs: &Theirs) -> Result<(), Error> {
    loop {
        let unit = app.databases.write(there).await?;
        let more = of_person::delete(&unit, theirs).await?;
        unit.commit(()).await?;
        if !more {
            return Ok(());
        }
    }
}

async fn advance(app: &App, ctx: &Ctx, id: UserErasureId, place: TenantId) -> Result<(), Error> {
    let unit = app.databases.write(ctx).await?;
    user_erasure::advance(&unit, ctx, id, place).await?;
    Ok(unit.commit(()).await?)
}

async fn end(app: &App, ctx: &Ctx, erasure: &Model, person: &Person) -> Result<(), Error> {
    let certificate = certificate(app, ctx, erasure).await?;
    let mut unit = app.databases.write(ctx).await?;
    if !user_erasure::end(&unit, ctx, erasure.public_id, &certificate).await? {
        return Ok(());
    }
    unit.publish(&PersonErased {
        user: person.id,
        sealed_email: tokens::sealed(app, ERASED_PERSON_SEAL, &person.email)?,
        certificate: certificate.clone(),
        happened_at: ctx.now(),
    })?;
    unit.audit(AuditEntry {
        action: "users.user.erase",
        resource: "user",
        resource_id: person.id.uuid(),
        before: Some(json!({ "state": PersonState::Erasing.name() })),
        after: Some(json!({ "state": PersonState::Erased.name(), "certificate": certificate })),
    })?;
    Ok(unit.commit(()).await?)
}

async fn certificate(app: &App, ctx: &Ctx, erasure: &Model) -> Result<String, Error> {
    let all = app.archives.all().iter();
    let gone_through =
        all.flat_map(|offer| tables(offer).map(move |table| format!("{}.{}", offer.domain, table.name)));
    let told = PersonErasure {
        issuer: &app.issuer,
        user: &erasure.user_id.to_string(),
        erasure: &erasure.public_id.to_string(),
        because: erasure.because()?,
        asked_at: erasure.created_at,
        erased_at: ctx.now(),
        tables: &gone_through.collect::<Vec<_>>(),
    }
    .told();
    signing_keys::sign_statement(app, ctx.visitor(), PERSON_CERTIFICATE, &told).await
}
