//! What others may know of inventory.
