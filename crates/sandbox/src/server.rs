//! The listener of the sandbox: takes connections on the loopback address, serves each in a task of its own, and ends them all
//! when it is told to. What is said on them is the business of the route.

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::route::Route;

mod intake;
mod reply;
mod socket;

pub(super) use intake::{Incomplete, read};
pub(super) use reply::{Payload, truncated};
pub(super) use socket::Line;

use socket::Socket;

/// How long requests under way may take to end once the listener is told to.
const GRACE: Duration = Duration::from_millis(250);
/// How long the listener rests when the system has no connection to give.
const REST: Duration = Duration::from_millis(20);
/// The most that the head of a request may take.
const HEAD_LIMIT: usize = 64 * 1024;

/// What a client may take: time, memory, connections.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) head_time: Duration,
    pub(super) body_time: Duration,
    pub(super) answer_time: Duration,
    pub(super) body_bytes: usize,
    pub(super) connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_time: Duration::from_secs(30),
            body_time: Duration::from_secs(30),
            answer_time: Duration::from_secs(30),
            body_bytes: 1024 * 1024,
            connections: 10_000,
        }
    }
}

/// A listener that is bound, and takes no connection yet.
pub(super) struct Bound {
    listener: TcpListener,
    pub(super) address: SocketAddr,
}

/// A listener at work. Dropped, it ends by itself.
pub(super) struct Server {
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Bound {
    /// Binds a port of this machine; 0 is any that is free.
    pub(super) async fn on(port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Begins to take connections.
    pub(super) fn serve(self, route: Arc<Route>, limits: Limits) -> Server {
        let (stop, stopped) = watch::channel(false);
        let accepting = tokio::spawn(accept(self.listener, route, limits, stopped));
        Server { stop, accepting }
    }
}

impl Server {
    /// Ends the listener and every connection, and waits for it.
    pub(super) async fn stop(self) {
        self.stop.send_replace(true);
        // It ends by itself, within its grace; an error here would be its panic or the end of the runtime.
        let _ = self.accepting.await;
    }
}

async fn accept(
    listener: TcpListener,
    route: Arc<Route>,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let next = tokio::select! {
            // The sender is gone when the sandbox was dropped.
            _ = stopped.changed() => break,
            Some(_) = connections.join_next() => continue,
            next = next => next,
        };
        let (Ok(place), Ok((stream, _))) = next else {
            // Out of file descriptors, or a client that left again: neither is the end.
            tokio::time::sleep(REST).await;
            continue;
        };
        let serving = serve(stream, Arc::clone(&route), limits, stopped.clone());
        connections.spawn(async move {
            serving.await;
            drop(place);
        });
    }
    drop(listener);
    let ending = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, ending).await.is_err() {
        connections.shutdown().await;
    }
}

/// Serves one connection to its end.
async fn serve(
    stream: TcpStream,
    route: Arc<Route>,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    // Else an answer may wait for the acknowledgement of the last. A socket that refuses is only slower.
    let _ = stream.set_nodelay(true);
    let line = Line::default();
    let socket = TokioIo::new(Socket::new(stream, line.clone(), limits.answer_time));
    let service = service_fn(move |request| {
        let route = Arc::clone(&route);
        let line = line.clone();
        async move { route.receive(request, &line).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size(HEAD_LIMIT)
        // A client that has said everything may close its side before it reads.
        .half_close(true)
        .serve_connection(socket, service);
    let mut connection = pin!(connection);
    // Whatever goes wrong on a connection is the client's doing, or a fault that was asked for.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopped.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}
