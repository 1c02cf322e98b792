//! Replies of the router itself, and replies as HTTP responses.

use axum::body::{Body as ResponseBody, Bytes, to_bytes};
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Response};

use crate::body::{self, BodyError};
use crate::call::{Body, Reply};

/// The refusal of a request whose body was not read.
pub(super) fn unread_body(error: BodyError) -> Reply {
    let (status, message) = match error {
        BodyError::TooLarge => (413, "The body is larger than the limit of the sandbox."),
        BodyError::TimedOut => (408, "The body did not arrive in time."),
        BodyError::Broken => (400, "The body is incomplete."),
    };
    let mut reply = Reply::problem(status, None, message);
    // The rest of the body is not read.
    let close = HeaderValue::from_static("close");
    reply.headers.push((CONNECTION, close));
    reply
}

/// The refusal of a path of no API.
pub(super) fn no_such_api() -> Reply {
    let message = "There is nothing at this path of the sandbox. Its APIs are below it, such as /nexus: in Rust, Environment::sandbox takes its one address. GET /_sandbox lists what is there.";
    Reply::problem(404, None, message)
}

/// The response of a reply; JSON has this media type.
pub(super) fn respond(reply: Reply, media_type: &'static str) -> Response<ResponseBody> {
    let (media_type, bytes) = match reply.body {
        Body::Empty => (None, Vec::new()),
        // A value always serialises. Half as much work as its `to_string`.
        Body::Json(value) => (
            Some(media_type),
            serde_json::to_vec(&value).unwrap_or_default(),
        ),
        Body::Serialised(bytes) => (Some(media_type), bytes),
        Body::Bytes { media_type, bytes } => (Some(media_type), bytes),
    };
    let mut response = Response::new(ResponseBody::from(bytes));
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    let media_type = media_type.map(|text| Bytes::from_static(text.as_bytes()));
    if let Some(Ok(value)) = media_type.map(HeaderValue::from_maybe_shared) {
        headers.insert(CONTENT_TYPE, value);
    }
    headers.extend(reply.headers);
    response
}

/// The same response with half of its body.
pub(super) async fn truncate(response: Response<ResponseBody>) -> Response<ResponseBody> {
    let (head, body) = response.into_parts();
    // The body is in memory, so reading it does not fail.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    Response::from_parts(head, body::truncated(bytes.to_vec()))
}
