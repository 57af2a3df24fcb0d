//! One request and a bounded answer. No redirects, since they would lead past the check of the URL; no proxy, since it would
//! connect in our place; no connection is taken up again, so that each request is looked at anew.

use crate::resolver::{Guarded, Lookup, NotPublic, Resolver, Rules, SystemLookup};
use crate::texts::{self, TextsError};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, Method, Url};
use std::error::Error as StdError;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(15);
const MAX_ANSWER_BYTES: usize = 64 * 1024;
const MAX_URL_BYTES: usize = 2_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// For closed networks: places in them may be named, and this machine by plain HTTP.
    pub allow_private_addresses: bool,
    /// Which is asked what a name says; without it, those of the machine. Where a name leads is asked as everybody does.
    pub nameserver: Option<SocketAddr>,
}

#[derive(Clone)]
pub struct Outbound(Arc<Inner>);

struct Inner {
    guarded: Arc<Guarded>,
    nameserver: Option<SocketAddr>,
    /// Made at the first request, since most processes never make one.
    client: OnceLock<Result<Client, String>>,
}

pub struct Request {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// There was more of it than is read.
    pub cut_off: bool,
}

impl Reply {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// As it was sent: seconds, or a date.
    pub fn retry_after(&self) -> Option<&str> {
        self.headers.get(RETRY_AFTER)?.to_str().ok()
    }
}

/// Why a URL cannot be named; what a form says beside its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    #[error("must be a URL of at most 2000 characters")]
    Malformed,
    #[error("must begin with https://")]
    NotHttps,
    #[error("must hold no user name or password")]
    Credentials,
    #[error("must hold no fragment")]
    Fragment,
    #[error("must not name an address of a private network, of this machine, or of no place at all")]
    NotPublic,
}

/// Why no answer came. Nothing of it tells an address or a part of the URL.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    #[error("the URL {0}")]
    Url(#[from] UrlError),
    #[error("the name leads to an address that is not public")]
    NotPublic,
    #[error("the name is not known")]
    UnknownName,
    #[error("no connection was made, or no certificate of a known authority was shown")]
    NotConnected,
    #[error("it took too long")]
    TimedOut,
    #[error("the connection broke before there was an answer")]
    Broken,
    #[error("nothing can be sent: {0}")]
    Unavailable(String),
}

impl Outbound {
    pub fn new(settings: Settings) -> Self {
        Self::with_lookup(settings, Arc::new(SystemLookup))
    }

    /// Where names lead is somebody else's to say.
    pub fn with_lookup(settings: Settings, lookup: Arc<dyn Lookup>) -> Self {
        let rules = Rules { allow_private: settings.allow_private_addresses };
        let guarded = Arc::new(Guarded { lookup, rules });
        Self(Arc::new(Inner { guarded, nameserver: settings.nameserver, client: OnceLock::new() }))
    }

    /// What a name says in DNS: its TXT records, each as one text, and none where there is no such name.
    pub async fn texts(&self, name: &str) -> Result<Vec<Vec<u8>>, TextsError> {
        texts::of(self.0.nameserver, name).await
    }

    /// For what is kept: whether it can be named at all. Where its name leads is asked when it is called.
    pub fn parse_url(&self, text: &str) -> Result<Url, UrlError> {
        if text.len() > MAX_URL_BYTES {
            return Err(UrlError::Malformed);
        }
        let url = text.parse::<Url>().map_err(|_| UrlError::Malformed)?;
        self.check(&url)?;
        Ok(url)
    }

    pub async fn send(&self, request: Request) -> Result<Reply, SendError> {
        self.check(&request.url)?;
        let client = self.0.client.get_or_init(|| self.client());
        let client = client.as_ref().map_err(|error| SendError::Unavailable(error.clone()))?;
        let Request { method, url, headers, body } = request;
        let mut answer = client
            .request(method, url)
            .headers(headers)
            .body(body)
            .send()
            .await
            .map_err(|error| told(&error))?;
        let (status, headers) = (answer.status().as_u16(), std::mem::take(answer.headers_mut()));
        let (mut body, mut cut_off) = (Vec::new(), false);
        while let Some(chunk) = answer.chunk().await.map_err(|error| told(&error))? {
            let room = MAX_ANSWER_BYTES - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                cut_off = true;
                break;
            }
        }
        Ok(Reply { status, headers, body, cut_off })
    }

    /// A literal address is never looked up, so it is looked at here.
    fn check(&self, url: &Url) -> Result<(), UrlError> {
        let rules = self.0.guarded.rules;
        let host = url.host_str().ok_or(UrlError::Malformed)?;
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        let is_this_machine = literal.map_or(host == "localhost", |address| address.is_loopback());
        match url.scheme() {
            "https" => {}
            "http" if rules.allow_private && is_this_machine => {}
            _ => return Err(UrlError::NotHttps),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlError::Credentials);
        }
        if url.fragment().is_some() {
            return Err(UrlError::Fragment);
        }
        if literal.is_some_and(|address| !rules.allow(address)) {
            return Err(UrlError::NotPublic);
        }
        Ok(())
    }

    fn client(&self) -> Result<Client, String> {
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .user_agent("Insula")
            .dns_resolver(Resolver(Arc::clone(&self.0.guarded)));
        client.build().map_err(|error| error.to_string())
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outbound")
    }
}

