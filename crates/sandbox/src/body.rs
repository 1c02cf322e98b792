//! Bodies on the wire: reads the body of a request within its limits, and cuts the body of a response in the middle.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use http::header::EXPECT;
use http::request;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};

use crate::settings::Limits;

/// How many times the limit is read and dropped, so that a client that sends everything before it reads gets the refusal.
const DISCARDED: usize = 64;

/// Why there is no request body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyError {
    TooLarge,
    TimedOut,
    /// The connection was closed, or the chunks are malformed.
    Broken,
}

/// The whole body of a request. `Expect: 100-continue` is refused before the body when the body is too large.
pub(crate) async fn read(
    head: &request::Parts,
    body: Incoming,
    limits: Limits,
) -> Result<Vec<u8>, BodyError> {
    if body.is_end_stream() {
        return Ok(Vec::new());
    }
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if head.headers.contains_key(EXPECT) && announced > limits.body_bytes {
        return Err(BodyError::TooLarge);
    }
    let reading = collect(body, limits.body_bytes);
    match tokio::time::timeout(limits.body_time, reading).await {
        Ok(read) => read,
        Err(_) => Err(BodyError::TimedOut),
    }
}

async fn collect(mut body: Incoming, limit: usize) -> Result<Vec<u8>, BodyError> {
    let mut collected = Vec::new();
    let mut seen = 0_usize;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| BodyError::Broken)?;
        let chunk = frame.into_data().unwrap_or_default();
        seen = seen.saturating_add(chunk.len());
        if seen <= limit {
            collected.extend_from_slice(&chunk);
        } else if seen > limit.saturating_mul(DISCARDED) {
            break;
        }
    }
    match seen > limit {
        true => Err(BodyError::TooLarge),
        false => Ok(collected),
    }
}

/// A body that announces all of its bytes, sends half of them, and fails.
pub(crate) fn truncated(mut bytes: Vec<u8>) -> Body {
    let announced = (bytes.len() as u64).max(2);
    bytes.truncate(bytes.len() / 2);
    Body::new(Truncated {
        announced,
        first: Some(bytes.into()),
        is_flushed: false,
    })
}

struct Truncated {
    announced: u64,
    first: Option<Bytes>,
    is_flushed: bool,
}

impl hyper::body::Body for Truncated {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if !self.is_flushed {
            // hyper writes the first half while the body is pending.
            self.is_flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::Error::other("truncated by a fault"))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
