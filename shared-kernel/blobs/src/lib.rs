//! Object storage: what is too large for a row (uploads, reports), in a local folder or in an S3 bucket. Memory is
//! bounded whatever the size of an object, and an object is there whole or not at all.

mod blobs;
mod claim;
mod error;
mod key;
mod pages;
mod s3;
mod writing;

pub use blobs::{Blob, Blobs};
pub use claim::{Claim, ClaimError, claim_local};
pub use error::{BoxError, Error};
pub use key::BlobKey;
pub use pages::{Page, Pages};
pub use s3::S3Settings;
