//! The tables `categories` and `category_trees`. An item names its category; whoever writes such a name holds the
//! category first, before the item, so that it is not renamed or deleted in between.

use crate::domain::category::{Category, CategoryFields, MAX_DEPTH, Step};
use crate::domain::item::Item;
use crate::error::Error;
use crate::store::item;
use data::{Tx, Unit, sql};
use inventory_contract::{CategoryId, ItemId};
use kernel::{Ctx, Page, PageRequest, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, Set};
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "categories")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: CategoryId,
    pub name: String,
    pub parent_id: Option<CategoryId>,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(resource);

#[derive(Clone, Debug, Default)]
pub struct CategoryFilter {
    pub name: Option<String>,
    pub parent: Option<CategoryId>,
    pub at_root: bool,
}

pub async fn find(tx: &Tx, id: CategoryId) -> Result<Option<Category>, data::Error> {
    Ok(tx.by_id::<Entity, _>(id).one().await?.map(Category::from))
}

pub async fn find_deleted_too(tx: &Tx, id: CategoryId) -> Result<Option<Category>, data::Error> {
    Ok(tx.by_id::<Entity, _>(id).with_deleted().one().await?.map(Category::from))
}

/// As it is now, and so it stays until the transaction ends: no item comes to it meanwhile.
pub async fn find_to_change(unit: &Unit, id: CategoryId) -> Result<Option<Category>, data::Error> {
    Ok(unit.by_id::<Entity, _>(id).to_change().one().await?.map(Category::from))
}

/// It is there, and as it is now, until the transaction ends.
pub async fn find_to_keep(unit: &Unit, id: CategoryId) -> Result<Option<Category>, data::Error> {
    Ok(unit.by_id::<Entity, _>(id).to_keep().one().await?.map(Category::from))
}

pub async fn page(
    tx: &Tx,
    filter: &CategoryFilter,
    request: &PageRequest,
) -> Result<Page<Category>, data::Error> {
    let mut categories = tx.find::<Entity>();
    if let Some(name) = &filter.name {
        categories = categories.filter(Column::Name.eq(name));
    }
    if let Some(parent) = filter.parent {
        categories = categories.filter(Column::ParentId.eq(parent));
    }
    if filter.at_root {
        categories = categories.filter(Column::ParentId.is_null());
    }
    Ok(categories.page(request).await?.map(Category::from))
}

/// Nobody else changes the tenant's tree until the transaction ends; what is read of it from here on is as it is.
pub async fn hold_tree(unit: &Unit, ctx: &Ctx) -> Result<(), data::Error> {
    let hold = sql!(
        "INSERT INTO category_trees (tenant_id, public_id, created_at, updated_at) VALUES ($1, $1, $2, $2) \
         ON CONFLICT (tenant_id, public_id) DO UPDATE SET updated_at = excluded.updated_at"
    );
    unit.sql(hold).bind(ctx.now()).exec().await.map(drop)
}

pub async fn insert(unit: &Unit, id: CategoryId, fields: &CategoryFields) -> Result<Category, Error> {
    let inserted = unit.insert(row(id, fields)).await;
    Ok(inserted.map_err(|error| refused(error, id, &fields.name))?.into())
}

/// `None` when it has another version by now, or is gone.
pub async fn update(
    unit: &Unit,
    before: &Category,
    fields: &CategoryFields,
) -> Result<Option<Category>, Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Name, fields.name.as_str())
        .set(Column::ParentId, fields.parent)
        .filter(Column::PublicId.eq(before.id))
        .filter(Column::Version.eq(before.version));
    let updated = update.returning().await.map_err(|error| refused(error, before.id, &fields.name))?;
    Ok(updated.into_iter().next().map(Category::from))
}

/// Whether there was one to delete.
pub async fn delete(unit: &Unit, id: CategoryId) -> Result<bool, data::Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

/// `None` when it is not deleted.
pub async fn restore(unit: &Unit, id: CategoryId) -> Result<Option<Category>, Error> {
    let restored = unit.restore::<Entity>().filter(Column::PublicId.eq(id)).returning().await;
    let restored = restored.map_err(|error| refused(error, id, "of the category"))?;
    Ok(restored.into_iter().next().map(Category::from))
}

pub async fn has_children(tx: &Tx, id: CategoryId) -> Result<bool, data::Error> {
    Ok(tx.find::<Entity>().filter(Column::ParentId.eq(id)).limit(1).one().await?.is_some())
}

/// The category and those above it, itself first. One more than may be, so that what is too deep shows.
pub async fn with_above(tx: &Tx, id: CategoryId) -> Result<Vec<Step>, data::Error> {
    let above = sql!(
        "WITH RECURSIVE above (category_id, name, parent_id, depth) AS (\
         SELECT public_id, name, parent_id, 0 FROM categories \
         WHERE tenant_id = $1 AND public_id = $2 AND deleted_at IS NULL \
         UNION SELECT c.public_id, c.name, c.parent_id, a.depth + 1 FROM above a \
         JOIN categories c ON c.tenant_id = $1 AND c.public_id = a.parent_id AND c.deleted_at IS NULL \
         WHERE a.depth < $3) \
         SELECT category_id, name FROM above ORDER BY depth"
    );
    let rows: Vec<Above> = tx.sql(above).bind(id).bind(most_levels()).all().await?;
    Ok(rows.into_iter().map(|row| Step { id: row.category_id, name: row.name }).collect())
}

