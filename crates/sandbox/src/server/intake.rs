//! Reads the body of a request, within its bounds of size and time.

use std::future::poll_fn;
use std::pin::Pin;

use http::header::EXPECT;
use http::request;
use hyper::body::{Body, Bytes, Incoming};

use super::Limits;

/// How many times the limit is read and thrown away, so that a client that talks first and listens later hears the refusal.
const PATIENCE: usize = 64;

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Incomplete {
    /// It is larger than allowed.
    TooLarge,
    /// It did not arrive in time.
    TooSlow,
    /// The client left, or its chunks are no chunks.
    Broken,
}

/// The whole body, or why not. Whoever waits to be told to send it is not told to when it will be refused.
pub(crate) async fn read(
    head: &request::Parts,
    body: Incoming,
    limits: Limits,
) -> Result<Vec<u8>, Incomplete> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if head.headers.contains_key(EXPECT) && announced > limits.body_bytes {
        return Err(Incomplete::TooLarge);
    }
    let reading = collect(body, limits.body_bytes);
    match tokio::time::timeout(limits.body_time, reading).await {
        Ok(read) => read,
        Err(_) => Err(Incomplete::TooSlow),
    }
}

async fn collect(mut body: Incoming, limit: usize) -> Result<Vec<u8>, Incomplete> {
    let mut collected = Vec::new();
    let mut seen = 0_usize;
    while let Some(chunk) = next(&mut body).await? {
        seen = seen.saturating_add(chunk.len());
        if seen > limit {
            collected = Vec::new();
            if seen > limit.saturating_mul(PATIENCE) {
                break;
            }
        } else {
            collected.extend_from_slice(&chunk);
        }
    }
    match seen > limit {
        true => Err(Incomplete::TooLarge),
        false => Ok(collected),
    }
}

async fn next(body: &mut Incoming) -> Result<Option<Bytes>, Incomplete> {
    let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await;
    match frame {
        None => Ok(None),
        Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
        Some(Err(_)) => Err(Incomplete::Broken),
    }
}
