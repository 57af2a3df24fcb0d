//! The unit of work: one transaction that carries a change, its messages, its audit entry, its idempotent answer and,
//! for a subscriber, the record that the message was applied. All or nothing.

use crate::databases::Databases;
use crate::entity::{PlatformEntity, TenantEntity};
use crate::error::Error;
use crate::kernel_rows::{self, Answer, KernelRows};
use crate::message::{ActAs, AuditEntry, AuditRecorded, Job, JobOptions, NewMessage};
use crate::tx::Tx;
use cache::Space;
use kernel::id::MessageId;
use kernel::{Ctx, DomainEvent, TenantId};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, OnConflict};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    UpdateMany, Value,
};
use std::any::Any;
use std::ops::Deref;

pub struct Unit {
    tx: Tx,
    databases: Databases,
    ctx: Ctx,
    messages: Vec<NewMessage>,
    stale: Stale,
}

impl Deref for Unit {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl Unit {
    pub(crate) fn new(tx: Tx, databases: Databases, ctx: Ctx) -> Self {
        Self { tx, databases, ctx, messages: Vec::new(), stale: Stale::default() }
    }

    /// Sets the tenant, the times and the first version.
    pub async fn insert<A>(&self, mut row: A) -> Result<<A::Entity as EntityTrait>::Model, Error>
    where
        A: ActiveModelTrait + ActiveModelBehavior + Send,
        A::Entity: TenantEntity,
        <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        self.complete(&mut row);
        Ok(row.insert(self.tx.connection()).await?)
    }

    /// Like `insert`, for several rows in one statement, all with the same columns set.
    pub async fn insert_all<A>(&self, mut rows: Vec<A>) -> Result<(), Error>
    where
        A: ActiveModelTrait + ActiveModelBehavior + Send,
        A::Entity: TenantEntity,
    {
        if rows.is_empty() {
            return Ok(());
        }
        rows.iter_mut().for_each(|row| self.complete(row));
        A::Entity::insert_many(rows).exec_without_returning(self.tx.connection()).await?;
        Ok(())
    }

    /// Like `insert_all`, and leaves out what is there by a unique key. It waits for others that are making the same.
    pub async fn insert_missing<A>(&self, mut rows: Vec<A>) -> Result<(), Error>
    where
        A: ActiveModelTrait + ActiveModelBehavior + Send,
        A::Entity: TenantEntity,
    {
        if rows.is_empty() {
            return Ok(());
        }
        rows.iter_mut().for_each(|row| self.complete(row));
        let leave = OnConflict::new().do_nothing().to_owned();
        A::Entity::insert_many(rows).on_conflict(leave).exec_without_returning(self.tx.connection()).await?;
        Ok(())
    }

