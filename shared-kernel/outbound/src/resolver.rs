//! Names, looked up for each new connection: of what a name leads to only what may be reached is left.

use crate::addresses::{Reach, reach};
use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// More are not tried.
const MOST_ADDRESSES: usize = 16;

/// Where a name leads.
#[async_trait]
pub trait Lookup: Send + Sync {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// As the machine does it for everybody.
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub allow_private: bool,
}

impl Rules {
    pub fn allow(self, address: IpAddr) -> bool {
        match reach(address) {
            Reach::Public => true,
            Reach::Private => self.allow_private,
            Reach::Never => false,
        }
    }
}

/// A name leads nowhere but to places that are refused.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address that is not public")]
pub(crate) struct NotPublic;

pub(crate) struct Guarded {
    pub lookup: Arc<dyn Lookup>,
    pub rules: Rules,
}

impl Guarded {
    async fn allowed(&self, name: &str) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
        let found = self.lookup.lookup(name).await?;
        let led_somewhere = !found.is_empty();
        let allowed = found.into_iter().filter(|address| self.rules.allow(*address)).take(MOST_ADDRESSES);
        // The port is the URL's.
        let allowed: Vec<_> = allowed.map(|address| SocketAddr::new(address, 0)).collect();
        if led_somewhere && allowed.is_empty() { Err(NotPublic.into()) } else { Ok(allowed) }
    }
}

/// What the client holds; a name is looked up by a task that outlives it.
pub(crate) struct Resolver(pub Arc<Guarded>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guarded = Arc::clone(&self.0);
        Box::pin(async move {
            let allowed = guarded.allowed(name.as_str()).await;
            allowed.map(|allowed| Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Answers one after the other.
    struct Script(Mutex<Vec<Vec<IpAddr>>>);

    #[async_trait]
    impl Lookup for Script {
        async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            Ok(self.0.lock().unwrap().remove(0))
        }
    }

    async fn check(answers: &[&[&str]], allow_private: bool, expected: &[Option<&[&str]>]) {
        let ip = |text: &&str| text.parse::<IpAddr>().unwrap();
        let script = answers.iter().map(|answer| answer.iter().map(ip).collect()).collect();
        let lookup = Arc::new(Script(Mutex::new(script)));
        let guarded = Guarded { lookup, rules: Rules { allow_private } };
        for expected in expected {
            let found = guarded.allowed("collector.test").await;
            match (found, expected) {
                (Ok(found), Some(expected)) => {
                    let found: Vec<_> = found.iter().map(SocketAddr::ip).collect();
                    assert_eq!(found, expected.iter().map(ip).collect::<Vec<_>>());
                }
                (Err(error), None) => assert!(error.is::<NotPublic>(), "{error}"),
                (found, expected) => panic!("{found:?}, expected {expected:?}"),
            }
        }
    }

    #[tokio::test]
    async fn a_name_leads_to_public_addresses_alone() {
        check(&[&["127.0.0.1"]], false, &[None]).await;
        check(&[&["127.0.0.1"]], true, &[Some(&["127.0.0.1"])]).await;
        check(&[&["10.0.0.1", "1.1.1.1", "fd00::1"]], false, &[Some(&["1.1.1.1"])]).await;
        check(&[&["169.254.169.254", "::ffff:10.0.0.1"]], true, &[None]).await;
        check(&[&[]], false, &[Some(&[])]).await;
        // Rebinding: the second time it leads elsewhere.
        check(&[&["1.1.1.1"], &["127.0.0.1"]], false, &[Some(&["1.1.1.1"]), None]).await;
    }
}
