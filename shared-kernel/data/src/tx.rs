//! A transaction of one tenant in one domain's database. What it selects carries the tenant; there is no way from
//! here to a bare sea-orm connection.

use crate::connection::Connection;
use crate::entity::{PlatformEntity, TenantEntity};
use crate::error::Error;
use crate::keyset::{self, Position};
use crate::raw::{Raw, TenantSql};
use crate::search::{self, Matching, Window};
use kernel::page::Order as PageOrder;
use kernel::{Id, Page, PageRequest, Search, TenantId};
use sea_orm::sea_query::{Func, IntoCondition, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, JoinType, Order,
    PaginatorTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait, RelationDef, Select,
};
use std::marker::PhantomData;

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
            matching: None,
            deleted: false,
            limited: false,
            row: PhantomData,
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

    /// A page of a platform table, on its columns `created_at` and `public_id`.
    pub async fn platform_page<E: PlatformEntity>(
        &self,
        select: Select<E>,
        [created_at, public_id]: [E::Column; 2],
        request: &PageRequest,
    ) -> Result<Page<E::Model>, Error> {
        let after = request.cursor.as_deref().map(keyset::read).transpose()?;
        let select = in_order(select, [created_at, public_id], request, after);
        self.paged(select.limit(one_more(request)), request).await
    }

    async fn paged<E: EntityTrait, R: FromQueryResult>(
        &self,
        select: Select<E>,
        request: &PageRequest,
    ) -> Result<Page<R>, Error> {
        let select = select.build(self.connection.get_database_backend());
        let mut rows = self.connection.query_all_raw(select).await?;
        let more = rows.len() > usize::from(request.limit);
        rows.truncate(usize::from(request.limit));
        let last = if more { rows.last() } else { None };
        let next_cursor = last.map(keyset::write).transpose()?;
        let data = rows.iter().map(|row| R::from_query_result(row, "")).collect::<Result<_, _>>()?;
        Ok(Page { data, next_cursor })
    }

    /// `tx.sql(sql!("SELECT … WHERE tenant_id = $1 AND …")).bind(…)`.
    pub fn sql(&self, sql: TenantSql) -> Raw<'_> {
        Raw::new(self, sql)
    }
}

/// It says whether another page follows.
fn one_more(request: &PageRequest) -> u64 {
    u64::from(request.limit) + 1
}

/// The rows of a list from where its page begins.
fn in_order<E: EntityTrait>(
    select: Select<E>,
    [created_at, public_id]: [E::Column; 2],
    request: &PageRequest,
    after: Option<Position>,
) -> Select<E> {
    let select = match after {
        Some(at) => select.filter(keyset::after(created_at, public_id, at, request.order)),
        None => select,
    };
    let order = match request.order {
        PageOrder::NewestFirst => Order::Desc,
        PageOrder::OldestFirst => Order::Asc,
    };
    select
        .filter(keyset::within(created_at, request.created_at))
        .order_by(created_at, order.clone())
        .order_by(public_id, order)
}

#[must_use = "nothing runs until one, all, count or page"]
pub struct Find<'a, E: EntityTrait, R = <E as EntityTrait>::Model> {
    tx: &'a Tx,
    select: Select<E>,
    matching: Option<Matching>,
    deleted: bool,
    limited: bool,
    row: PhantomData<R>,
}

/// A row, and columns of another that belongs to it.
pub struct With<M, A> {
    pub row: M,
    pub also: A,
}

impl<M: FromQueryResult, A: FromQueryResult> FromQueryResult for With<M, A> {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self { row: M::from_query_result(row, prefix)?, also: A::from_query_result(row, prefix)? })
    }
}

impl<'a, E: TenantEntity> Find<'a, E> {
    /// Each row with these columns of the one row that belongs to it; one that has none is left out. The relation
    /// compares the tenant too, and the columns are named unlike the row's own.
    pub fn with<A, C: ColumnTrait, const N: usize>(
        self,
        relation: RelationDef,
        columns: [C; N],
    ) -> Find<'a, E, With<E::Model, A>> {
        let select = self.select.join(JoinType::InnerJoin, relation);
        Find {
            tx: self.tx,
            select: columns.into_iter().fold(select, QuerySelect::column),
            matching: self.matching,
            deleted: self.deleted,
            limited: self.limited,
            row: PhantomData,
        }
    }
}

