//! Sends one request and reads its answer up to a limit. Called for every attempt.
//!
//! The body of a JSON answer is read here and not by generated code, so that a connection that breaks in the middle can be
//! retried.

use http::HeaderMap;

use crate::error::{Error, Problem, request_id, without_bom};
use crate::operations::{Answer, Operation};

/// How much of an error body is read, in bytes.
const ERROR_LIMIT: usize = 16 * 1024;

/// Sends the request; returns a success with its complete body, or the error.
pub(super) async fn send(
    http: &reqwest::Client,
    operation: &'static Operation,
    request: reqwest::Request,
    limit: usize,
) -> Result<reqwest::Response, Error> {
    let sent = request.try_clone();
    let response = http
        .execute(request)
        .await
        .map_err(|error| Error::transport(operation, error))?;
    let status = response.status();
    if !status.is_success() {
        return Err(refusal(operation, response, sent.as_ref()).await);
    }
    match operation.answer {
        Answer::Bytes => return Ok(response),
        Answer::Json | Answer::Nothing => {}
    }
    let headers = response.headers().clone();
    let body = read_all(operation, response, limit).await?;
    let body = if operation.answer == Answer::Json {
        as_object(operation, body)
    } else {
        body
    };
    Ok(rebuild(status, headers, body))
}

/// The error for an error status. A body that cannot be read is ignored, so that it does not hide the status.
async fn refusal(
    operation: &'static Operation,
    response: reqwest::Response,
    sent: Option<&reqwest::Request>,
) -> Error {
    let status = response.status();
    let headers = response.headers().clone();
    let body = match read_up_to(response, ERROR_LIMIT).await {
        Ok((body, _)) => body,
        Err(_) => Vec::new(),
    };
    let problem = Problem::read(&headers, &body, sent);
    Error::status_of(operation, status.as_u16(), problem)
}

/// The body of a success; an error when it is larger than the limit.
pub(crate) async fn read_all(
    operation: &'static Operation,
    response: reqwest::Response,
    limit: usize,
) -> Result<Vec<u8>, Error> {
    let status = response.status().as_u16();
    let request_id = request_id(response.headers());
    match read_up_to(response, limit).await {
        Ok((body, true)) => Ok(body),
        Ok((_, false)) => Err(Error::too_large(operation, status, request_id, limit)),
        Err(error) => Err(Error::transport(operation, error)),
    }
}

/// Reads a body up to a limit; the flag is whether it is complete.
async fn read_up_to(
    mut response: reqwest::Response,
    limit: usize,
) -> Result<(Vec<u8>, bool), reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = limit - body.len();
        if chunk.len() > room {
            body.extend_from_slice(chunk.get(..room).unwrap_or_default());
            return Ok((body, false));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((body, true))
}

/// The JSON object of an answer that is empty, a list of one object, or begins with a byte-order mark.
fn as_object(operation: &Operation, body: Vec<u8>) -> Vec<u8> {
    let text = without_bom(body.trim_ascii()).trim_ascii();
    if text.is_empty() {
        return b"{}".to_vec();
    }
    if operation.one_element_array
        && text.starts_with(b"[")
        && let Ok(items) = serde_json::from_slice::<Vec<serde_json::Value>>(text)
    {
        let first = items
            .into_iter()
            .next()
            .unwrap_or_else(|| serde_json::json!({}));
        return first.to_string().into_bytes();
    }
    if body.len() > text.len() {
        return text.to_vec();
    }
    body
}

fn rebuild(status: http::StatusCode, headers: HeaderMap, body: Vec<u8>) -> reqwest::Response {
    let mut response = http::Response::new(reqwest::Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.into()
}
