//! What others may know of inventory: what happened to an item, to its stock, to places and to suppliers, and the hold
//! rules that make a count wait for a decision, with the decisions. Nothing else here changes stock; that is asked for
//! over HTTP and by imports.

mod catalogue;
mod counts;
mod items;
mod places;
mod suppliers;
mod transfers;

pub use catalogue::{
    BarcodeAdded, BarcodeRemoved, CategoryChanged, CategoryCreated, CategoryDeleted, CategoryRestored,
    ComponentsChanged, ConversionsChanged, ItemComponent, UnitConversion,
};
pub use counts::{
    CountCancelled, CountHeld, CountPosted, CountRejected, CountReturned, CountState, CountStatus, HoldRule,
    MAX_REASON_CHARACTERS, PutHoldRule, RejectHold, ReleaseHold, RemoveHoldRule, Variance,
};
pub use items::{ItemChanged, ItemCreated, ItemDeleted, ItemRestored};
pub use places::{
    LocationChanged, LocationCreated, LocationDeleted, LocationRestored, WarehouseChanged, WarehouseCreated,
    WarehouseDeleted, WarehouseRestored,
};
pub use suppliers::{SupplierChanged, SupplierCreated, SupplierDeleted, SupplierRestored};
pub use transfers::{TransferCancelled, TransferLost, TransferReceived, TransferShipped, TransferredLine};

use chrono::{DateTime, NaiveDate, Utc};
use kernel::contract::Cause;
use kernel::{Ctx, Money, Quantity};
use macros::{DomainEvent, RemoteError, contract};
use serde::{Deserialize, Serialize};

kernel::typed_id!(ItemId, ItemKind, "item");
kernel::typed_id!(MovementId, MovementKind, "movement");
kernel::typed_id!(ReservationId, ReservationKind, "reservation");
kernel::typed_id!(WarehouseId, WarehouseKind, "warehouse");
kernel::typed_id!(LocationId, LocationIdKind, "location");
kernel::typed_id!(LotId, LotKind, "lot");
kernel::typed_id!(BarcodeId, BarcodeIdKind, "barcode");
kernel::typed_id!(CategoryId, CategoryKind, "category");
kernel::typed_id!(FamilyId, FamilyKind, "family");
kernel::typed_id!(LandedCostId, LandedCostKind, "landed cost");
kernel::typed_id!(AssemblyId, AssemblyKind, "assembly");
kernel::typed_id!(TransferId, TransferKind, "transfer");
kernel::typed_id!(CountId, CountKind, "count");
kernel::typed_id!(CountHoldRuleId, CountHoldRuleKind, "count_hold_rule");
kernel::typed_id!(CountHoldId, CountHoldKind, "count_hold");
kernel::typed_id!(SupplierId, SupplierKind, "supplier");
kernel::typed_id!(PurchaseOrderId, PurchaseOrderKind, "purchase_order");
kernel::typed_id!(SalesOrderId, SalesOrderKind, "sales order");
kernel::typed_id!(SalesOrderLineId, SalesOrderLineKind, "sales order line");
kernel::typed_id!(SaleId, SaleKind, "sale");

/// The counts of the caller's tenant. Other tenants' counts are not found.
#[contract]
pub trait Inventory {
    /// From now on, a count that is submitted and is off by more waits for a decision. A rule of the same id is
    /// replaced.
    async fn put_hold_rule(&self, ctx: &Ctx, request: PutHoldRule) -> Result<HoldRule, InventoryError>;

    /// Counts submitted from now on do not wait for it; holds it has put stay. An unknown rule is no error.
    async fn remove_hold_rule(&self, ctx: &Ctx, request: RemoveHoldRule) -> Result<(), InventoryError>;

    /// The count is posted when its last hold is released.
    async fn release_hold(&self, ctx: &Ctx, request: ReleaseHold) -> Result<CountState, InventoryError>;

    /// One rejection opens the count again and clears its undecided holds.
    async fn reject_hold(&self, ctx: &Ctx, request: RejectHold) -> Result<CountState, InventoryError>;
}

