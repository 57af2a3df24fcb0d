//! What a name says in DNS, whoever answers for it: asked of the installation's own name server, which follows where it leads.
//! Each time anew, since whoever asks has most likely put there what was missing a moment ago.

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// For one try, and for all of them.
const TRY_TIMEOUT: Duration = Duration::from_secs(3);
const TIMEOUT: Duration = Duration::from_secs(10);
const PORT: u16 = 53;
/// An answer is at most 64 KiB; more records are not looked at.
const MOST_TEXTS: usize = 100;
/// As many as the C library asks.
const MOST_SERVERS: usize = 3;
const RESOLV_CONF: &str = "/etc/resolv.conf";

/// Why there is no answer. Nothing of it tells an address, but where it is debugged.
#[derive(Debug, thiserror::Error)]
pub enum TextsError {
    #[error("the name is none of DNS")]
    Name,
    #[error("it took too long")]
    TimedOut,
    #[error("the name servers gave no answer")]
    Unavailable(String),
}

pub(crate) async fn of(nameserver: Option<SocketAddr>, name: &str) -> Result<Vec<Vec<u8>>, TextsError> {
    // With its last dot, or it would be looked for below this machine's own domain as well.
    let name = Name::from_ascii(format!("{name}.")).map_err(|_| TextsError::Name)?;
    let resolver = resolver(nameserver).await?;
    let asked = tokio::time::timeout(TIMEOUT, resolver.lookup(name, RecordType::TXT)).await;
    match asked.map_err(|_| TextsError::TimedOut)? {
        Ok(found) => Ok(texts_of(found.answers())),
        Err(error) if error.is_no_records_found() => Ok(Vec::new()),
        Err(NetError::Timeout) => Err(TextsError::TimedOut),
        Err(error) => Err(unavailable(error)),
    }
}

async fn resolver(nameserver: Option<SocketAddr>) -> Result<TokioResolver, TextsError> {
    let servers = match nameserver {
        Some(server) => vec![server],
        None => match tokio::fs::read_to_string(RESOLV_CONF).await {
            Ok(named) => servers_of(&named),
            // As resolv.conf(5) has it.
            Err(error) if error.kind() == ErrorKind::NotFound => servers_of(""),
            Err(error) => return Err(TextsError::Unavailable(format!("{RESOLV_CONF}: {error}"))),
        },
    };
    let servers = servers.into_iter().map(asked_at).collect();
    let config = ResolverConfig::from_name_servers(servers);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options = builder.options_mut();
    options.timeout = TRY_TIMEOUT;
    options.attempts = 1;
    options.use_hosts_file = ResolveHosts::Never;
    // So that it takes more than a guess of port and number to answer in the server's place.
    options.case_randomization = true;
    builder.build().map_err(unavailable)
}

fn asked_at(server: SocketAddr) -> NameServerConfig {
    let (mut udp, mut tcp) = (ConnectionConfig::udp(), ConnectionConfig::tcp());
    udp.port = server.port();
    tcp.port = server.port();
    NameServerConfig::new(server.ip(), true, vec![udp, tcp])
}

fn servers_of(resolv_conf: &str) -> Vec<SocketAddr> {
    let named = resolv_conf.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let server = words.next().filter(|word| *word == "nameserver").and(words.next())?;
        Some(SocketAddr::new(server.parse::<IpAddr>().ok()?, PORT))
    });
    let servers: Vec<_> = named.take(MOST_SERVERS).collect();
    if servers.is_empty() { vec![SocketAddr::new(Ipv4Addr::LOCALHOST.into(), PORT)] } else { servers }
}

/// A record is cut into strings of 255 bytes, which mean nothing.
fn texts_of(records: &[Record]) -> Vec<Vec<u8>> {
    let texts = records.iter().filter_map(|record| match &record.data {
        RData::TXT(text) => Some(text.txt_data.concat()),
        _ => None,
    });
    texts.take(MOST_TEXTS).collect()
}

