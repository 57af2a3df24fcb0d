//! A transaction of one tenant in one domain's database. What it selects carries the tenant; there is no way from
//! here to a bare sea-orm connection.

use crate::connection::Connection;
use crate::entity::{PlatformEntity, TenantEntity};
use crate::error::Error;
use crate::keyset;
use crate::raw::{Raw, TenantSql};
use kernel::{Id, Page, PageRequest, TenantId};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{
    ColumnTrait, EntityTrait, ModelTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

///
/// sea-orm's own queries have nothing to run on:
/// ```compile_fail,E0277
/// use sea_orm::EntityTrait;
/// async fn all<E: EntityTrait>(tx: &data::Tx) {
///     let _ = E::find().all(tx).await;
/// }
/// ```
pub struct Tx {
    connection: Connection,
    tenant: TenantId,
}

impl Tx {
    pub(crate) fn new(connection: Connection, tenant: TenantId) -> Self {
        Self { connection, tenant }
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The tenant's rows that are not deleted.
    pub fn find<E: TenantEntity>(&self) -> Find<'_, E> {
        Find {
            tx: self,
            select: E::find().filter(E::tenant_id().eq(self.tenant)),
            deleted: false,
            limited: false,
        }
    }

    pub fn by_id<E: TenantEntity, K>(&self, id: Id<K>) -> Find<'_, E> {
        self.find::<E>().filter(E::public_id().eq(id.uuid()))
    }

    /// A row of a platform table, which belongs to no tenant.
    pub async fn platform_one<E: PlatformEntity>(
        &self,
        select: Select<E>,
    ) -> Result<Option<E::Model>, Error> {
        Ok(select.one(&self.connection).await?)
    }

    pub async fn platform_all<E: PlatformEntity>(&self, select: Select<E>) -> Result<Vec<E::Model>, Error> {
        Ok(select.all(&self.connection).await?)
    }

    /// `tx.sql(sql!("SELECT … WHERE tenant_id = $1 AND …")).bind(…)`.
    pub fn sql(&self, sql: TenantSql) -> Raw<'_> {
        Raw::new(self, sql)
    }
}

#[must_use = "nothing runs until one, all, count or page"]
pub struct Find<'a, E: EntityTrait> {
    tx: &'a Tx,
    select: Select<E>,
    deleted: bool,
    limited: bool,
}

impl<'a, E: TenantEntity> Find<'a, E> {
    pub fn with_deleted(mut self) -> Self {
        self.deleted = true;
        self
    }

    pub fn filter(mut self, condition: impl IntoCondition) -> Self {
        self.select = self.select.filter(condition);
        self
    }

    pub fn order_by_asc(mut self, column: E::Column) -> Self {
        self.select = self.select.order_by(column, Order::Asc);
        self
    }

    pub fn order_by_desc(mut self, column: E::Column) -> Self {
        self.select = self.select.order_by(column, Order::Desc);
        self
    }

    pub fn limit(mut self, rows: u64) -> Self {
        self.select = self.select.limit(rows);
        self.limited = true;
        self
    }

    pub async fn one(self) -> Result<Option<E::Model>, Error> {
        let (tx, select) = self.scoped();
        Ok(select.one(tx.connection()).await?)
    }

    /// Needs a limit: no list is unbounded.
    pub async fn all(self) -> Result<Vec<E::Model>, Error> {
        if !self.limited {
            return Err(Error::internal("a list without a limit"));
        }
        let (tx, select) = self.scoped();
        Ok(select.all(tx.connection()).await?)
    }

    pub async fn count(self) -> Result<u64, Error> {
        let (tx, select) = self.scoped();
        Ok(select.count(tx.connection()).await?)
    }

    /// Newest first, keyset on `(created_at, public_id)`.
    pub async fn page(self, request: &PageRequest) -> Result<Page<E::Model>, Error>
    where
        E::Model: ModelTrait<Entity = E>,
    {
        let (tx, mut select) = self.scoped();
        if let Some(cursor) = &request.cursor {
            let at = keyset::read(cursor)?;
            select = select.filter(keyset::after(E::created_at(), E::public_id(), at));
        }
        let limit = u64::from(request.limit);
        let select = select.order_by_desc(E::created_at()).order_by_desc(E::public_id()).limit(limit + 1);
        let mut data = select.all(tx.connection()).await?;
        let more = data.len() as u64 > limit;
        data.truncate(usize::from(request.limit));
        let last = if more { data.last() } else { None };
        let next_cursor = last.map(|model| keyset::write::<E>(model)).transpose()?;
        Ok(Page { data, next_cursor })
    }

    fn scoped(self) -> (&'a Tx, Select<E>) {
        let select = match (self.deleted, E::deleted_at()) {
            (false, Some(deleted_at)) => self.select.filter(deleted_at.is_null()),
            _ => self.select,
        };
        (self.tx, select)
    }
}