fn told(error: &reqwest::Error) -> SendError {
    if has_cause::<NotPublic>(error) {
        SendError::NotPublic
    } else if error.is_timeout() {
        SendError::TimedOut
    } else if error.is_dns() {
        SendError::UnknownName
    } else if error.is_connect() {
        SendError::NotConnected
    } else {
        SendError::Broken
    }
}

fn has_cause<E: StdError + 'static>(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<E>() {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use std::io;
    use std::sync::Mutex;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    const OPEN: Settings = Settings { allow_private_addresses: true, nameserver: None };

    /// Each name leads to this machine.
    struct Here;

    #[async_trait]
    impl Lookup for Here {
        async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            Ok(vec![IpAddr::from([127, 0, 0, 1])])
        }
    }

    fn with_tls() {
        let _ = rustls::crypto::ring::default_provider().install_default();
    }

    /// Of a server that answers each connection with the next of these, and how many came.
    async fn server(answers: Vec<String>) -> (u16, Arc<Mutex<usize>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, came) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(0)));
        let counted = Arc::clone(&came);
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                *counted.lock().unwrap() += 1;
                let mut head = [0; 4_096];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        (port, came)
    }

    fn get(url: &str) -> Request {
        let url = url.parse().unwrap();
        Request { method: Method::GET, url, headers: HeaderMap::new(), body: Vec::new() }
    }

    #[test]
    fn a_url_is_looked_at_before_anything_is_sent() {
        let check = |settings, text: &str, expected: Result<(), UrlError>| {
            assert_eq!(Outbound::new(settings).parse_url(text).map(drop), expected, "{text}");
        };
        let closed = Settings::default();
        check(closed, "https://collector.example/audit?tenant=7", Ok(()));
        check(closed, "https://1.1.1.1:8443/", Ok(()));
        check(closed, "http://collector.example/", Err(UrlError::NotHttps));
        check(closed, "ftp://collector.example/", Err(UrlError::NotHttps));
        check(closed, "file:///etc/passwd", Err(UrlError::Malformed));
        check(closed, "collector.example", Err(UrlError::Malformed));
        check(closed, &format!("https://collector.example/{}", "x".repeat(2_000)), Err(UrlError::Malformed));
        check(closed, "https://ada:secret@collector.example/", Err(UrlError::Credentials));
        check(closed, "https://collector.example/#top", Err(UrlError::Fragment));
        // As the URL's parser reads them, all of these are addresses.
        let hosts = "127.0.0.1 127.0.0.1. 2130706433 0x7f.1 017700000001 0177.0.0.1 10.1 %31%30.1 [::1] [::] \
            [::127.0.0.1] [::ffff:10.0.0.1] [64:ff9b::10.0.0.1] [2002:a00:1::] [fe80::1]";
        for host in hosts.split_whitespace() {
            check(closed, &format!("https://{host}/"), Err(UrlError::NotPublic));
            check(closed, &format!("https://{host}:8443/"), Err(UrlError::NotPublic));
        }
        check(closed, "https://[fe80::1%25eth0]/", Err(UrlError::Malformed));
        check(closed, "http://127.0.0.1/", Err(UrlError::NotHttps));
        check(OPEN, "http://127.0.0.1:4711/", Ok(()));
        check(OPEN, "http://localhost/", Ok(()));
        check(OPEN, "http://[::1]/", Ok(()));
        check(OPEN, "http://10.0.0.1/", Err(UrlError::NotHttps));
        check(OPEN, "https://10.0.0.1/", Ok(()));
        check(OPEN, "https://169.254.169.254/", Err(UrlError::NotPublic));
        check(OPEN, "https://0.0.0.0/", Err(UrlError::NotPublic));
    }

    #[tokio::test]
    async fn nothing_is_sent_to_where_a_name_leads_if_that_is_closed() {
        with_tls();
        let (port, came) = server(vec![String::new()]).await;
        let outbound = Outbound::with_lookup(Settings::default(), Arc::new(Here));
        let url = format!("https://collector.example:{port}/");
        let refused = outbound.send(get(&url)).await.unwrap_err();
        assert!(matches!(refused, SendError::NotPublic), "{refused:?}");
        assert_eq!(*came.lock().unwrap(), 0);
        // With the setting it is reached, and has no certificate.
        let refused = Outbound::with_lookup(OPEN, Arc::new(Here)).send(get(&url)).await.unwrap_err();
        assert!(matches!(refused, SendError::NotConnected), "{refused:?}");
        assert_eq!(*came.lock().unwrap(), 1);
    }

    #[tokio::test]
    async fn an_answer_is_read_so_far_and_leads_nowhere_else() {
        with_tls();
        let long = "x".repeat(70_000);
        let answers = vec![
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_owned(),
            format!("HTTP/1.1 200 OK\r\nretry-after: 7\r\ncontent-length: {}\r\n\r\n{long}", long.len()),
            "HTTP/1.1 200 OK\r\ncontent-length: 65536\r\n\r\nshort".to_owned(),
        ];
        let (port, _) = server(answers).await;
        let outbound = Outbound::new(OPEN);
        let url = format!("http://127.0.0.1:{port}/");
        assert_eq!(outbound.send(get(&url)).await.unwrap().status, 302);
        let reply = outbound.send(get(&url)).await.unwrap();
        assert_eq!((reply.body.len(), reply.cut_off, reply.retry_after()), (64 * 1024, true, Some("7")));
        let broken = outbound.send(get(&url)).await.unwrap_err();
        assert!(matches!(broken, SendError::Broken), "{broken:?}");
    }
}
