//! Requests to places that a tenant names: its collector, its provider of sign-ins. Whoever names a place could name one that
//! is near us and closed to them, so what is not public is refused at the moment of connecting, whatever a name led to before.
//! A crate of its own, since none of the others speaks to strangers, and no domain owns the rules of who may be spoken to.

mod addresses;
mod client;
mod resolver;
mod texts;

pub use addresses::{Reach, reach};
pub use client::{Outbound, Reply, Request, SendError, Settings, UrlError};
pub use reqwest::header;
pub use reqwest::{Method, Url};
pub use resolver::{Lookup, SystemLookup};
pub use texts::TextsError;
