//! What others may know of users.
