//! What items are sold as and made of: bills of materials, what they leave available, and what is done by them.

pub mod assemble;
pub mod list_assemblies;
pub mod pick_parts;
pub mod put_components;
pub mod read_bills;
pub mod reserve_kit;
pub mod show_availability;
