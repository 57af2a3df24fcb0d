//! A name server that says what a test has it say in TXT records, and of all other names that there are none. It has a thread of
//! its own, so it outlives the runtime of the test that has begun it.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};

/// Of a message (RFC 1035, section 4.1.1).
const HEADER: usize = 12;
/// What is asked with a name: a type and a class.
const KIND: usize = 4;
const NO_SUCH_NAME: u8 = 3;

type Said = BTreeMap<String, Vec<String>>;

pub struct Names {
    pub address: SocketAddr,
    said: Arc<Mutex<Said>>,
}

impl Names {
    pub fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let address = socket.local_addr().expect("its address");
        let said = Arc::new(Mutex::new(Said::new()));
        let asked = Arc::clone(&said);
        std::thread::spawn(move || {
            let mut packet = [0; 4096];
            while let Ok((length, from)) = socket.recv_from(&mut packet) {
                let reply = answer(&packet[..length], &asked.lock().expect("not poisoned"));
                if let Some(reply) = reply {
                    let _ = socket.send_to(&reply, from);
                }
            }
        });
        Self { address, said }
    }

    /// From now on, each text in a record; at most 255 bytes each, and what a packet holds in all.
    pub fn says(&self, name: &str, texts: &[&str]) {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        self.said.lock().expect("not poisoned").insert(name.to_owned(), texts);
    }
}

/// `None`: it was no question.
fn answer(packet: &[u8], said: &Said) -> Option<Vec<u8>> {
    let (mut labels, mut at) = (Vec::new(), HEADER);
    while let Some(length) = Some(usize::from(*packet.get(at)?)).filter(|length| *length > 0) {
        let label = packet.get(at + 1..at + 1 + length)?;
        labels.push(String::from_utf8_lossy(label).to_ascii_lowercase());
        at += 1 + length;
    }
    let question = packet.get(HEADER..at + 1 + KIND)?;
    let texts = said.get(&labels.join("."));
    let count = u8::try_from(texts.map_or(0, Vec::len)).expect("few records");
    let code = if texts.is_some() { 0 } else { NO_SUCH_NAME };
    let mut reply = packet.get(..2)?.to_vec();
    reply.extend([0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0]);
    reply.extend(question);
    for text in texts.into_iter().flatten() {
        let length = u8::try_from(text.len()).expect("a short text");
        // The name of the question, TXT, IN, not to be kept.
        reply.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0]);
        reply.extend((u16::from(length) + 1).to_be_bytes());
        reply.push(length);
        reply.extend(text.as_bytes());
    }
    Some(reply)
}
