//! What others may know of imports.
