//! The HTTP server: accepts connections, serves each in its own task, and stops them all.
//!
//! Not `axum::serve`: it has no timeout for the head of a request, no half-closed connections and no limit of the head, its
//! services cannot abort a connection without a response, and its shutdown waits for every request.

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::router::RequestRouter;
use crate::settings::Limits;
use crate::socket::{ResetFlag, Socket};

/// How long open requests may take to finish after a stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(250);
/// The pause after `accept` fails.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// A bound listener that accepts no connection yet.
pub(crate) struct Bound {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

/// A running server. Dropped, it stops.
pub(crate) struct Server {
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Bound {
    /// Binds a port; 0 is any free one.
    pub(crate) async fn on(interface: IpAddr, port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind((interface, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    pub(crate) fn serve(self, router: RequestRouter, limits: Limits) -> Server {
        let (stop, stopped) = watch::channel(false);
        let router = Arc::new(router);
        let accepting = tokio::spawn(accept(self.listener, router, limits, stopped));
        Server { stop, accepting }
    }
}

impl Server {
    /// Closes the listener and every connection, and waits for that.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        // An error is a panic of the task or the end of the runtime: the port is free either way.
        let _ = self.accepting.await;
    }
}

async fn accept(
    listener: TcpListener,
    router: Arc<RequestRouter>,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    let permits = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    loop {
        let next = async {
            let permit = Arc::clone(&permits).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let next = tokio::select! {
            // The sender is gone when the sandbox was dropped.
            _ = stopped.changed() => break,
            Some(_) = connections.join_next() => continue,
            next = next => next,
        };
        let (Ok(permit), Ok((stream, _))) = next else {
            // No file descriptor is free, or the client closed at once: try again.
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let serving = serve(stream, Arc::clone(&router), limits, stopped.clone());
        connections.spawn(async move {
            serving.await;
            drop(permit);
        });
    }
    drop(listener);
    let closing = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, closing)
        .await
        .is_err()
    {
        connections.shutdown().await;
    }
}

async fn serve(
    stream: TcpStream,
    router: Arc<RequestRouter>,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    // Without it a response may wait for the acknowledgement of the last. An error only makes it slower.
    let _ = stream.set_nodelay(true);
    let reset = ResetFlag::default();
    let socket = TokioIo::new(Socket::new(stream, reset.clone(), limits.answer_time));
    let service = service_fn(move |request| {
        let router = Arc::clone(&router);
        let reset = reset.clone();
        async move { router.respond(request, &reset).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size(MAX_HEAD_BYTES)
        // A client may close its side after the last request.
        .half_close(true)
        .serve_connection(socket, service);
    let mut connection = pin!(connection);
    // An error of a connection comes from the client or from a fault.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopped.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}
