//! The HTTP contract, through a tiny domain of its own.

mod shop;
