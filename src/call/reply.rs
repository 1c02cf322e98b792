//! What came of a call by name: a status, and JSON or bytes.

use std::fmt;

use serde_json::Value;

use crate::error::{Error, JsonFault};
use crate::operations::{Answer, Operation};
use crate::wire;

/// The answer to a [`Call`](super::Call). A refusal is none: it is an [`Error`].
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status, such as 200, or 202 for an identification that runs already.
    pub status: u16,
    /// What it holds.
    pub content: Content,
}

/// What a [`Reply`] holds, as the operation has it. It may be about a person, and shows in no `Debug`.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// JSON. Where MX is known to put the one object of the answer into a list, it is that object.
    Json(Value),
    /// Something else, such as a list as CSV.
    Bytes(Vec<u8>),
    /// Nothing that matters.
    Nothing,
}

impl Reply {
    /// The JSON, where the operation answers JSON.
    pub fn json(&self) -> Option<&Value> {
        match &self.content {
            Content::Json(body) => Some(body),
            Content::Bytes(_) | Content::Nothing => None,
        }
    }

    pub(super) async fn read(
        operation: &'static Operation,
        response: reqwest::Response,
        limit: usize,
    ) -> Result<Self, Error> {
        let status = response.status().as_u16();
        let content = match operation.answer {
            Answer::Nothing => Content::Nothing,
            Answer::Json => {
                let body = wire::read_all(operation, response, limit).await?;
                let read = serde_json::from_slice(&body);
                Content::Json(read.map_err(|error| {
                    Error::decode(Some(operation), &JsonFault::find::<Value>(&body, &error))
                })?)
            }
            Answer::Bytes => Content::Bytes(wire::read_all(operation, response, limit).await?),
        };
        Ok(Self { status, content })
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Reply")
            .field("status", &self.status)
            .field("content", &self.content)
            .finish()
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(_) => formatter.write_str("Json(…)"),
            Self::Bytes(bytes) => write!(formatter, "Bytes({})", bytes.len()),
            Self::Nothing => formatter.write_str("Nothing"),
        }
    }
}
