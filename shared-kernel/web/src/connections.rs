//! Connections on which no request comes to be are shut. actix-http times the head of a connection's first
//! request and the silence before another; whoever drips the head of a later one it would hear out for ever.

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
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
/// time of silence and that of a head together. The server marks what it answers, by the `Edge` or by
/// `mark_under_way`.
pub fn watch_connections(patience: Duration) -> impl Fn(&dyn Any, &mut Extensions) + Send + Sync {
    move |io: &dyn Any, extensions: &mut Extensions| {
        // Where no descriptor is left there is no watch; nor are connections accepted then.
        if let Some(Ok(socket)) = http1(io).map(|stream| stream.as_fd().try_clone_to_owned()) {
            extensions.insert(Connection::new(socket.into(), patience));
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
    fn new(socket: Socket, patience: Duration) -> Self {
        let state = Rc::new(State { socket, under_way: Cell::new(0), ended: Cell::new(Instant::now()) });
        let watch = spawn(watch(Rc::downgrade(&state), patience));
        Self { state, watch }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

struct State {
    /// A second descriptor of the connection's own: the connection is open until both are closed.
    socket: Socket,
    under_way: Cell<u32>,
    /// When the last request did, or the connection began.
    ended: Cell<Instant>,
}

impl State {
    fn left(&self, patience: Duration) -> Duration {
        match self.under_way.get() {
            0 => patience.saturating_sub(self.ended.get().elapsed()),
            _ => patience,
        }
    }
}

async fn watch(state: Weak<State>, patience: Duration) {
    let mut left = patience;
    loop {
        sleep(left).await;
        let Some(state) = state.upgrade() else { return };
        left = state.left(patience);
        if left.is_zero() {
            // actix-http reads the end or an error, and lets go.
            let _ = state.socket.shutdown(Shutdown::Both);
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
    }
}

pub(crate) fn until_taken(
    response: ServiceResponse<BoxBody>,
    under_way: Option<UnderWay>,
) -> ServiceResponse<BoxBody> {
    let size = response.response().body().size();
    match under_way {
        Some(under_way) if !matches!(size, BodySize::None | BodySize::Sized(..=TAKEN_AT_ONCE_BYTES)) => {
            response.map_body(|_, body| BoxBody::new(Taken { body, _under_way: under_way }))
        }
        _ => response,
    }
}

struct Taken {
    body: BoxBody,
    _under_way: UnderWay,
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
        Pin::new(&mut self.body).poll_next(context)
    }
}
