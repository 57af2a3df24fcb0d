//! Contract errors that lack the two ways any remote call can fail.

use kernel::contract::Cause;
use macros::RemoteError;

#[derive(RemoteError)]
enum Neither {
    NotFound,
}

#[derive(RemoteError)]
enum NoDeadline {
    Unavailable(Cause),
}

#[derive(RemoteError)]
enum OtherCause {
    Unavailable(String),
    DeadlineExceeded,
}

#[derive(RemoteError)]
enum FullDeadline {
    Unavailable(Cause),
    DeadlineExceeded(u8),
}

fn main() {}
