//! Requests: as generated code has built them, their copies for other attempts, and their media types.

use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use progenitor_client::Error as Failure;
use reqwest::Request;

use crate::error::Error;
use crate::operations::Operation;

/// The request that generated code has built, without a body where the operation has none.
pub(crate) fn prepare(
    operation: &'static Operation,
    built: Result<Request, Failure<()>>,
) -> Result<Request, Error> {
    let mut request = built.map_err(|failure| match failure {
        Failure::InvalidRequest(reason) => Error::request(Some(operation), reason),
        Failure::CommunicationError(error) => Error::transport(operation, error),
        _ => Error::request(Some(operation), "the request cannot be built"),
    })?;
    if operation.request_media_type.is_none() {
        *request.body_mut() = None;
    }
    Ok(request)
}

/// A copy for another attempt; none where the body is a stream.
pub(super) fn copy(request: &Request) -> Option<Request> {
    if request.body().is_some() {
        return request.try_clone();
    }
    // `try_clone` makes a table of extensions for a timeout that is not set.
    let mut copy = Request::new(request.method().clone(), request.url().clone());
    copy.headers_mut().clone_from(request.headers());
    Some(copy)
}

/// Sets the media types of the operation, in the place of those that generated code has set.
pub(super) fn set_media_types(operation: &Operation, headers: &mut HeaderMap) {
    match operation.request_value {
        Some(media_type) => headers.insert(CONTENT_TYPE, media_type.clone()),
        None => headers.remove(CONTENT_TYPE),
    };
    headers.insert(ACCEPT, operation.accept_value.clone());
}
