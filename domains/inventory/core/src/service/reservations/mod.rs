//! Stock that is promised.

pub mod expire_reservation;
pub mod extend_reservation;
pub mod grow_reservation;
pub mod list_reservations;
pub mod release_reservation;
pub mod reserve_stock;
pub mod ship_reservation;
