//! A connection that can be reset, closed so that the client sees a loss (RST) and not an end (FIN), and that does not wait for
//! ever for a client that asks and never reads.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

/// The say in how a connection ends, for the one who serves it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line(Arc<AtomicBool>);

impl Line {
    /// The connection is to be reset when it ends.
    pub(crate) fn reset(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_reset(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A connection whose end its line decides, and that a client cannot hold by not reading.
pub(super) struct Socket {
    stream: TcpStream,
    line: Line,
    answer_time: Duration,
    /// When the answer has to be out that the client does not read; none while nothing waits for it.
    overdue: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, line: Line, answer_time: Duration) -> Self {
        Self {
            stream,
            line,
            answer_time,
            overdue: None,
        }
    }

    /// Lets a write wait for the client, but not longer than one answer may take. The time runs from the first write that has to
    /// wait until everything is out, so that reading a byte now and then does not lengthen it.
    fn wait(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() && self.overdue.is_none() {
            return written;
        }
        let answer_time = self.answer_time;
        let overdue = self
            .overdue
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(answer_time)));
        let is_over = match written.is_pending() {
            true => overdue.as_mut().poll(context).is_ready(),
            false => Instant::now() >= overdue.deadline(),
        };
        if !is_over {
            return written;
        }
        // What is still in the system's buffers goes with it, and nothing lingers.
        self.line.reset();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.line.is_reset() {
            // A socket that cannot linger closes in the ordinary way, without an answer all the same.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wait(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // It is asked for once everything that was to be said is written.
        self.overdue = None;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.line.is_reset() {
            // A shutdown would say goodbye first.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.wait(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