    pub fn update<E: TenantEntity>(&self) -> Update<'_, E> {
        let mut update = self.change::<E>();
        if let Some(deleted_at) = E::deleted_at() {
            update = update.filter(deleted_at.is_null());
        }
        Update { tx: &self.tx, update }
    }

    /// Takes rows out of sight; their uniqueness is free again.
    pub fn delete<E: TenantEntity>(&self) -> Update<'_, E> {
        let mut update = self.update::<E>();
        if let (Some(at), Some(by)) = (E::deleted_at(), E::deleted_by()) {
            update = update.set(at, self.ctx.now()).set(by, self.ctx.actor().to_string());
        }
        update
    }

    /// Brings deleted rows back; it fails where their uniqueness was taken meanwhile.
    pub fn restore<E: TenantEntity>(&self) -> Update<'_, E> {
        let mut update = self.change::<E>();
        if let (Some(at), Some(by)) = (E::deleted_at(), E::deleted_by()) {
            let none = || Expr::cust("NULL");
            update = update.filter(at.is_not_null()).col_expr(at, none()).col_expr(by, none());
        }
        Update { tx: &self.tx, update }
    }

    fn change<E: TenantEntity>(&self) -> UpdateMany<E> {
        let mut update = E::update_many().filter(E::tenant_id().eq(self.tx.tenant()));
        if let Some(updated_at) = E::updated_at() {
            update = update.col_expr(updated_at, Expr::val(self.ctx.now()));
        }
        if let Some(version) = E::version() {
            update = update.col_expr(version, Expr::col(version).add(1));
        }
        update
    }

    /// What a cache holds under this key of the tenant's is dropped once the transaction has ended.
    pub fn forget(&mut self, space: &Space, key: impl Into<String>) {
        self.stale.entries.push((space.clone(), Some(self.tx.tenant()), key.into()));
    }

    /// The same in a space whose keys belong to no tenant.
    pub fn forget_of_all(&mut self, space: &Space, key: impl Into<String>) {
        self.stale.entries.push((space.clone(), None, key.into()));
    }

    /// A row of a platform table, which belongs to no tenant.
    pub async fn insert_platform<A>(&self, row: A) -> Result<<A::Entity as EntityTrait>::Model, Error>
    where
        A: ActiveModelTrait + ActiveModelBehavior + Send,
        A::Entity: PlatformEntity,
        <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        Ok(row.insert(self.tx.connection()).await?)
    }

    pub async fn update_platform<E: PlatformEntity>(&self, update: UpdateMany<E>) -> Result<u64, Error> {
        Ok(update.exec(self.tx.connection()).await?.rows_affected)
    }

    /// One message per subscriber.
    pub fn publish<E: DomainEvent>(&mut self, event: &E) -> Result<(), Error> {
        let rows =
            NewMessage::event(&self.ctx, event, self.databases.subscriptions()).map_err(Error::internal)?;
        self.messages.extend(rows);
        Ok(())
    }

    /// Not as the caller for who acts through another: such a job is resumed as its actor alone, with all that this
    /// one may do, and goes on when the visit has ended. One that acts as the system is nobody's.
    pub fn enqueue<J: Job>(&mut self, job: &J, options: JobOptions) -> Result<MessageId, Error> {
        if options.act_as == ActAs::Caller && self.ctx.principal().impersonator.is_some() {
            return Err(Error::JobThroughAnother);
        }
        let message = NewMessage::job(&self.ctx, job, options).map_err(Error::internal)?;
        let id = message.public_id;
        self.messages.push(message);
        Ok(id)
    }

    pub fn audit(&mut self, entry: AuditEntry) -> Result<(), Error> {
        let entry = AuditRecorded::new(&self.ctx, entry);
        self.publish(&entry)
    }

    /// Writes the kernel's rows in one statement, commits, and only then wakes the workers.
    pub async fn commit<T: Any + Send + Sync>(mut self, result: T) -> Result<T, Error> {
        let rows = KernelRows {
            messages: &self.messages,
            answer: self.answer(&result)?,
            delivery: self.ctx.delivery().filter(|delivery| delivery.domain == self.databases.domain()),
        };
        if !self.messages.is_empty() {
            self.databases.wake_after(self.tx.connection()).await;
        }
        let connection = self.tx.connection();
        let committed = kernel_rows::write_and_commit(connection, &self.databases, &self.ctx, rows).await;
        // Also where nobody knows whether it was: to load a value again costs little.
        self.stale.drop_entries().await;
        committed?;
        Ok(result)
    }

    fn complete<A>(&self, row: &mut A)
    where
        A: ActiveModelTrait,
        A::Entity: TenantEntity,
    {
        type E<A> = <A as ActiveModelTrait>::Entity;
        let now: Value = self.ctx.now().into();
        row.set(E::<A>::tenant_id(), self.tx.tenant().into());
        row.set(E::<A>::created_at(), now.clone());
        if let Some(updated_at) = E::<A>::updated_at() {
            row.set(updated_at, now);
        }
        if let Some(version) = E::<A>::version() {
            row.set(version, 1i64.into());
        }
    }

    fn answer(&self, result: &(dyn Any + Send + Sync)) -> Result<Option<Answer>, Error> {
        let Some(idempotency) = self.databases.idempotency(&self.ctx) else { return Ok(None) };
        let renderer = idempotency.renderer.as_ref();
        let response = renderer.and_then(|render| render(result)).ok_or_else(|| {
            Error::internal("an idempotent request committed a result that its handler cannot render")
        })?;
        Answer::new(&self.databases, &self.ctx, idempotency, response).map(Some)
    }
}

/// Cached values that this unit makes untrue. A request that is cut off while its COMMIT is on the way drops them too.
#[derive(Default)]
struct Stale {
    entries: Vec<(Space, Option<TenantId>, String)>,
}

impl Stale {
    async fn drop_entries(&mut self) {
        while let Some((space, tenant, key)) = self.entries.last() {
            space.invalidate(*tenant, key).await;
            self.entries.pop();
        }
    }
}

impl Drop for Stale {
    fn drop(&mut self) {
        if self.entries.is_empty() {
            return;
        }
        let mut rest = Self { entries: std::mem::take(&mut self.entries) };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { rest.drop_entries().await });
        }
    }
}

#[must_use = "nothing runs until exec or returning"]
pub struct Update<'a, E: EntityTrait> {
    tx: &'a Tx,
    update: UpdateMany<E>,
}

impl<E: TenantEntity> Update<'_, E> {
    pub fn set(mut self, column: E::Column, value: impl Into<Value>) -> Self {
        self.update = self.update.col_expr(column, Expr::val(value));
        self
    }

    /// An expression over the row's present values: `Expr::col(Column::Sequence).add(1)`.
    pub fn set_expr(mut self, column: E::Column, expression: Expr) -> Self {
        self.update = self.update.col_expr(column, expression);
        self
    }

    pub fn filter(mut self, condition: impl IntoCondition) -> Self {
        self.update = self.update.filter(condition);
        self
    }

    /// The number of rows changed.
    pub async fn exec(self) -> Result<u64, Error> {
        Ok(self.update.exec(self.tx.connection()).await?.rows_affected)
    }

    pub async fn returning(self) -> Result<Vec<E::Model>, Error> {
        Ok(self.update.exec_with_returning(self.tx.connection()).await?)
    }
}
