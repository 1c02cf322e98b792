//! The answer to a call by name: a status, and JSON or bytes.

use std::fmt;

use serde_json::Value;

use crate::error::Error;
use crate::operations::{Answer, Operation};
use crate::wire;

/// The answer to a [`Call`](super::Call). A refusal is an [`Error`].
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status, such as 200, or 202 for an identification that is already running.
    pub status: u16,
    /// The body.
    pub content: Content,
}

/// The body of a [`Reply`]. `Debug` does not print it: it may contain personal data.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// JSON. If MX wraps the object of this operation in a list, this is the object.
    Json(Value),
    /// Something else, such as a list as CSV.
    Bytes(Vec<u8>),
    /// No content.
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
        answer: wire::Answer,
        limit: usize,
    ) -> Result<Self, Error> {
        let status = answer.status();
        let content = match operation.answer {
            Answer::Nothing => Content::Nothing,
            Answer::Json => Content::Json(answer.decode(operation)?),
            Answer::Bytes => Content::Bytes(answer.bytes(operation, limit).await?),
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
