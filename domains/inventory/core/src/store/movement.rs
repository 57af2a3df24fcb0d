//! The table `movements`: the ledger. Rows are only ever added; the database refuses anything else.

use crate::domain::movement::{Document, DocumentKind, EnteredQuantity, Movement, MovementKind};
use crate::error::Error;
use data::{Tx, Unit, sql};
use inventory_contract::{ItemId, LocationId, LotId, MovementId, ReservationId, WarehouseId};
use kernel::{Page, PageRequest, Quantity, TenantId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{Condition, FromQueryResult, Set};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "movements")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: MovementId,
    pub item_id: ItemId,
    pub warehouse_id: WarehouseId,
    pub location_id: LocationId,
    pub lot_id: Option<LotId>,
    pub sequence: i64,
    pub kind: String,
    pub quantity: Quantity,
    pub entered_quantity: Option<Quantity>,
    pub entered_unit: Option<String>,
    pub entered_rounding: Option<String>,
    pub happened_at: DateTimeUtc,
    pub reservation_id: Option<ReservationId>,
    pub document_kind: Option<String>,
    pub document_id: Option<Uuid>,
    pub reverses_id: Option<MovementId>,
    pub reference: Option<String>,
    pub actor: String,
    pub reason: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(ledger);

pub async fn find(tx: &Tx, id: MovementId) -> Result<Option<Movement>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(Movement::try_from).transpose()
}

pub async fn is_reversed(tx: &Tx, id: MovementId) -> Result<bool, data::Error> {
    Ok(tx.find::<Entity>().filter(Column::ReversesId.eq(id)).limit(1).one().await?.is_some())
}

pub async fn find_all(tx: &Tx, ids: &[MovementId]) -> Result<Vec<Movement>, data::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx.find::<Entity>().filter(Column::PublicId.is_in(ids.iter().copied()));
    found.limit(ids.len() as u64).all().await?.into_iter().map(Movement::try_from).collect()
}

/// What was shipped of these documents, of these items: of these lots, or of none.
pub async fn shipped_of(
    tx: &Tx,
    documents: &[Uuid],
    items: &[ItemId],
    lots: &[LotId],
) -> Result<Vec<Movement>, data::Error> {
    if documents.is_empty() {
        return Ok(Vec::new());
    }
    let mut of_these = Condition::any().add(Column::LotId.is_null());
    if !lots.is_empty() {
        of_these = of_these.add(Column::LotId.is_in(lots.iter().copied()));
    }
    let found = tx.find::<Entity>().filter(Column::DocumentId.is_in(documents.iter().copied()));
    let found = found.filter(Column::ItemId.is_in(items.iter().copied())).filter(of_these);
    let found = found.filter(Column::Kind.eq(MovementKind::Shipment.name())).limit(MOST_SHIPPED + 1);
    let found = found.all().await?;
    // Without the rest a return would be given the cost of another shipment.
    if found.len() as u64 > MOST_SHIPPED {
        return Err(data::Error::internal(format!("goods come back from over {MOST_SHIPPED} shipments")));
    }
    found.into_iter().map(Movement::try_from).collect()
}

/// Far more than the lines of one return come from: each is of one lot, or of an item without lots.
const MOST_SHIPPED: u64 = 10_000;

/// Those of these movements that another has taken back, and how much of each.
pub async fn taken_back(tx: &Tx, ids: &[MovementId]) -> Result<BTreeMap<MovementId, Quantity>, data::Error> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = tx.find::<Entity>().filter(Column::ReversesId.is_in(ids.iter().copied()));
    let found = found.limit(ids.len() as u64).all().await?;
    Ok(found.into_iter().filter_map(|row| Some((row.reverses_id?, -row.quantity))).collect())
}

#[derive(Clone, Copy, Debug, Default)]
pub struct MovementFilter {
    pub item: Option<ItemId>,
    pub location: Option<LocationId>,
    pub lot: Option<LotId>,
    pub document: Option<Uuid>,
}

pub async fn page(
    tx: &Tx,
    filter: &MovementFilter,
    request: &PageRequest,
) -> Result<Page<Movement>, data::Error> {
    let mut movements = tx.find::<Entity>();
    if let Some(item) = filter.item {
        movements = movements.filter(Column::ItemId.eq(item));
    }
    if let Some(location) = filter.location {
        movements = movements.filter(Column::LocationId.eq(location));
    }
    if let Some(lot) = filter.lot {
        movements = movements.filter(Column::LotId.eq(lot));
    }
    if let Some(document) = filter.document {
        movements = movements.filter(Column::DocumentId.eq(document));
    }
    movements.page(request).await?.try_map(Movement::try_from)
}

/// Those of these items that a document made; one of each item at most.
pub async fn of_document(tx: &Tx, document: Uuid, items: &[ItemId]) -> Result<Vec<Movement>, data::Error> {
    let made =
        tx.find::<Entity>().filter(Column::DocumentId.eq(document)).filter(Column::ReversesId.is_null());
    let made = made.filter(Column::ItemId.is_in(items.iter().copied())).limit(items.len() as u64);
    made.all().await?.into_iter().map(Movement::try_from).collect()
}

