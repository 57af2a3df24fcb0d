//! Inventory's HTTP surface: the only place that knows utoipa.

mod assemblies;
mod barcodes;
mod categories;
mod counts;
mod families;
mod items;
mod kits;
mod landed_costs;
mod lot_trace;
mod movements;
mod places;
mod purchase_orders;
mod purchase_receipts;
mod reordering;
mod reservations;
mod sales;
mod sales_order_lines;
mod sales_order_puts;
mod sales_orders;
mod stock;
mod stock_rules;
mod suppliers;
mod transfers;
mod units;
mod valuation;

use crate::App;
use crate::error::Error;
use crate::permissions::{
    COSTS_WRITE, COUNTS_SUBMIT, COUNTS_WRITE, ITEMS_READ, ITEMS_RESTORE, ITEMS_WRITE, PLACES_WRITE,
    PURCHASES_READ, PURCHASES_WRITE, SALES_READ, SALES_WRITE, STOCK_ADJUST, STOCK_READ, STOCK_RECEIVE,
    STOCK_WRITE, SUPPLIERS_READ, SUPPLIERS_RESTORE, SUPPLIERS_WRITE, TRANSFERS_LOSE, TRANSFERS_WRITE,
};
use kernel::problem::Problems;
use web::{Api, operation};

pub fn api(app: App) -> Api {
    Api::new("inventory", app.databases.clone(), &[Error::KINDS])
        .state(app)
        .tag("Items", "What is kept in stock, and how much of it there is")
        .operation(operation!(items::list_items).permission(&ITEMS_READ).shows_deleted(&ITEMS_RESTORE))
        .operation(operation!(items::create_item).permission(&ITEMS_WRITE))
        .operation(operation!(items::get_item).permission(&ITEMS_READ).shows_deleted(&ITEMS_RESTORE))
        .operation(operation!(items::patch_item).permission(&ITEMS_WRITE))
        .operation(operation!(items::put_item).permission(&ITEMS_WRITE))
        .operation(operation!(items::delete_item).permission(&ITEMS_WRITE))
        .operation(operation!(items::restore_item).permission(&ITEMS_RESTORE))
        .operation(operation!(kits::get_components).permission(&ITEMS_READ))
        .operation(operation!(kits::put_components).permission(&ITEMS_WRITE))
        .operation(operation!(kits::show_availability).permission(&ITEMS_READ))
        .tag("Categories", "The tree of the names that items have as their category")
        .operation(
            operation!(categories::list_categories).permission(&ITEMS_READ).shows_deleted(&ITEMS_RESTORE),
        )
        .operation(operation!(categories::create_category).permission(&ITEMS_WRITE))
        .operation(operation!(categories::get_category).permission(&ITEMS_READ).shows_deleted(&ITEMS_RESTORE))
        .operation(operation!(categories::patch_category).permission(&ITEMS_WRITE))
        .operation(operation!(categories::delete_category).permission(&ITEMS_WRITE))
        .operation(operation!(categories::restore_category).permission(&ITEMS_RESTORE))
        .tag("Families", "Items that differ by their options alone, and the options")
        .operation(operation!(families::list_families).permission(&ITEMS_READ).shows_deleted(&ITEMS_RESTORE))
        .operation(operation!(families::create_family).permission(&ITEMS_WRITE))
        .operation(operation!(families::get_family).permission(&ITEMS_READ).shows_deleted(&ITEMS_RESTORE))
        .operation(operation!(families::patch_family).permission(&ITEMS_WRITE))
        .operation(operation!(families::delete_family).permission(&ITEMS_WRITE))
        .operation(operation!(families::restore_family).permission(&ITEMS_RESTORE))
        .operation(operation!(families::make_variants).permission(&ITEMS_WRITE))
        .tag("Units", "Units of measure, and what they are in each other")
        .operation(operation!(units::list_units).permission(&ITEMS_READ))
        .operation(operation!(units::convert_quantity).permission(&ITEMS_READ))
        .operation(operation!(units::get_item_conversions).permission(&ITEMS_READ))
        .operation(operation!(units::put_item_conversions).permission(&ITEMS_WRITE))
        .tag("Barcodes", "The codes that are printed on items, and what a scan says")
        .operation(operation!(barcodes::list_barcodes).permission(&ITEMS_READ))
        .operation(operation!(barcodes::get_barcode).permission(&ITEMS_READ))
        .operation(operation!(barcodes::delete_barcode).permission(&ITEMS_WRITE))
        .operation(operation!(barcodes::list_barcodes_of_item).permission(&ITEMS_READ))
        .operation(operation!(barcodes::add_barcode).permission(&ITEMS_WRITE))
        .operation(operation!(barcodes::read_scan).permission(&ITEMS_READ))
        .tag("Movements", "The ledger: every change of what is on hand, never altered")
        .operation(operation!(movements::receive_stock).permission(&STOCK_RECEIVE).requires_key())
        .operation(operation!(movements::adjust_stock).permission(&STOCK_ADJUST).requires_key())
        .operation(operation!(movements::reverse_movement).permission(&STOCK_ADJUST).requires_key())
        .operation(operation!(movements::list_movements).permission(&STOCK_READ))
        .operation(operation!(movements::get_movement).permission(&STOCK_READ))
        .tag("Suppliers", "Whom the tenant buys from")
        .operation(
            operation!(suppliers::list_suppliers)
                .permission(&SUPPLIERS_READ)
                .shows_deleted(&SUPPLIERS_RESTORE),
        )
        .operation(operation!(suppliers::create_supplier).permission(&SUPPLIERS_WRITE))
        .operation(
            operation!(suppliers::get_supplier).permission(&SUPPLIERS_READ).shows_deleted(&SUPPLIERS_RESTORE),
        )
        .operation(operation!(suppliers::patch_supplier).permission(&SUPPLIERS_WRITE))
        .operation(operation!(suppliers::put_supplier).permission(&SUPPLIERS_WRITE))
        .operation(operation!(suppliers::delete_supplier).permission(&SUPPLIERS_WRITE))
        .operation(operation!(suppliers::restore_supplier).permission(&SUPPLIERS_RESTORE))
        .tag("Purchase orders", "What was ordered from suppliers, and how much of it came and went back")
        .operation(operation!(purchase_orders::list_purchase_orders).permission(&PURCHASES_READ))
        .operation(operation!(purchase_orders::create_purchase_order).permission(&PURCHASES_WRITE))
        .operation(operation!(purchase_orders::get_purchase_order).permission(&PURCHASES_READ))
        .operation(operation!(purchase_orders::patch_purchase_order).permission(&PURCHASES_WRITE))
        .operation(operation!(purchase_orders::put_purchase_order).permission(&PURCHASES_WRITE))
        // Without a key: a second time is refused, since what is placed or ended is so no more.
        .operation(operation!(purchase_orders::order_purchase_order).permission(&PURCHASES_WRITE))
        .operation(operation!(purchase_orders::cancel_purchase_order).permission(&PURCHASES_WRITE))
        .operation(operation!(purchase_orders::close_purchase_order).permission(&PURCHASES_WRITE))
        .operation(
            operation!(purchase_receipts::receive_purchase_order).permission(&STOCK_RECEIVE).requires_key(),
        )
        .operation(
            operation!(purchase_receipts::return_purchase_order).permission(&PURCHASES_WRITE).requires_key(),
        )
        .operation(
            operation!(purchase_receipts::reverse_purchase_receipt).permission(&STOCK_ADJUST).requires_key(),
        )
        .tag("Transfers", "Stock that goes from a place to another, and is on its way between them")
        .operation(operation!(transfers::create_transfer).permission(&TRANSFERS_WRITE).requires_key())
        .operation(operation!(transfers::list_transfers).permission(&STOCK_READ))
        .operation(operation!(transfers::get_transfer).permission(&STOCK_READ))
        .operation(operation!(transfers::ship_transfer).permission(&TRANSFERS_WRITE).requires_key())
        .operation(operation!(transfers::receive_transfer).permission(&TRANSFERS_WRITE).requires_key())
        .operation(operation!(transfers::lose_transfer).permission(&TRANSFERS_LOSE).requires_key())
        // Without a key: a second time is refused, since what is cancelled is requested no more.
        .operation(operation!(transfers::cancel_transfer).permission(&TRANSFERS_WRITE))
        .tag("Counts", "What is found when stock is counted, and what is adjusted for it")
        .operation(operation!(counts::create_count).permission(&COUNTS_WRITE))
        .operation(operation!(counts::list_counts).permission(&STOCK_READ))
        .operation(operation!(counts::get_count).permission(&STOCK_READ))
        .operation(operation!(counts::list_count_lines).permission(&STOCK_READ))
        .operation(operation!(counts::record_count_entries).permission(&COUNTS_WRITE))
        .operation(operation!(counts::submit_count).permission(&COUNTS_SUBMIT).requires_key())
        .operation(operation!(counts::cancel_count).permission(&COUNTS_WRITE))
        .tag("Assemblies", "What was made of its parts, or taken apart into them")
        .operation(operation!(assemblies::make_item).permission(&STOCK_WRITE).requires_key())
        .operation(operation!(assemblies::take_item_apart).permission(&STOCK_WRITE).requires_key())
        .operation(operation!(assemblies::list_assemblies).permission(&STOCK_READ))
        .operation(operation!(assemblies::get_assembly).permission(&STOCK_READ))
        .tag("Reordering", "What has fallen to its reorder level, and how much of it to order")
        .operation(operation!(reordering::list_reorder_suggestions).permission(&STOCK_READ))
        .operation(operation!(reordering::order_suggested_items).permission(&PURCHASES_WRITE))
        .tag("Value", "What stock is worth, by what it cost and what it cost to bring here")
        .operation(operation!(valuation::list_valuation).permission(&STOCK_READ))
        .operation(operation!(valuation::list_value_entries).permission(&STOCK_READ))
        .operation(operation!(landed_costs::create_landed_cost).permission(&COSTS_WRITE).requires_key())
        .operation(operation!(landed_costs::list_landed_costs).permission(&STOCK_READ))
        .operation(operation!(landed_costs::get_landed_cost).permission(&STOCK_READ))
        .tag("Reservations", "Stock that is promised: active until it is shipped or released")
        .operation(operation!(reservations::create_reservation).permission(&STOCK_WRITE).requires_key())
        .operation(operation!(reservations::create_reservations).permission(&STOCK_WRITE).requires_key())
        .operation(operation!(kits::reserve_kit).permission(&STOCK_WRITE).requires_key())
        .operation(operation!(reservations::list_reservations).permission(&STOCK_READ))
        .operation(operation!(reservations::get_reservation).permission(&STOCK_READ))
        .operation(operation!(reservations::ship_reservation).permission(&STOCK_WRITE).requires_key())
        // Without a key: a second time is refused, since what is released is not active any more.
        .operation(operation!(reservations::release_reservation).permission(&STOCK_WRITE))
        .operation(operation!(reservations::extend_reservation).permission(&STOCK_WRITE))
        .tag("Places", "Warehouses, and in each a tree of locations")
        .operation(operation!(places::list_warehouses).permission(&STOCK_READ).shows_deleted(&PLACES_WRITE))
        .operation(operation!(places::create_warehouse).permission(&PLACES_WRITE))
        .operation(operation!(places::get_warehouse).permission(&STOCK_READ).shows_deleted(&PLACES_WRITE))
        .operation(operation!(places::patch_warehouse).permission(&PLACES_WRITE))
        .operation(operation!(places::delete_warehouse).permission(&PLACES_WRITE))
        .operation(operation!(places::restore_warehouse).permission(&PLACES_WRITE))
        .operation(operation!(places::list_locations).permission(&STOCK_READ).shows_deleted(&PLACES_WRITE))
        .operation(operation!(places::create_location).permission(&PLACES_WRITE))
        .operation(operation!(places::get_location).permission(&STOCK_READ).shows_deleted(&PLACES_WRITE))
        .operation(operation!(places::patch_location).permission(&PLACES_WRITE))
        .operation(operation!(places::delete_location).permission(&PLACES_WRITE))
        .operation(operation!(places::restore_location).permission(&PLACES_WRITE))
        .tag("Stock", "Where stock is, and of which lot or serial number")
        .operation(operation!(stock::list_stock_levels).permission(&STOCK_READ))
        .operation(operation!(stock::list_bins).permission(&STOCK_READ))
        .operation(operation!(stock::list_lots).permission(&STOCK_READ))
        .operation(operation!(stock::get_lot).permission(&STOCK_READ))
        .operation(operation!(stock::patch_lot).permission(&STOCK_ADJUST))
        .tag("Sales orders", "What customers want, what is promised to them, sent to them and taken back")
        .operation(operation!(sales_orders::create_sales_order).permission(&SALES_WRITE))
        .operation(operation!(sales_orders::list_sales_orders).permission(&SALES_READ))
        .operation(operation!(sales_orders::get_sales_order).permission(&SALES_READ))
        .operation(operation!(sales_orders::patch_sales_order).permission(&SALES_WRITE))
        .operation(operation!(sales_order_puts::put_sales_order).permission(&SALES_WRITE))
        .operation(operation!(sales_orders::confirm_sales_order).permission(&SALES_WRITE).requires_key())
        // Without a key: a second time is refused, since nothing is left to cancel.
        .operation(operation!(sales_orders::cancel_sales_order).permission(&SALES_WRITE))
        .operation(operation!(sales_orders::ship_sales_order).permission(&SALES_WRITE).requires_key())
        .operation(operation!(sales_orders::take_back_goods).permission(&SALES_WRITE).requires_key())
        .operation(operation!(lot_trace::trace_lot).permission(&SALES_READ))
        .tag("Sales", "What other systems have sold: imports bring it, and nothing is promised by it")
        .operation(operation!(sales::list_sales).permission(&SALES_READ))
        .operation(operation!(sales::get_sale).permission(&SALES_READ))
}
