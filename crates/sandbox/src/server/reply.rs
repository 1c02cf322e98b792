//! The body of an answer on the wire: whole, or cut off in the middle.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};

/// The body of an answer.
pub(crate) type Payload = axum::body::Body;

/// A body that announces all of its bytes, sends half of them, and breaks off.
pub(crate) fn truncated(bytes: Vec<u8>) -> Payload {
    let announced = (bytes.len() as u64).max(2);
    let half = bytes.len() / 2;
    let mut first = bytes;
    first.truncate(half);
    Payload::new(Truncated {
        announced,
        first: Some(Bytes::from(first)),
        flushed: false,
    })
}

struct Truncated {
    announced: u64,
    first: Option<Bytes>,
    flushed: bool,
}

/// The end of a body that is cut off.
#[derive(Debug)]
struct BrokenOff;

impl fmt::Display for BrokenOff {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the answer is cut off on purpose")
    }
}

impl std::error::Error for BrokenOff {}

impl Body for Truncated {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if !self.flushed {
            // What was written goes out while nothing more is there to write.
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(BrokenOff)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
