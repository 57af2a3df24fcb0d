//! By which rules an item's stock is kept, as the API names them.

use crate::domain::cost::Costing;
use crate::domain::lot::Tracking;
use web::wire_enum;

wire_enum! {
    TrackingDto = Tracking {
        None,
        Lot,
        Serial,
    }
}

wire_enum! {
    CostingDto = Costing {
        MovingAverage,
        Fifo,
        /// At the item's unit cost
        Standard,
    }
}
