//! What files bring.

mod export_members;
pub mod member_rows;
mod reach;
mod read_beside;
mod read_people;
mod undo_member_row;
