//! By which rules an item's stock is kept, as the API names them.

use crate::domain::cost::Costing;
use crate::domain::lot::Tracking;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrackingDto {
    None,
    Lot,
    Serial,
}

impl From<Tracking> for TrackingDto {
    fn from(tracking: Tracking) -> Self {
        match tracking {
            Tracking::None => Self::None,
            Tracking::Lot => Self::Lot,
            Tracking::Serial => Self::Serial,
        }
    }
}

impl From<TrackingDto> for Tracking {
    fn from(tracking: TrackingDto) -> Self {
        match tracking {
            TrackingDto::None => Self::None,
            TrackingDto::Lot => Self::Lot,
            TrackingDto::Serial => Self::Serial,
        }
    }
}

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CostingDto {
    MovingAverage,
    Fifo,
    /// At the item's unit cost
    Standard,
}

impl From<Costing> for CostingDto {
    fn from(costing: Costing) -> Self {
        match costing {
            Costing::MovingAverage => Self::MovingAverage,
            Costing::Fifo => Self::Fifo,
            Costing::Standard => Self::Standard,
        }
    }
}

impl From<CostingDto> for Costing {
    fn from(costing: CostingDto) -> Self {
        match costing {
            CostingDto::MovingAverage => Self::MovingAverage,
            CostingDto::Fifo => Self::Fifo,
            CostingDto::Standard => Self::Standard,
        }
    }
}
