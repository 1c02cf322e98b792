//! What is answered, on the wire: a reply as a response, the answer of a fault, the refusal of what never became a request.

use http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

use crate::call::{Body, Reply};
use crate::fault::{Fault, FaultBody};
use crate::server::{self, Incomplete, Payload};

/// The refusal of a request whose body did not come.
pub(super) fn refusal(incomplete: Incomplete) -> Reply {
    let (status, message) = match incomplete {
        Incomplete::TooLarge => (413, "The body is larger than the sandbox takes."),
        Incomplete::TooSlow => (408, "The body did not arrive in time."),
        Incomplete::Broken => (400, "The body did not arrive whole."),
    };
    let mut reply = Reply::problem(status, None, message);
    // What is left of the body is not read any more.
    reply
        .headers
        .push((CONNECTION, HeaderValue::from_static("close")));
    reply
}

/// The refusal of a path that is of no system.
pub(super) fn nowhere() -> Reply {
    let message = "There is nothing here; GET /_sandbox says what is where.";
    Reply::problem(404, None, message)
}

/// What a fault answers instead of the truth; an answer with a status has a media type that is told here.
pub(super) fn instead(
    fault: &Fault,
    media_type: impl Fn(StatusCode) -> &'static str,
) -> Option<Reply> {
    let status = StatusCode::from_u16(fault.status?).ok()?;
    let of = |media_type, text: &str| Body::Bytes {
        media_type,
        bytes: text.as_bytes().to_vec(),
    };
    let body = match fault.answered_body() {
        FaultBody::Json => Reply::problem(status.as_u16(), None, "A fault was asked for.").body,
        FaultBody::Html => of(
            "text/html",
            "<html><body><h1>A fault was asked for</h1></body></html>",
        ),
        FaultBody::NotJson => of(media_type(status), "{\"error\": "),
        FaultBody::Empty => Body::Nothing,
    };
    let seconds = fault.retry_after_seconds().into_iter();
    let headers = seconds.map(|seconds| (RETRY_AFTER, HeaderValue::from(seconds)));
    Some(Reply {
        status,
        headers: headers.collect(),
        body,
    })
}

/// Writes a reply. JSON goes out in the media type that is given.
pub(super) fn respond(reply: Reply, media_type: &str) -> Response<Payload> {
    let (media_type, bytes) = match reply.body {
        Body::Nothing => (None, Vec::new()),
        Body::Json(value) => (Some(media_type), value.to_string().into_bytes()),
        Body::Bytes { media_type, bytes } => (Some(media_type), bytes),
    };
    let mut response = Response::new(Payload::from(bytes));
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    if let Some(value) = media_type.and_then(|text| HeaderValue::from_str(text).ok()) {
        headers.insert(CONTENT_TYPE, value);
    }
    headers.extend(reply.headers);
    response
}

/// The same answer, of which half arrives.
pub(super) async fn cut_off(response: Response<Payload>) -> Response<Payload> {
    let (head, body) = response.into_parts();
    // It was made of bytes in memory, so there is no error to come.
    let bytes = axum::body::to_bytes(body, usize::MAX).await;
    Response::from_parts(head, server::truncated(bytes.unwrap_or_default().to_vec()))
}