fn unavailable(error: NetError) -> TextsError {
    TextsError::Unavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hickory_resolver::proto::op::{Message, OpCode, ResponseCode};
    use hickory_resolver::proto::rr::rdata::{A, TXT};
    use tokio::net::UdpSocket;

    fn text(name: &Name, parts: &[&str]) -> Record {
        let parts = parts.iter().map(|part| (*part).to_owned()).collect();
        Record::from_rdata(name.clone(), 0, RData::TXT(TXT::new(parts)))
    }

    /// Of a name server that knows one name, and answers for no other domain than its own.
    async fn server() -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(async move {
            let mut packet = [0; 4_096];
            while let Ok((length, from)) = socket.recv_from(&mut packet).await {
                let asked = Message::from_vec(&packet[..length]).unwrap();
                let query = asked.queries[0].clone();
                let name = query.name().to_lowercase().to_string();
                let code = match name.as_str() {
                    "_challenge.known.example." => ResponseCode::NoError,
                    _ if name.ends_with(".example.") => ResponseCode::NXDomain,
                    _ => ResponseCode::Refused,
                };
                let mut reply = Message::error_msg(asked.metadata.id, OpCode::Query, code);
                if code == ResponseCode::NoError {
                    let texts: [&[&str]; 2] = [&["the first ", "of two"], &["the second"]];
                    reply.add_answers(texts.map(|parts| text(query.name(), parts)));
                }
                reply.add_query(query);
                socket.send_to(&reply.to_vec().unwrap(), from).await.unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn a_name_says_what_its_server_tells_and_nothing_where_it_is_not_known() {
        let server = Some(server().await);
        let told = of(server, "_challenge.known.example").await.unwrap();
        assert_eq!(told, [b"the first of two".to_vec(), b"the second".to_vec()]);
        assert_eq!(of(server, "_challenge.unknown.example").await.unwrap(), Vec::<Vec<u8>>::new());
        let refused = of(server, "_challenge.known.test").await.unwrap_err();
        assert!(matches!(refused, TextsError::Unavailable(_)), "{refused:?}");
        for wrong in ["a..b".to_owned(), "a b".to_owned(), "x".repeat(64), format!("{}x", "x.".repeat(130))] {
            let refused = of(server, &wrong).await.unwrap_err();
            assert!(matches!(refused, TextsError::Name), "{wrong}: {refused:?}");
        }
    }

    #[test]
    fn what_is_no_text_and_what_is_too_much_is_left_out() {
        let name = Name::from_ascii("known.example.").unwrap();
        let other = Record::from_rdata(name.clone(), 0, RData::A(A::new(127, 0, 0, 1)));
        assert_eq!(texts_of(&[other, text(&name, &["a", "b"])]), [b"ab".to_vec()]);
        let many: Vec<_> = (0..=MOST_TEXTS).map(|_| text(&name, &["x"])).collect();
        assert_eq!(texts_of(&many).len(), MOST_TEXTS);
    }

    #[test]
    fn the_servers_of_the_machine_are_those_of_resolv_conf() {
        let check = |text: &str, expected: &[&str]| {
            let expected: Vec<SocketAddr> = expected.iter().map(|server| server.parse().unwrap()).collect();
            assert_eq!(servers_of(text), expected, "{text}");
        };
        check("", &["127.0.0.1:53"]);
        check("search example\nnameserver 10.0.0.2\n# nameserver 10.0.0.3\n", &["10.0.0.2:53"]);
        check("nameserver\t::1 # this one\noptions edns0", &["[::1]:53"]);
        check("nameserver nowhere\nnameserver 10.0.0.2", &["10.0.0.2:53"]);
        let many = (1..=4).map(|last| format!("nameserver 10.0.0.{last}\n")).collect::<String>();
        check(&many, &["10.0.0.1:53", "10.0.0.2:53", "10.0.0.3:53"]);
    }
}
