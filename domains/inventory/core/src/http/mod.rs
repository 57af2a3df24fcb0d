//! Inventory's HTTP surface: the only place that knows utoipa.

mod items;
mod movements;
mod reservations;

use crate::App;
use crate::error::Error;
use crate::permissions::{ITEMS_READ, ITEMS_RESTORE, ITEMS_WRITE, STOCK_READ, STOCK_RECEIVE, STOCK_WRITE};
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
        .tag("Movements", "The ledger: every change of what is on hand, never altered")
        .operation(operation!(movements::receive_stock).permission(&STOCK_RECEIVE).requires_key())
        .operation(operation!(movements::list_movements).permission(&STOCK_READ))
        .operation(operation!(movements::get_movement).permission(&STOCK_READ))
        .tag("Reservations", "Stock that is promised: active until it is shipped or released")
        .operation(operation!(reservations::create_reservation).permission(&STOCK_WRITE).requires_key())
        .operation(operation!(reservations::list_reservations).permission(&STOCK_READ))
        .operation(operation!(reservations::get_reservation).permission(&STOCK_READ))
        .operation(operation!(reservations::ship_reservation).permission(&STOCK_WRITE).requires_key())
        // Without a key: a second time is refused, since what is released is not active any more.
        .operation(operation!(reservations::release_reservation).permission(&STOCK_WRITE))
}