impl<'a, E: TenantEntity, R: FromQueryResult + Send + Sync> Find<'a, E, R> {
    pub fn with_deleted(mut self) -> Self {
        self.deleted = true;
        self
    }

    /// The rows whose search text contains this, of a table marked `@search_table`; only a page of them can be asked
    /// for. `filters` are those on the columns that the mark names, in its order.
    pub fn matching<const N: usize>(mut self, wanted: &Search, filters: [Option<&str>; N]) -> Self {
        let filters = filters.map(|filter| filter.map(str::to_owned)).into();
        self.matching = Some(Matching { wanted: wanted.clone(), filters });
        self
    }

    pub fn filter(mut self, condition: impl IntoCondition) -> Self {
        self.select = self.select.filter(condition);
        self
    }

    /// Nobody else changes these rows until the transaction ends: who is about to change one waits here for its turn.
    /// SQLite has one writer anyway.
    pub fn to_change(mut self) -> Self {
        self.select = self.select.lock(LockType::NoKeyUpdate);
        self
    }

    /// Nobody changes these rows until the transaction ends, which counts on what they say.
    pub fn to_keep(mut self) -> Self {
        self.select = self.select.lock(LockType::Share);
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

    pub async fn one(self) -> Result<Option<R>, Error> {
        self.whole()?;
        let (tx, select) = self.scoped();
        Ok(select.into_model::<R>().one(tx.connection()).await?)
    }

    /// Needs a limit: no list is unbounded.
    pub async fn all(self) -> Result<Vec<R>, Error> {
        if !self.limited {
            return Err(Error::internal("a list without a limit"));
        }
        self.whole()?;
        let (tx, select) = self.scoped();
        Ok(select.into_model::<R>().all(tx.connection()).await?)
    }

    /// What a column comes to, under that name, over the rows that agree in these: one row for all of them, with what they
    /// agree in. Needs a limit as well.
    pub async fn sums<S: FromQueryResult + Send + Sync, const N: usize>(
        self,
        (of, name): (E::Column, &'static str),
        by: [E::Column; N],
    ) -> Result<Vec<S>, Error> {
        if !self.limited {
            return Err(Error::internal("a list without a limit"));
        }
        self.whole()?;
        let (tx, select) = self.scoped();
        // PostgreSQL widens the sum of a BIGINT.
        let select = select.select_only().expr_as(Func::cast_as(of.sum(), "BIGINT"), name);
        let select = by.into_iter().fold(select, |select, column| select.column(column).group_by(column));
        Ok(select.into_model::<S>().all(tx.connection()).await?)
    }

    pub async fn count(self) -> Result<u64, Error> {
        self.whole()?;
        let (tx, select) = self.scoped();
        Ok(select.count(tx.connection()).await?)
    }

    /// Keyset on `(created_at, public_id)`, newest first unless told.
    pub async fn page(mut self, request: &PageRequest) -> Result<Page<R>, Error> {
        self.deleted |= request.with_deleted;
        let after = request.cursor.as_deref().map(keyset::read).transpose()?;
        let matching = self.matching.take();
        let window = Window {
            order: request.order,
            after,
            created_at: request.created_at,
            with_deleted: self.deleted,
            most: i64::from(request.limit) + 1,
        };
        let (tx, select) = self.scoped();
        let list = in_order(select, [E::created_at(), E::public_id()], request, after);
        let table = E::default();
        let table = table.table_name();
        let is_postgres = tx.connection().get_database_backend() == DbBackend::Postgres;
        let select = match matching {
            None => list.limit(one_more(request)),
            // The function gives no more than the page. Told of a limit as well, PostgreSQL would go through the list for it.
            Some(matching) if is_postgres => list.filter(search::on_postgres(table, matching, &window)),
            Some(Matching { wanted, .. }) => {
                search::on_sqlite(tx, table, list, &wanted, window.most).await?.limit(one_more(request))
            }
        };
        tx.paged(select, request).await
    }

    /// A search that is not a page would leave the text out.
    fn whole(&self) -> Result<(), Error> {
        if self.matching.is_some() {
            Err(Error::internal("a search is asked for by the page"))
        } else {
            Ok(())
        }
    }

    fn scoped(self) -> (&'a Tx, Select<E>) {
        let select = match (self.deleted, E::deleted_at()) {
            (false, Some(deleted_at)) => self.select.filter(deleted_at.is_null()),
            _ => self.select,
        };
        (self.tx, select)
    }
}