/// How many levels there are below it.
pub async fn levels_below(tx: &Tx, id: CategoryId) -> Result<usize, data::Error> {
    let below = sql!(
        "WITH RECURSIVE below (category_id, depth) AS (\
         SELECT public_id, 0 FROM categories WHERE tenant_id = $1 AND public_id = $2 AND deleted_at IS NULL \
         UNION SELECT c.public_id, b.depth + 1 FROM below b \
         JOIN categories c ON c.tenant_id = $1 AND c.parent_id = b.category_id AND c.deleted_at IS NULL \
         WHERE b.depth < $3) \
         SELECT CAST(coalesce(max(depth), 0) AS BIGINT) AS depth FROM below"
    );
    let found: Option<Below> = tx.sql(below).bind(id).bind(most_levels()).one().await?;
    Ok(found.and_then(|found| usize::try_from(found.depth).ok()).unwrap_or_default())
}

fn most_levels() -> i64 {
    i64::try_from(MAX_DEPTH).unwrap_or(i64::MAX)
}

#[derive(FromQueryResult)]
struct Above {
    category_id: CategoryId,
    name: String,
}

#[derive(FromQueryResult)]
struct Below {
    depth: i64,
}

/// The categories of these names stay as they are until the transaction ends. Those that are new are made at the
/// root, in one statement; those.
pub async fn hold(unit: &Unit, ctx: &Ctx, mut names: BTreeSet<String>) -> Result<Vec<Category>, data::Error> {
    let held = there(unit, &names).await?;
    for category in held {
        names.remove(&category.fields.name);
    }
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<CategoryId> = names.iter().map(|_| ctx.new_id()).collect();
    let rows = ids.iter().zip(&names).map(|(id, name)| {
        let fields = CategoryFields { name: name.clone(), parent: None };
        row(*id, &fields)
    });
    unit.insert_missing(rows.collect()).await?;
    // Another transaction may have made some of them, and those are to stay as well.
    let mut made = there(unit, &names).await?;
    if made.len() < names.len() {
        return Err(data::Error::Busy("a category was deleted while an item was put into it".into()));
    }
    made.retain(|category| ids.contains(&category.id));
    Ok(made)
}

/// Those there are, held in the order of their names.
async fn there(unit: &Unit, names: &BTreeSet<String>) -> Result<Vec<Category>, data::Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = Column::Name.is_in(names.iter().map(String::as_str));
    let found = unit.find::<Entity>().filter(wanted).order_by_asc(Column::Name).to_keep();
    let found = found.limit(names.len() as u64).all().await?;
    Ok(found.into_iter().map(Category::from).collect())
}

pub async fn has_items(tx: &Tx, name: &str) -> Result<bool, data::Error> {
    Ok(tx.find::<item::Entity>().filter(item::Column::Category.eq(name)).limit(1).one().await?.is_some())
}

#[derive(FromQueryResult)]
struct Named {
    item_id: ItemId,
}

/// Of the items in the category of this name, those that were made first. A deleted one keeps the name that it had.
pub async fn some_items(tx: &Tx, name: &str, most: usize) -> Result<Vec<ItemId>, data::Error> {
    let named = tx.sql(sql!(
        "SELECT public_id AS item_id FROM items WHERE tenant_id = $1 AND category = $2 AND deleted_at IS NULL \
         ORDER BY created_at, public_id LIMIT $3"
    ));
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let named: Vec<Named> = named.bind(name).bind(most).all().await?;
    Ok(named.into_iter().map(|named| named.item_id).collect())
}

/// On those of these items that still have it, whose versions grow; those. The caller holds them.
pub async fn rename_on_items(
    unit: &Unit,
    items: &[ItemId],
    from: &str,
    to: &str,
) -> Result<Vec<Item>, data::Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let rename = unit.update::<item::Entity>().set(item::Column::Category, to);
    let rename = rename.filter(item::Column::PublicId.is_in(items.iter().copied()));
    let renamed = rename.filter(item::Column::Category.eq(from)).returning().await?;
    renamed.into_iter().map(Item::try_from).collect()
}

fn row(id: CategoryId, fields: &CategoryFields) -> ActiveModel {
    ActiveModel {
        public_id: Set(id),
        name: Set(fields.name.clone()),
        parent_id: Set(fields.parent),
        ..Default::default()
    }
}

fn refused(error: data::Error, id: CategoryId, name: &str) -> Error {
    if error.is_unique("categories_name", "categories.name") {
        return Error::CategoryNameTaken { name: name.to_owned() };
    }
    if error.is_unique("categories_public_id", "categories.public_id") {
        return Error::CategoryExists { id };
    }
    error.into()
}

impl From<Model> for Category {
    fn from(row: Model) -> Self {
        Self {
            id: row.public_id,
            fields: CategoryFields { name: row.name, parent: row.parent_id },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            deleted_at: row.deleted_at,
        }
    }
}
