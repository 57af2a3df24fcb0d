//! The HTTP edge every domain shares.