/// The movements of lots by which these assemblies took and made.
pub async fn lots_of_assemblies(
    tx: &Tx,
    assemblies: &[Uuid],
    most: usize,
) -> Result<Vec<Movement>, data::Error> {
    if assemblies.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx.find::<Entity>().filter(Column::DocumentId.is_in(assemblies.iter().copied()));
    let found = found.filter(Column::Kind.eq(MovementKind::Assembly.name()));
    let found = found.filter(Column::LotId.is_not_null()).limit(most as u64);
    found.all().await?.into_iter().map(Movement::try_from).collect()
}

/// The movements of these lots that are of assemblies.
pub async fn assemblies_of_lots(tx: &Tx, lots: &[LotId], most: usize) -> Result<Vec<Movement>, data::Error> {
    if lots.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx.find::<Entity>().filter(Column::LotId.is_in(lots.iter().copied()));
    let found = found.filter(Column::Kind.eq(MovementKind::Assembly.name())).limit(most as u64);
    found.all().await?.into_iter().map(Movement::try_from).collect()
}

/// What these documents made, of documents that make one movement each.
pub async fn of_documents(tx: &Tx, documents: &[Uuid]) -> Result<Vec<Movement>, data::Error> {
    if documents.is_empty() {
        return Ok(Vec::new());
    }
    let made = tx.find::<Entity>().filter(Column::DocumentId.is_in(documents.iter().copied()));
    let made = made.filter(Column::ReversesId.is_null()).limit(documents.len() as u64);
    made.all().await?.into_iter().map(Movement::try_from).collect()
}

/// By which somebody says how much there is.
const COUNTS: [MovementKind; 2] = [MovementKind::Adjustment, MovementKind::Import];

/// Those of these documents, which make one movement each, after whose movement stock was counted or adjusted where it
/// lies. A count that was taken back is none.
pub async fn counted_since(tx: &Tx, documents: &[Uuid]) -> Result<Vec<Uuid>, data::Error> {
    if documents.is_empty() {
        return Ok(Vec::new());
    }
    let made = |column: Column| Expr::col((Entity, column));
    let later = |column: Column| (Alias::new("later"), column);
    let opposite = |column: Column| (Alias::new("opposite"), column);
    let taken_back = Query::select()
        .column(opposite(Column::Id))
        .from_as(Entity, Alias::new("opposite"))
        .and_where(Expr::col(opposite(Column::TenantId)).eq(tx.tenant()))
        .and_where(Expr::col(opposite(Column::ReversesId)).equals(later(Column::PublicId)))
        .to_owned();
    let counted = Query::select()
        .column(later(Column::Id))
        .from_as(Entity, Alias::new("later"))
        .and_where(Expr::col(later(Column::TenantId)).eq(tx.tenant()))
        .and_where(Expr::col(later(Column::ItemId)).eq(made(Column::ItemId)))
        .and_where(Expr::col(later(Column::LocationId)).eq(made(Column::LocationId)))
        .and_where(Expr::col(later(Column::Sequence)).gt(made(Column::Sequence)))
        .and_where(Expr::col(later(Column::Kind)).is_in(COUNTS.map(MovementKind::name)))
        .and_where(Expr::col(later(Column::ReversesId)).is_null())
        .and_where(Expr::not_exists(taken_back))
        .to_owned();
    let found = tx.find::<Entity>().filter(Column::DocumentId.is_in(documents.iter().copied()));
    let found = found.filter(Column::ReversesId.is_null()).filter(Expr::exists(counted));
    let found = found.limit(documents.len() as u64).all().await?;
    Ok(found.into_iter().filter_map(|row| row.document_id).collect())
}

#[derive(FromQueryResult)]
pub struct Standing {
    pub public_id: MovementId,
    pub document_id: Option<Uuid>,
    pub quantity: Quantity,
}

/// The last movement of an item's bin that was not taken back as a whole, and takes none back.
pub async fn last_standing(
    tx: &Tx,
    item: ItemId,
    location: LocationId,
    lot: Option<LotId>,
) -> Result<Option<Standing>, data::Error> {
    let last = tx.sql(sql!(
        "SELECT m.public_id, m.document_id, m.quantity FROM movements m \
         WHERE m.tenant_id = $1 AND m.item_id = $2 AND m.location_id = $3 AND ($4 = 0 OR m.lot_id = $5) \
         AND m.reverses_id IS NULL AND NOT EXISTS \
         (SELECT 1 FROM movements r WHERE r.tenant_id = m.tenant_id AND r.reverses_id = m.public_id \
         AND r.quantity = -m.quantity) ORDER BY m.sequence DESC LIMIT 1"
    ));
    let named = lot.unwrap_or_else(|| LotId::from_uuid(Uuid::nil()));
    last.bind(item).bind(location).bind(i64::from(lot.is_some())).bind(named).one().await
}

