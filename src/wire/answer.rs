//! Receives the answer to one request, and reads its body up to a limit. Called for every attempt.
//!
//! The body of a JSON answer is read here and not by generated code, so that a connection that breaks in the middle can be
//! retried.

use std::future::Future;

use bytes::Bytes;
use progenitor_client::{ByteStream, ResponseValue};
use serde::de::DeserializeOwned;

use super::credential::Signature;
use crate::error::{Error, JsonFault, Problem, request_id, without_bom};
use crate::operations::{self, Operation};

/// How much of an error body is read, in bytes.
const ERROR_LIMIT: usize = 16 * 1024;

/// A success.
pub(crate) struct Answer {
    /// Its body is not read yet where the operation answers with bytes.
    response: reqwest::Response,
    body: Bytes,
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// The answer of an operation with a JSON answer.
    pub(crate) fn json<T: DeserializeOwned>(
        self,
        operation: &'static Operation,
    ) -> Result<ResponseValue<T>, Error> {
        let value = self.decode(operation)?;
        Ok(self.with(value))
    }

    /// The answer of an operation with bytes.
    pub(crate) fn stream(self) -> Result<ResponseValue<ByteStream>, Error> {
        Ok(ResponseValue::stream(self.response))
    }

    /// The answer of an operation without content.
    pub(crate) fn empty(self) -> Result<ResponseValue<()>, Error> {
        Ok(self.with(()))
    }

    /// Decodes the JSON.
    pub(crate) fn decode<T: DeserializeOwned>(
        &self,
        operation: &'static Operation,
    ) -> Result<T, Error> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Error::decode(Some(operation), &JsonFault::find(&self.body, &error)))
    }

    /// Reads the bytes of an operation that answers with bytes.
    pub(crate) async fn bytes(
        mut self,
        operation: &'static Operation,
        limit: usize,
    ) -> Result<Vec<u8>, Error> {
        let body = read_all(operation, &mut self.response, limit).await?;
        Ok(body.into())
    }

    fn with<T>(mut self, value: T) -> ResponseValue<T> {
        let headers = std::mem::take(self.response.headers_mut());
        ResponseValue::new(value, self.response.status(), headers)
    }
}

/// Waits for the response; returns a success with its complete body, or the error, which quotes neither the credential nor the
/// body that was sent.
pub(super) async fn receive(
    operation: &'static Operation,
    response: impl Future<Output = reqwest::Result<reqwest::Response>>,
    limit: usize,
    signature: &Signature<'_>,
    sent: Option<&reqwest::Body>,
) -> Result<Answer, Error> {
    let mut response = response
        .await
        .map_err(|error| Error::transport(operation, error))?;
    if !response.status().is_success() {
        // Boxed, because it is rare and would make the future of every call larger.
        return Err(Box::pin(refusal(operation, response, signature, sent)).await);
    }
    let mut body = Bytes::new();
    if operation.answer != operations::Answer::Bytes {
        body = read_all(operation, &mut response, limit).await?;
    }
    if operation.answer == operations::Answer::Json {
        body = as_object(operation, body);
    }
    Ok(Answer { response, body })
}

/// The error for an error status. A body that cannot be read is ignored, so that it does not hide the status.
async fn refusal(
    operation: &'static Operation,
    mut response: reqwest::Response,
    signature: &Signature<'_>,
    sent: Option<&reqwest::Body>,
) -> Error {
    let body = read_up_to(&mut response, ERROR_LIMIT).await;
    let body = body.map(|(body, _)| body).unwrap_or_default();
    let secrets: Vec<&str> = signature.secrets().collect();
    let sent = sent.and_then(reqwest::Body::as_bytes);
    let problem = Problem::read(response.headers(), &body, &secrets, sent);
    Error::status_of(operation, response.status().as_u16(), problem)
}

/// The body of a success; an error when it is larger than the limit.
async fn read_all(
    operation: &'static Operation,
    response: &mut reqwest::Response,
    limit: usize,
) -> Result<Bytes, Error> {
    match read_up_to(response, limit).await {
        Ok((body, true)) => Ok(body),
        Ok((_, false)) => {
            let request_id = request_id(response.headers());
            let status = response.status().as_u16();
            Err(Error::too_large(operation, status, request_id, limit))
        }
        Err(error) => Err(Error::transport(operation, error)),
    }
}

/// Reads a body up to a limit; the flag is whether it is complete. A body in one piece is not copied.
async fn read_up_to(
    response: &mut reqwest::Response,
    limit: usize,
) -> Result<(Bytes, bool), reqwest::Error> {
    let mut first = Bytes::new();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = limit - first.len().max(body.len());
        let is_complete = chunk.len() <= room;
        let chunk = chunk.slice(..chunk.len().min(room));
        if first.is_empty() {
            first = chunk;
        } else {
            if body.is_empty() {
                // What is left to read, not the header.
                let more = response.content_length().unwrap_or(0);
                let more = usize::try_from(more).unwrap_or(limit).min(limit);
                body.reserve(first.len() + chunk.len() + more);
                body.extend_from_slice(&first);
            }
            body.extend_from_slice(&chunk);
        }
        if !is_complete {
            return Ok((whole(first, body), false));
        }
    }
    Ok((whole(first, body), true))
}

/// The pieces of a body: the first alone, or a copy of all.
fn whole(first: Bytes, all: Vec<u8>) -> Bytes {
    if all.is_empty() { first } else { all.into() }
}

/// The JSON object of an answer that is empty, a list of one object, or begins with a byte-order mark.
fn as_object(operation: &Operation, body: Bytes) -> Bytes {
    let text = without_bom(body.trim_ascii()).trim_ascii();
    if text.is_empty() {
        return Bytes::from_static(b"{}");
    }
    if operation.one_element_array
        && text.starts_with(b"[")
        && let Ok(items) = serde_json::from_slice::<Vec<serde_json::Value>>(text)
    {
        let first = items
            .into_iter()
            .next()
            .unwrap_or_else(|| serde_json::json!({}));
        return first.to_string().into();
    }
    body.slice_ref(text)
}
