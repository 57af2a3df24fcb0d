//! What others may know of billing.
