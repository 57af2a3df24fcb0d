//! Connections of HTTP/1.1 on which no request comes to be, or no answer is taken, are shut. actix-http times the head
//! of a connection's first request and the silence before another; whoever drips the head of a later one, or never
//! reads a long answer, it would wait for without end.

use crate::intake::extra_time;
use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use actix_web::rt::spawn;
use actix_web::rt::task::JoinHandle;
use actix_web::rt::time::sleep;
use bytes::Bytes;
use std::any::Any;
use std::cell::Cell;
use std::net::{Shutdown, TcpStream as Socket};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// A longer answer, or one of unknown length, is under way until the client has taken it.
const TAKEN_AT_ONCE_BYTES: u64 = 64 << 10;

/// For `HttpServer::on_connect`: shuts a connection on which nothing was under way for so long, which is the
/// time of silence and that of a head together; and one whose client has not taken a part of an answer by then. The
/// server marks what it answers, by the `Edge` or by `mark_under_way`.
pub fn watch_connections(patience: Duration) -> impl Fn(&dyn Any, &mut Extensions) + Send + Sync {
    move |io: &dyn Any, extensions: &mut Extensions| {
        if let Some(stream) = http1(io) {
            let socket = stream.as_fd().try_clone_to_owned().ok();
            extensions.insert(Connection::new(socket.map(Socket::from), patience));
        }
    }
}

/// The `Edge` does the same.
pub async fn mark_under_way(
    req: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let under_way = UnderWay::of(&req);
    Ok(until_taken(next.call(req).await?, under_way))
}

/// `None` for HTTP/2, which pings a silent client and has many requests under way at once.
fn http1(io: &dyn Any) -> Option<&TcpStream> {
    if let Some(tls) = io.downcast_ref::<TlsStream<TcpStream>>() {
        let (stream, session) = tls.get_ref();
        return (session.alpn_protocol() != Some(b"h2".as_slice())).then_some(stream);
    }
    io.downcast_ref::<TcpStream>()
}

/// What the server keeps as long as the connection.
struct Connection {
    state: Rc<State>,
    watch: JoinHandle<()>,
}

impl Connection {
    fn new(socket: Option<Socket>, patience: Duration) -> Self {
        let state = Rc::new(State {
            socket,
            patience,
            under_way: Cell::new(0),
            ended: Cell::new(Instant::now()),
            taken_by: Cell::new(None),
        });
        let watch = spawn(watch(Rc::downgrade(&state)));
        Self { state, watch }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

struct State {
    /// A second descriptor of the connection's own: the connection is open until both are closed. `None` where there was
    /// none left to have; such a connection ends with its first answer.
    socket: Option<Socket>,
    patience: Duration,
    under_way: Cell<u32>,
    /// When the last request did, or the connection began.
    ended: Cell<Instant>,
    /// By when the client must have taken what it was last given of a long answer.
    taken_by: Cell<Option<Instant>>,
}

impl State {
    fn left(&self, now: Instant) -> Duration {
        match (self.under_way.get(), self.taken_by.get()) {
            (0, _) => (self.ended.get() + self.patience).saturating_duration_since(now),
            (_, Some(taken_by)) => taken_by.saturating_duration_since(now),
            (_, None) => self.patience,
        }
    }

    fn give(&self, bytes: usize, now: Instant) {
        self.taken_by.set(Some(now + self.patience + extra_time(bytes)));
    }
}

async fn watch(state: Weak<State>) {
    let Some(mut left) = state.upgrade().map(|state| state.patience) else { return };
    loop {
        sleep(left).await;
        let Some(state) = state.upgrade() else { return };
        left = state.left(Instant::now());
        if left.is_zero() {
            // actix-http reads the end or an error, and lets go.
            let _ = state.socket.as_ref().map(|socket| socket.shutdown(Shutdown::Both));
            return;
        }
    }
}

/// A request, from its head to its answer, also when it is dropped.
pub(crate) struct UnderWay(Rc<State>);

impl UnderWay {
    /// `None` on a connection that nobody watches.
    pub(crate) fn of(req: &ServiceRequest) -> Option<Self> {
        let state = &req.conn_data::<Connection>()?.state;
        state.under_way.set(state.under_way.get() + 1);
        Some(Self(Rc::clone(state)))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.set(self.0.under_way.get() - 1);
        self.0.ended.set(Instant::now());
        self.0.taken_by.set(None);
    }
}

pub(crate) fn until_taken(
    mut response: ServiceResponse<BoxBody>,
    under_way: Option<UnderWay>,
) -> ServiceResponse<BoxBody> {
    let Some(under_way) = under_way else { return response };
    if under_way.0.socket.is_none() {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    match response.response().body().size() {
        BodySize::None | BodySize::Sized(..=TAKEN_AT_ONCE_BYTES) => response,
        _ => {
            // Behind an answer that is not taken, this one's body is not asked for at all.
            under_way.0.give(0, Instant::now());
            response.map_body(|_, body| BoxBody::new(Taken { body, under_way }))
        }
    }
}

struct Taken {
    body: BoxBody,
    under_way: UnderWay,
}

impl MessageBody for Taken {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        // Whoever asks for more has room for it: what was given before is taken.
        let state = Rc::clone(&self.under_way.0);
        let next = Pin::new(&mut self.body).poll_next(context);
        match &next {
            Poll::Ready(Some(Ok(bytes))) => state.give(bytes.len(), Instant::now()),
            _ => state.taken_by.set(None),
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_given_so_long() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let state = State {
            socket: None,
            patience: 15 * second,
            under_way: Cell::new(0),
            ended: Cell::new(start),
            taken_by: Cell::new(None),
        };
        let check = |after_s: u32, expected_s: u32, what: &str| {
            assert_eq!(state.left(start + after_s * second), expected_s * second, "{what}");
        };
        check(0, 15, "since it began");
        check(15, 0, "no head by then");
        state.under_way.set(1);
        check(100, 15, "the server itself is at work");
        state.give(80 << 10, start + 100 * second);
        check(100, 25, "ten seconds more for 80 KiB");
        check(125, 0, "not taken by then");
        state.taken_by.set(None);
        check(125, 15, "taken, and the server at work again");
    }
}