#[derive(Debug, thiserror::Error, Serialize, Deserialize, RemoteError)]
pub enum InventoryError {
    #[error("the tenant has no such item")]
    ItemNotFound,
    #[error("the tenant has no such count")]
    CountNotFound,
    /// Decided otherwise before, cleared by another's rejection, or never put on this count by this rule.
    #[error("the count is not held by this hold")]
    NotHeld,
    #[error("{detail}")]
    Invalid { detail: String },
    #[error("inventory does not answer")]
    Unavailable(Cause),
    #[error("the deadline has passed")]
    DeadlineExceeded,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.stock_received", version = 1, aggregate = item)]
pub struct StockReceived {
    pub item: ItemId,
    pub movement: MovementId,
    /// Of the item's movements, from 1 without a gap.
    pub sequence: i64,
    pub quantity: Quantity,
    /// After this receipt.
    pub on_hand: Quantity,
    pub happened_at: DateTime<Utc>,
    pub reference: Option<String>,
    /// Where it lies; none of what was published before places were named.
    pub warehouse: Option<WarehouseId>,
    pub location: Option<LocationId>,
    pub lot: Option<LotId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.stock_reserved", version = 1, aggregate = item)]
pub struct StockReserved {
    pub item: ItemId,
    pub reservation: ReservationId,
    pub quantity: Quantity,
    /// After this reservation.
    pub available: Quantity,
    pub reference: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.stock_shipped", version = 1, aggregate = item)]
pub struct StockShipped {
    pub item: ItemId,
    pub reservation: ReservationId,
    pub movement: MovementId,
    pub sequence: i64,
    pub quantity: Quantity,
    /// After this shipment.
    pub on_hand: Quantity,
    pub happened_at: DateTime<Utc>,
    pub reference: Option<String>,
    /// Where it lay; none of what was published before places were named.
    pub warehouse: Option<WarehouseId>,
    pub location: Option<LocationId>,
    pub lot: Option<LotId>,
}

/// Any other change of what is on hand: an adjustment, a transfer, a return, scrap, what was made of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.stock_moved", version = 1, aggregate = item)]
pub struct StockMoved {
    pub item: ItemId,
    pub movement: MovementId,
    pub sequence: i64,
    /// `adjustment`, `transfer`: as the movement shows it.
    pub movement_kind: String,
    pub warehouse: WarehouseId,
    pub location: LocationId,
    pub lot: Option<LotId>,
    /// Negative when stock left.
    pub quantity: Quantity,
    /// After this movement.
    pub on_hand: Quantity,
    pub happened_at: DateTime<Utc>,
    /// What it takes back.
    pub reverses: Option<MovementId>,
    pub reason: Option<String>,
}

/// Nothing is promised any more, since its time has passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.reservation_expired", version = 1, aggregate = item)]
pub struct ReservationExpired {
    pub item: ItemId,
    pub reservation: ReservationId,
    pub quantity: Quantity,
    pub expired_at: DateTime<Utc>,
    pub reference: Option<String>,
}

/// What a reservation still held was given up, by itself or with the rest of its order: it is promised no more,
/// and none of it left. What was shipped of it before was told then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.reservation_released", version = 1, aggregate = item)]
pub struct ReservationReleased {
    pub item: ItemId,
    pub reservation: ReservationId,
    pub quantity: Quantity,
    /// After this release.
    pub available: Quantity,
    pub reference: Option<String>,
}

/// A reservation ends sooner or later than it did, or not by its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.reservation_extended", version = 1, aggregate = item)]
pub struct ReservationExtended {
    pub item: ItemId,
    pub reservation: ReservationId,
    /// What it holds, as before.
    pub quantity: Quantity,
    /// From now on; none where it has no end.
    pub expires_at: Option<DateTime<Utc>>,
    pub reference: Option<String>,
}

/// A lot or a serial number is known from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.lot_created", version = 1, aggregate = item)]
pub struct LotCreated {
    pub item: ItemId,
    pub lot: LotId,
    pub code: String,
    /// Its last day, if it has one.
    pub expires_on: Option<NaiveDate>,
}

/// A lot or a serial number has another last day, or none any more; less or more of the item may be available
/// by that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.lot_changed", version = 1, aggregate = item)]
pub struct LotChanged {
    pub item: ItemId,
    pub lot: LotId,
    pub code: String,
    /// From now on.
    pub expires_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.sales_order_confirmed", version = 1, aggregate = order)]
pub struct SalesOrderConfirmed {
    pub order: SalesOrderId,
    pub reference: Option<String>,
    pub warehouse: WarehouseId,
    pub lines: Vec<SalesOrderLineAllocated>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesOrderLineAllocated {
    pub line: SalesOrderLineId,
    pub item: ItemId,
    pub quantity: Quantity,
    /// Of that, what is promised; the rest waits for stock.
    pub allocated: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.sales_order_shipped", version = 1, aggregate = order)]
pub struct SalesOrderShipped {
    pub order: SalesOrderId,
    pub reference: Option<String>,
    /// Of this shipment.
    pub lines: Vec<SalesOrderLineMoved>,
    /// Whether nothing is left to ship.
    pub complete: bool,
    pub happened_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesOrderLineMoved {
    pub line: SalesOrderLineId,
    pub item: ItemId,
    pub quantity: Quantity,
}

/// Goods came back from the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.sales_order_returned", version = 1, aggregate = order)]
pub struct SalesOrderReturned {
    pub order: SalesOrderId,
    pub reference: Option<String>,
    /// Of this return.
    pub lines: Vec<SalesOrderLineMoved>,
    pub happened_at: DateTime<Utc>,
}

/// What had not been shipped will not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.sales_order_cancelled", version = 1, aggregate = order)]
pub struct SalesOrderCancelled {
    pub order: SalesOrderId,
    pub reference: Option<String>,
    /// What each line would still have got.
    pub lines: Vec<SalesOrderLineMoved>,
}

/// A line that waited got stock, all that it waited for or some.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.backorder_served", version = 1, aggregate = order)]
pub struct BackorderServed {
    pub order: SalesOrderId,
    pub line: SalesOrderLineId,
    pub item: ItemId,
    pub warehouse: WarehouseId,
    pub reservation: ReservationId,
    /// What it got by this.
    pub quantity: Quantity,
    /// What it still waits for.
    pub waiting: Quantity,
}

/// The standard cost of an item changed, and so what its stock is worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.stock_revalued", version = 1, aggregate = item)]
pub struct StockRevalued {
    pub item: ItemId,
    pub on_hand: Quantity,
    pub before: Money,
    pub after: Money,
}

/// A cost of bringing stock here was allocated to receipts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.landed_cost_allocated", version = 1, aggregate = cost)]
pub struct LandedCostAllocated {
    pub cost: LandedCostId,
    pub amount: Money,
    /// Of that, what is in the stock; the rest is cost of what had been issued, or a variance.
    pub kept: Money,
    pub reference: Option<String>,
}

/// A purchase order was placed: its lines are on order from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.purchase_order_ordered", version = 1, aggregate = order)]
pub struct PurchaseOrderOrdered {
    pub order: PurchaseOrderId,
    pub supplier: SupplierId,
    pub reference: Option<String>,
    pub expected_on: Option<NaiveDate>,
    pub total: Money,
    pub lines: Vec<PurchasedLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchasedLine {
    pub line: i64,
    pub item: ItemId,
    /// In the item's unit.
    pub quantity: Quantity,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.purchase_order_received", version = 1, aggregate = order)]
pub struct PurchaseOrderReceived {
    pub order: PurchaseOrderId,
    pub supplier: SupplierId,
    /// Whether nothing more is expected.
    pub complete: bool,
    pub happened_at: DateTime<Utc>,
    /// A delivery note.
    pub reference: Option<String>,
    pub lines: Vec<PurchaseMovement>,
}

/// Something of a purchase order went back to the supplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.purchase_order_returned", version = 1, aggregate = order)]
pub struct PurchaseOrderReturned {
    pub order: PurchaseOrderId,
    pub supplier: SupplierId,
    pub happened_at: DateTime<Utc>,
    pub reference: Option<String>,
    pub reason: Option<String>,
    pub lines: Vec<PurchaseMovement>,
}

/// What was recorded as received of a purchase order did not come; nothing went back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.purchase_receipt_reversed", version = 1, aggregate = order)]
pub struct PurchaseReceiptReversed {
    pub order: PurchaseOrderId,
    pub supplier: SupplierId,
    pub reason: String,
    /// The movements that take the receipts back.
    pub lines: Vec<PurchaseMovement>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseMovement {
    pub line: i64,
    pub item: ItemId,
    pub movement: MovementId,
    pub lot: Option<LotId>,
    /// In the item's unit, more than 0 whichever way it went.
    pub quantity: Quantity,
}

/// What had not come of a purchase order, or of some of its lines, is expected no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.purchase_order_cancelled", version = 1, aggregate = order)]
pub struct PurchaseOrderCancelled {
    pub order: PurchaseOrderId,
    pub supplier: SupplierId,
    /// What was still expected of each line.
    pub lines: Vec<PurchasedLine>,
}

/// What is available of an item has fallen to its reorder level or below. Told once; again only after it was above.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.reorder_due", version = 1, aggregate = item)]
pub struct ReorderDue {
    pub item: ItemId,
    pub available: Quantity,
    pub reorder_level: Quantity,
    pub since: DateTime<Utc>,
}

/// Something was made of its parts, or taken apart into them. Each movement is told besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DomainEvent)]
#[event(kind = "inventory.assembled", version = 1, aggregate = item)]
pub struct Assembled {
    pub item: ItemId,
    pub assembly: AssemblyId,
    pub warehouse: WarehouseId,
    /// Negative when it was taken apart.
    pub quantity: Quantity,
    pub happened_at: DateTime<Utc>,
    pub reference: Option<String>,
}
