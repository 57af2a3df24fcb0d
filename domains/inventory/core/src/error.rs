//! What can go wrong in inventory, each as a kind of problem a client can act on.

use crate::domain::barcode::MAX_BARCODES;
use crate::domain::buying::NotNow;
use crate::domain::count::{advice_for, name_of};
use crate::domain::family::MAX_VARIANTS;
use crate::domain::item::UnitUse;
use crate::domain::kit::{MAX_DEPTH, MAX_ITEMS};
use crate::domain::ledger::Refusal;
use crate::domain::place::MAX_OF_WAREHOUSE;
use crate::domain::reservation::ReservationStatus;
use crate::domain::selling::SalesOrderStatus;
use crate::domain::transfer::TransferStatus;
use crate::service::reservations::reserve_stock::{Shortage, faults};
use inventory_contract::{
    BarcodeId, CategoryId, CountId, CountStatus, FamilyId, ItemId, LandedCostId, LocationId, PurchaseOrderId,
    ReservationId, SalesOrderId, SupplierId, TransferId, WarehouseId,
};
use kernel::problem::{INVALID, Problem, VERSION_MISMATCH};
use kernel::{FieldError, Quantity};
use macros::Problems;

#[derive(Debug, thiserror::Error, Problems)]
pub enum Error {
    #[error("There is no such item.")]
    #[problem(code = "inventory.item_not_found", status = 404, title = "No such item")]
    ItemNotFound,
    #[error("There is no such reservation.")]
    #[problem(code = "inventory.reservation_not_found", status = 404, title = "No such reservation")]
    ReservationNotFound,
    #[error("There is no such movement.")]
    #[problem(code = "inventory.movement_not_found", status = 404, title = "No such movement")]
    MovementNotFound,
    #[error("Another item has the sku {sku}.")]
    #[problem(code = "inventory.sku_taken", status = 409, title = "The sku is taken")]
    SkuTaken { sku: String },
    #[error("Another item has this external_id.")]
    #[problem(code = "inventory.external_id_taken", status = 409, title = "The external id is taken")]
    ExternalIdTaken,
    #[error("There is an item with the id {id} already.")]
    #[problem(code = "inventory.item_exists", status = 409, title = "The item exists already")]
    ItemExists { id: ItemId },
    #[error("There is a reservation with the id {id} already.")]
    #[problem(code = "inventory.reservation_exists", status = 409, title = "The reservation exists already")]
    ReservationExists { id: ReservationId },
    #[error("The item is not deleted, so there is nothing to restore.")]
    #[problem(code = "inventory.item_not_deleted", status = 409, title = "The item is not deleted")]
    ItemNotDeleted,
    #[error(
        "The item still has stock or is waited for; ship or count it to zero, and release or cancel the rest."
    )]
    #[problem(code = "inventory.item_has_stock", status = 409, title = "The item has stock")]
    ItemHasStock,
    #[error("There is no such barcode.")]
    #[problem(code = "inventory.barcode_not_found", status = 404, title = "No such barcode")]
    BarcodeNotFound,
    #[error("An item has the barcode {code} already: GET /barcodes?code={code} shows which.")]
    #[problem(code = "inventory.barcode_taken", status = 409, title = "The barcode is taken")]
    BarcodeTaken { code: String },
    #[error("Another item has a barcode of this one by now: delete it there first.")]
    #[problem(code = "inventory.barcodes_taken", status = 409, title = "A barcode of the item is taken")]
    BarcodesTaken,
    #[error("There is a barcode with the id {id} already.")]
    #[problem(code = "inventory.barcode_exists", status = 409, title = "The barcode exists already")]
    BarcodeExists { id: BarcodeId },
    #[error("An item has at most {MAX_BARCODES} barcodes: delete one that is not used any more.")]
    #[problem(code = "inventory.too_many_barcodes", status = 409, title = "Too many barcodes")]
    TooManyBarcodes,
    #[error("{wanted} were asked for, and {available} are available.")]
    #[problem(code = "inventory.insufficient_stock", status = 409, title = "Not enough stock")]
    InsufficientStock { wanted: Quantity, available: Quantity },
    #[error("Of the lot {lot} {wanted} were asked for, and {available} are free.")]
    #[problem(code = "inventory.insufficient_stock", status = 409, title = "Not enough stock")]
    InsufficientStockOfLot { lot: String, wanted: Quantity, available: Quantity },
    #[error("Not all lines are covered, so nothing is reserved; `errors` says which are not.")]
    #[problem(code = "inventory.insufficient_stock", status = 409, title = "Not enough stock")]
    InsufficientStockOfLines { errors: Vec<FieldError> },
    #[error("There is no such warehouse.")]
    #[problem(code = "inventory.warehouse_not_found", status = 404, title = "No such warehouse")]
    WarehouseNotFound,
    #[error("There is no such location.")]
    #[problem(code = "inventory.location_not_found", status = 404, title = "No such location")]
    LocationNotFound,
    #[error("There is no such lot.")]
    #[problem(code = "inventory.lot_not_found", status = 404, title = "No such lot")]
    LotNotFound,
    #[error("Another warehouse has the code {code}.")]
    #[problem(code = "inventory.warehouse_code_taken", status = 409, title = "The warehouse's code is taken")]
    WarehouseCodeTaken { code: String },
    #[error("Another location of the warehouse has the code {code}.")]
    #[problem(code = "inventory.location_code_taken", status = 409, title = "The location's code is taken")]
    LocationCodeTaken { code: String },
    #[error("There is a warehouse with the id {id} already.")]
    #[problem(code = "inventory.warehouse_exists", status = 409, title = "The warehouse exists already")]
    WarehouseExists { id: WarehouseId },
    #[error("There is a location with the id {id} already.")]
    #[problem(code = "inventory.location_exists", status = 409, title = "The location exists already")]
    LocationExists { id: LocationId },
    #[error("Something is still there, is promised from there or is on its way there; move it first.")]
    #[problem(code = "inventory.place_in_use", status = 409, title = "The place is in use")]
    PlaceInUse,
    #[error("Sales orders wait for stock at the warehouse: bring it and ship them, or cancel them.")]
    #[problem(code = "inventory.warehouse_awaited", status = 409, title = "Orders wait at the warehouse")]
    WarehouseAwaited,
    #[error("Other locations lie in this one; move or delete them first.")]
    #[problem(code = "inventory.location_has_locations", status = 409, title = "The location is not empty")]
    LocationHasLocations,
    #[error(
        "The main warehouse and the floor of each warehouse stay: stock goes there of which nobody says where."
    )]
    #[problem(code = "inventory.place_stays", status = 409, title = "The place stays")]
    PlaceStays,
    #[error("The place is not deleted, so there is nothing to restore.")]
    #[problem(code = "inventory.place_not_deleted", status = 409, title = "The place is not deleted")]
    PlaceNotDeleted,
    #[error("The movement's location is deleted; restore it first.")]
    #[problem(code = "inventory.place_deleted", status = 409, title = "The place is deleted")]
    PlaceDeleted,
    #[error("The location that it lay in is deleted; restore that one first.")]
    #[problem(
        code = "inventory.location_parent_deleted",
        status = 409,
        title = "The location around it is deleted"
    )]
    LocationParentDeleted,
    #[error("A warehouse has at most {MAX_OF_WAREHOUSE} locations; make another warehouse for the rest.")]
    #[problem(code = "inventory.too_many_locations", status = 409, title = "Too many locations")]
    TooManyLocations,
    #[error("The location would lie in itself: {path}.")]
    #[problem(code = "inventory.location_in_itself", status = 409, title = "A location in itself")]
    LocationInItself { path: String },
    #[error("Stock of the item has moved already, so its {field} stays as it is; make another item.")]
    #[problem(code = "inventory.item_has_moved", status = 409, title = "The item's stock has moved")]
    ItemHasMoved { field: &'static str },
    #[error("The item has less than nothing somewhere, or promises more than it has; count it first.")]
    #[problem(code = "inventory.item_is_negative", status = 409, title = "The item's stock is negative")]
    ItemIsNegative,
    #[error("The movement is a line of a document, or takes back another: correct it there.")]
    #[problem(
        code = "inventory.movement_of_document",
        status = 409,
        title = "The movement is not reversed alone"
    )]
    MovementOfDocument,
    #[error("The movement was taken back already.")]
    #[problem(code = "inventory.movement_reversed", status = 409, title = "The movement is reversed already")]
    MovementReversed,
    #[error("{wanted} were to leave this place, and {there} are there.")]
    #[problem(code = "inventory.not_there", status = 409, title = "Not enough stock at this place")]
    NotThere { wanted: Quantity, there: Quantity },
    #[error("{wanted} were to leave, and {available} are not promised; release reservations first.")]
    #[problem(code = "inventory.stock_promised", status = 409, title = "The stock is promised")]
    StockPromised { wanted: Quantity, available: Quantity },
    #[error("The serial number is in stock already.")]
    #[problem(code = "inventory.serial_in_stock", status = 409, title = "The serial number is in stock")]
    SerialInStock,
    #[error("The item would have more on hand than can be kept.")]
    #[problem(code = "inventory.stock_too_large", status = 409, title = "Too much stock")]
    StockTooLarge,
    #[error("The reservation is {} already.", .status.name())]
    #[problem(code = "inventory.reservation_settled", status = 409, title = "The reservation is settled")]
    ReservationSettled { status: ReservationStatus },
    #[error("The item is a kit, of which nothing is stocked: move its parts.")]
    #[problem(code = "inventory.kit_is_not_stocked", status = 409, title = "A kit is not stocked")]
    KitIsNotStocked,
    #[error(
        "The item has stock, or promises some, or somebody waits for it, so it is no kit: bring it to nothing first."
    )]
    #[problem(code = "inventory.kit_has_stock", status = 409, title = "The item has stock")]
    KitHasStock,
    #[error("The item is no kit: give it components of the kind kit first, or reserve the item itself.")]
    #[problem(code = "inventory.not_a_kit", status = 409, title = "The item is no kit")]
    NotAKit,
    #[error("The item is made of nothing: give it components of the kind assembly first.")]
    #[problem(code = "inventory.not_an_assembly", status = 409, title = "The item is no assembly")]
    NotAnAssembly,
    #[error("The item would be a part of itself: {path}. Take one of them out.")]
    #[problem(code = "inventory.bill_loop", status = 409, title = "The item would be a part of itself")]
    BillLoop { path: String },
    #[error("More than {MAX_DEPTH} items would be parts of one another; take out what lies in between.")]
    #[problem(code = "inventory.bill_too_deep", status = 409, title = "The bill of materials is too deep")]
    BillTooDeep,
    #[error(
        "The item would have more than {MAX_ITEMS} different parts in all, or quantities too large to reckon with."
    )]
    #[problem(code = "inventory.bill_too_large", status = 409, title = "The bill of materials is too large")]
    BillTooLarge,
    #[error("The item is a part of {sku}; take it out of the components of that first.")]
    #[problem(code = "inventory.item_is_component", status = 409, title = "The item is a part of another")]
    ItemIsComponent { sku: String },
    #[error("A part of the item, {sku}, is deleted; restore that first.")]
    #[problem(code = "inventory.component_deleted", status = 409, title = "A part of the item is deleted")]
    ComponentDeleted { sku: String },
    #[error("{} parts are not covered, so nothing is done; `errors` says which.", .errors.len())]
    #[problem(code = "inventory.insufficient_stock", status = 409, title = "Not enough stock")]
    PartsShort { errors: Vec<FieldError> },
    #[error("There is no such assembly.")]
    #[problem(code = "inventory.assembly_not_found", status = 404, title = "No such assembly")]
    AssemblyNotFound,
    #[error("There is no such sale.")]
    #[problem(code = "inventory.sale_not_found", status = 404, title = "No such sale")]
    SaleNotFound,
    #[error("There is no such category.")]
    #[problem(code = "inventory.category_not_found", status = 404, title = "No such category")]
    CategoryNotFound,
    #[error("Another category has the name {name}.")]
    #[problem(code = "inventory.category_name_taken", status = 409, title = "The name is taken")]
    CategoryNameTaken { name: String },
    #[error("There is a category with the id {id} already.")]
    #[problem(code = "inventory.category_exists", status = 409, title = "The category exists already")]
    CategoryExists { id: CategoryId },
    #[error("The category is not deleted, so there is nothing to restore.")]
    #[problem(code = "inventory.category_not_deleted", status = 409, title = "The category is not deleted")]
    CategoryNotDeleted,
    #[error("The category would stand below itself: {path}. Put it under one that is not below it.")]
    #[problem(code = "inventory.category_loop", status = 409, title = "The categories would go in a loop")]
    CategoryLoop { path: String },
    #[error("The category has others below it; move or delete them first.")]
    #[problem(
        code = "inventory.category_has_children",
        status = 409,
        title = "The category has others below it"
    )]
    CategoryHasChildren,
    #[error("The category has items; give them another first.")]
    #[problem(code = "inventory.category_has_items", status = 409, title = "The category has items")]
    CategoryHasItems,
    #[error("The category that it stood below is deleted; restore that one first.")]
    #[problem(
        code = "inventory.category_parent_deleted",
        status = 409,
        title = "The category above it is deleted"
    )]
    CategoryParentDeleted,
    #[error("There is no such family.")]
    #[problem(code = "inventory.family_not_found", status = 404, title = "No such family")]
    FamilyNotFound,
    #[error("There is a family with the id {id} already.")]
    #[problem(code = "inventory.family_exists", status = 409, title = "The family exists already")]
    FamilyExists { id: FamilyId },
    #[error("The family is not deleted, so there is nothing to restore.")]
    #[problem(code = "inventory.family_not_deleted", status = 409, title = "The family is not deleted")]
    FamilyNotDeleted,
    #[error("The family has variants; delete them or take them out of it first.")]
    #[problem(code = "inventory.family_has_variants", status = 409, title = "The family has variants")]
    FamilyHasVariants,
    #[error("The family would have more than {MAX_VARIANTS} variants; make another family for the rest.")]
    #[problem(code = "inventory.family_full", status = 409, title = "The family is full")]
    FamilyFull,
    #[error("Another item of the family has these options.")]
    #[problem(code = "inventory.variant_exists", status = 409, title = "There is such a variant")]
    VariantExists,
    #[error("The {option} of the item {sku} is {value}; change or delete that item first.")]
    #[problem(code = "inventory.option_in_use", status = 409, title = "The value is in use")]
    OptionInUse { option: String, value: String, sku: String },
    #[error("The item {sku} has no {option}; an option is added while the family has no variants.")]
    #[problem(code = "inventory.option_missing", status = 409, title = "A variant lacks the option")]
    OptionMissing { option: String, sku: String },
    #[error(
        "The item's family is deleted or has no such options any more; restore or change the family first."
    )]
    #[problem(code = "inventory.variant_unfit", status = 409, title = "The item fits its family no more")]
    VariantUnfit,
    #[error("There is no such supplier.")]
    #[problem(code = "inventory.supplier_not_found", status = 404, title = "No such supplier")]
    SupplierNotFound,
    #[error("There is a supplier with the id {id} already.")]
    #[problem(code = "inventory.supplier_exists", status = 409, title = "The supplier exists already")]
    SupplierExists { id: SupplierId },
    #[error("Another supplier has the code {code}.")]
    #[problem(code = "inventory.supplier_code_taken", status = 409, title = "The supplier's code is taken")]
    SupplierCodeTaken { code: String },
    #[error("Another supplier has this external_id.")]
    #[problem(
        code = "inventory.supplier_external_id_taken",
        status = 409,
        title = "The external id is taken"
    )]
    SupplierExternalIdTaken,
    #[error("The supplier is not deleted, so there is nothing to restore.")]
    #[problem(code = "inventory.supplier_not_deleted", status = 409, title = "The supplier is not deleted")]
    SupplierNotDeleted,
    #[error("Purchase orders of the supplier are not finished; close or cancel them first.")]
    #[problem(code = "inventory.supplier_in_use", status = 409, title = "The supplier has purchase orders")]
    SupplierInUse,
    #[error("There is no such purchase order.")]
    #[problem(code = "inventory.purchase_order_not_found", status = 404, title = "No such purchase order")]
    PurchaseOrderNotFound,
    #[error("There is a purchase order with the id {id} already.")]
    #[problem(code = "inventory.purchase_order_exists", status = 409, title = "The order exists already")]
    PurchaseOrderExists { id: PurchaseOrderId },
    #[error("Another purchase order has the reference {reference}.")]
    #[problem(code = "inventory.purchase_reference_taken", status = 409, title = "The reference is taken")]
    PurchaseReferenceTaken { reference: String },
    #[error("Another order of the kind has this external_id.")]
    #[problem(code = "inventory.order_external_id_taken", status = 409, title = "The external id is taken")]
    OrderExternalIdTaken,
    #[error("{refused}")]
    #[problem(
        code = "inventory.purchase_order_state",
        status = 409,
        title = "Not in this state of the order"
    )]
    PurchaseOrderState { refused: NotNow },
    #[error(
        "The purchase order is placed, so only its references, metadata and expected_on change; make another."
    )]
    #[problem(code = "inventory.purchase_order_not_draft", status = 409, title = "The order is no draft")]
    PurchaseOrderNotDraft,
    #[error("More than is tolerated would be received, so nothing is; `errors` says of which lines.")]
    #[problem(code = "inventory.over_receipt", status = 409, title = "More than was ordered")]
    OverReceipt { errors: Vec<FieldError> },
    #[error("Nothing is booked, since lines are refused; `errors` says which and why.")]
    #[problem(code = "inventory.purchase_lines_refused", status = 409, title = "Lines are refused")]
    PurchaseLinesRefused { errors: Vec<FieldError> },
    #[error("The item is in {}, which count in its unit {unit}; {}.", .by.in_words(), .by.advice())]
    #[problem(code = "inventory.item_ordered", status = 409, title = "The item's unit is in use")]
    UnitInUse { unit: String, by: UnitUse },
    #[error("The item is on order; close or cancel its purchase orders first.")]
    #[problem(code = "inventory.item_on_order", status = 409, title = "The item is on order")]
    ItemOnOrder,
    #[error("There is no such landed cost.")]
    #[problem(code = "inventory.landed_cost_not_found", status = 404, title = "No such landed cost")]
    LandedCostNotFound,
    #[error("There is a landed cost with the id {id} already.")]
    #[problem(code = "inventory.landed_cost_exists", status = 409, title = "The landed cost exists already")]
    LandedCostExists { id: LandedCostId },
    #[error("The stock would be worth more than can be kept; split the item, or correct its cost.")]
    #[problem(code = "inventory.value_too_large", status = 409, title = "Too much value")]
    ValueTooLarge,
    #[error(
        "The credit is more than what is left of the stock is worth; credit less, or other receipts too."
    )]
    #[problem(code = "inventory.value_below_nothing", status = 409, title = "Less than nothing")]
    ValueBelowNothing,
    #[error("There is no such transfer.")]
    #[problem(code = "inventory.transfer_not_found", status = 404, title = "No such transfer")]
    TransferNotFound,
    #[error("There is a transfer with the id {id} already.")]
    #[problem(code = "inventory.transfer_exists", status = 409, title = "The transfer exists already")]
    TransferExists { id: TransferId },
    #[error("The transfer is {}: {}.", .status.name(), .status.advice())]
    #[problem(code = "inventory.transfer_state", status = 409, title = "Not in this state of the transfer")]
    TransferState { status: TransferStatus },
    #[error(
        "Of line {line} {left} are on their way, and {wanted} were named; nothing is booked. What came beside what was \
         shipped is an adjustment."
    )]
    #[problem(code = "inventory.transfer_exceeded", status = 409, title = "More than is on its way")]
    TransferExceeded { line: i64, wanted: Quantity, left: Quantity },
    #[error(
        "A place of the transfer is there no more: name another location to receive it at, or cancel it where nothing has \
         left."
    )]
    #[problem(
        code = "inventory.transfer_place_gone",
        status = 409,
        title = "A place of the transfer is gone"
    )]
    TransferPlaceGone,
    #[error("Line {line}: {wanted} were to leave this place, and {there} are there; nothing has moved.")]
    #[problem(code = "inventory.not_there", status = 409, title = "Not enough stock at this place")]
    LineNotThere { line: i64, wanted: Quantity, there: Quantity },
    #[error(
        "Line {line}: {wanted} were to leave, and {available} are not promised; release reservations first."
    )]
    #[problem(code = "inventory.stock_promised", status = 409, title = "The stock is promised")]
    LinePromised { line: i64, wanted: Quantity, available: Quantity },
    #[error("There is no such count.")]
    #[problem(code = "inventory.count_not_found", status = 404, title = "No such count")]
    CountNotFound,
    #[error("There is a count with the id {id} already.")]
    #[problem(code = "inventory.count_exists", status = 409, title = "The count exists already")]
    CountExists { id: CountId },
    #[error("The count is {}: {}.", name_of(*.status), advice_for(*.status))]
    #[problem(code = "inventory.count_state", status = 409, title = "Not in this state of the count")]
    CountState { status: CountStatus },
    #[error("Nothing was counted yet: record what was found, and 0 where nothing was.")]
    #[problem(code = "inventory.count_empty", status = 409, title = "Nothing was counted")]
    CountEmpty,
    #[error("The count of {sku} cannot be posted: {why}. Settle what is in the way, or count it again.")]
    #[problem(code = "inventory.count_not_posted", status = 409, title = "The count cannot be posted")]
    CountNotPosted { sku: String, why: String },
    #[error("The count is not held by this hold.")]
    #[problem(code = "inventory.count_not_held", status = 409, title = "Not held by this")]
    CountNotHeld,
    #[error("There is no such sales order.")]
    #[problem(code = "inventory.sales_order_not_found", status = 404, title = "No such sales order")]
    SalesOrderNotFound,
    #[error("There is a sales order with the id {id} already.")]
    #[problem(code = "inventory.sales_order_exists", status = 409, title = "The sales order exists already")]
    SalesOrderExists { id: SalesOrderId },
    #[error("Another sales order has the reference {reference}.")]
    #[problem(code = "inventory.sales_order_reference_taken", status = 409, title = "The reference is taken")]
    SalesOrderReferenceTaken { reference: String },
    #[error("The sales order is {}: {instead}.", .status.name())]
    #[problem(
        code = "inventory.sales_order_status",
        status = 409,
        title = "Not in this state of the sales order"
    )]
    SalesOrderIs { status: SalesOrderStatus, instead: &'static str },
    #[error(
        "The draft does not show what would be sent, as `errors` says of its lines: PATCH them anew, look at \
         them, and confirm it then."
    )]
    #[problem(code = "inventory.kit_changed", status = 409, title = "A kit has changed")]
    KitChanged { errors: Vec<FieldError> },
    #[error("Less is allocated than is to leave, so nothing leaves; `errors` says of which lines.")]
    #[problem(code = "inventory.not_allocated", status = 409, title = "Not enough is allocated")]
    NotAllocated { errors: Vec<FieldError> },
    #[error("Nothing of the sales order is allocated; it waits for stock.")]
    #[problem(code = "inventory.nothing_allocated", status = 409, title = "Nothing is allocated")]
    NothingAllocated,
    #[error("More was to come back than is out, so nothing does; `errors` says of which lines.")]
    #[problem(code = "inventory.not_shipped", status = 409, title = "More than was shipped")]
    NotShipped { errors: Vec<FieldError> },
    #[error("The reservation is of a sales order; ship or cancel the order.")]
    #[problem(
        code = "inventory.reservation_of_order",
        status = 409,
        title = "The reservation is of an order"
    )]
    ReservationOfOrder,
    #[error(transparent)]
    #[problem(transparent)]
    Other(#[from] Problem),
    #[error(transparent)]
    #[problem(transparent)]
    Data(#[from] data::Error),
}

impl From<NotNow> for Error {
    fn from(refused: NotNow) -> Self {
        Self::PurchaseOrderState { refused }
    }
}

impl Error {
    pub fn stale() -> Self {
        let detail = "The item or its stock has changed since you read it: read it again and retry.";
        Self::Other(Problem::new(VERSION_MISMATCH, detail))
    }

    /// Of what has no stock beside it.
    pub fn stale_one() -> Self {
        Self::Other(Problem::new(
            VERSION_MISMATCH,
            "It has changed since you read it: read it again and retry.",
        ))
    }

    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::Other(Problem::invalid(errors))
    }

    pub fn shortages(shortages: &[Shortage]) -> Self {
        Self::InsufficientStockOfLines { errors: faults(shortages) }
    }

    /// Of what is one of several: faults are told below `place`, such as `/lines/0`.
    pub fn below(self, place: &str) -> Self {
        match self {
            Self::Other(problem) if problem.kind == INVALID => {
                let below =
                    |fault: FieldError| FieldError { pointer: format!("{place}{}", fault.pointer), ..fault };
                Self::invalid(problem.errors.into_iter().map(below).collect())
            }
            other => other,
        }
    }

    /// Why a line of a document cannot be.
    pub fn refused_line(line: i64, refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotThere { wanted, there } => Self::LineNotThere { line, wanted, there },
            Refusal::Promised { wanted, available } => Self::LinePromised { line, wanted, available },
            other => Self::refused(other),
        }
    }

    /// Why a movement cannot be.
    pub fn refused(refusal: Refusal) -> Self {
        let lot = |code: &'static str| {
            let error =
                FieldError { pointer: "/lot".to_owned(), code: code.into(), detail: refusal.to_string() };
            Self::invalid(vec![error])
        };
        match refusal {
            Refusal::NotThere { wanted, there } => Self::NotThere { wanted, there },
            Refusal::Promised { wanted, available } => Self::StockPromised { wanted, available },
            Refusal::TooMuch => Self::StockTooLarge,
            Refusal::LotMissing => lot("required"),
            Refusal::LotUnwanted => lot("not_tracked"),
            Refusal::SerialNotOne => lot("not_one"),
            Refusal::SerialTaken => Self::SerialInStock,
            Refusal::OfKit => Self::KitIsNotStocked,
        }
    }
}