/// Whether a movement of the item stands that has this number or a later one. Two of which one takes back all of the
/// other leave all as it was.
pub async fn any_standing_from(tx: &Tx, item: ItemId, sequence: i64) -> Result<bool, data::Error> {
    let standing = tx.sql(sql!(
        "SELECT m.public_id, m.document_id, m.quantity FROM movements m \
         WHERE m.tenant_id = $1 AND m.item_id = $2 AND m.sequence >= $3 AND NOT EXISTS \
         (SELECT 1 FROM movements o WHERE o.tenant_id = m.tenant_id AND o.item_id = m.item_id \
         AND o.sequence >= $3 AND o.quantity = -m.quantity \
         AND (o.public_id = m.reverses_id OR o.reverses_id = m.public_id)) LIMIT 1"
    ));
    let standing: Option<Standing> = standing.bind(item).bind(sequence).one().await?;
    Ok(standing.is_some())
}

#[derive(FromQueryResult)]
struct Net {
    lot_id: LotId,
    quantity: Quantity,
}

/// What an order has brought of each of these lots, less what went back; below 0, what it has sent, less what came
/// back. Those that it never moved are missing.
pub async fn nets_of_lots(
    tx: &Tx,
    order: Document,
    lots: &[LotId],
) -> Result<BTreeMap<LotId, Quantity>, data::Error> {
    if lots.is_empty() {
        return Ok(BTreeMap::new());
    }
    let kinds = [MovementKind::Receipt, MovementKind::Shipment, MovementKind::Return];
    let found = tx.find::<Entity>().filter(Column::DocumentId.eq(order.id));
    let found = found.filter(Column::DocumentKind.eq(order.kind.name()));
    let found = found.filter(Column::LotId.is_in(lots.iter().copied()));
    let found = found.filter(Column::Kind.is_in(kinds.map(MovementKind::name))).limit(lots.len() as u64);
    let nets: Vec<Net> = found.sums((Column::Quantity, "quantity"), [Column::LotId]).await?;
    Ok(nets.into_iter().map(|net| (net.lot_id, net.quantity)).collect())
}

/// What was recorded is all of the movement but `recorded_at`, which is the unit's time.
pub async fn insert_all(unit: &Unit, movements: &[Movement]) -> Result<(), Error> {
    let inserted = unit.insert_all(movements.iter().map(row).collect()).await;
    inserted.map_err(|error| {
        if error.is_unique("movements_reversed_once", "movements.reverses_id") {
            return Error::MovementReversed;
        }
        error.into()
    })
}

fn row(movement: &Movement) -> ActiveModel {
    ActiveModel {
        public_id: Set(movement.id),
        item_id: Set(movement.item),
        warehouse_id: Set(movement.warehouse),
        location_id: Set(movement.location),
        lot_id: Set(movement.lot),
        sequence: Set(movement.sequence),
        kind: Set(movement.kind.name().to_owned()),
        quantity: Set(movement.quantity),
        entered_quantity: Set(movement.entered.as_ref().map(|entered| entered.quantity)),
        entered_unit: Set(movement.entered.as_ref().map(|entered| entered.unit.clone())),
        entered_rounding: Set(movement.entered.as_ref().and_then(|entered| entered.rounding.clone())),
        happened_at: Set(movement.happened_at),
        reservation_id: Set(movement.reservation),
        document_kind: Set(movement.document.map(|document| document.kind.name().to_owned())),
        document_id: Set(movement.document.map(|document| document.id)),
        reverses_id: Set(movement.reverses),
        reference: Set(movement.reference.clone()),
        actor: Set(movement.actor.clone()),
        reason: Set(movement.reason.clone()),
        ..Default::default()
    }
}

impl TryFrom<Model> for Movement {
    type Error = data::Error;
    fn try_from(row: Model) -> Result<Self, data::Error> {
        let kind = MovementKind::parse(&row.kind);
        let document = match (row.document_kind.as_deref().and_then(DocumentKind::parse), row.document_id) {
            (Some(kind), Some(id)) => Some(Document { kind, id }),
            (None, None) => None,
            _ => return Err(data::Error::internal(format!("a document of kind {:?}", row.document_kind))),
        };
        let entered = row.entered_quantity.zip(row.entered_unit);
        Ok(Self {
            id: row.public_id,
            item: row.item_id,
            warehouse: row.warehouse_id,
            location: row.location_id,
            lot: row.lot_id,
            sequence: row.sequence,
            kind: kind.ok_or_else(|| data::Error::internal(format!("a movement of kind {}", row.kind)))?,
            entered: entered.map(|(quantity, unit)| EnteredQuantity {
                quantity,
                unit,
                rounding: row.entered_rounding,
            }),
            document,
            reverses: row.reverses_id,
            quantity: row.quantity,
            happened_at: row.happened_at,
            recorded_at: row.created_at,
            reservation: row.reservation_id,
            reference: row.reference,
            actor: row.actor,
            reason: row.reason,
        })
    }
}
