//! What the wire and the state of the sandbox say to each other: a checked call, and the reply to it. The server makes calls,
//! the faces answer them.

use std::collections::BTreeMap;
use std::num::IntErrorKind;

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use mx_nexus::operations::Operation;

/// One of the systems that stand under the sandbox's address.
pub(crate) use mx_nexus::operations::Api as Face;

/// A request that matched an operation. Body and query are there once the contract has been checked.
pub(crate) struct Call {
    /// The system that it was sent to.
    pub face: Face,
    /// The operation that it asks for.
    pub operation: &'static Operation,
    /// The decoded path parameters, by the document's names.
    pub path: BTreeMap<String, String>,
    /// The decoded query, in order.
    pub query: Vec<(String, String)>,
    /// Its headers, keys and tokens among them.
    pub headers: HeaderMap,
    /// The JSON body; null when there is none.
    pub body: Value,
    /// Whether its answer shows members as they were before their latest job, because a fault says so.
    pub is_stale: bool,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Call")
            .field("face", &self.face)
            .field("operation", &self.operation.id)
            .finish_non_exhaustive()
    }
}

impl Call {
    /// A path parameter; empty when the operation has none of that name.
    pub(crate) fn path(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The first value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let mut named = self.query.iter().filter(|(key, _)| key == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// A query parameter that is a whole number; one that is longer than a machine can count is as large as can be.
    pub(crate) fn query_number(&self, name: &str) -> Option<i64> {
        whole_number(self.query(name)?)
    }

    /// A header, when it is readable text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Reads a whole number of any length.
pub(crate) fn whole_number(text: &str) -> Option<i64> {
    match text.parse() {
        Ok(number) => Some(number),
        Err(error) => match error.kind() {
            IntErrorKind::PosOverflow => Some(i64::MAX),
            IntErrorKind::NegOverflow => Some(i64::MIN),
            _ => None,
        },
    }
}

/// The answer to a call.
pub(crate) struct Reply {
    /// The status.
    pub status: StatusCode,
    /// Headers besides those that the body brings.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: Body,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Reply")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// The body of a reply.
pub(crate) enum Body {
    /// No body at all.
    Nothing,
    /// JSON, sent in the media type of the operation's face.
    Json(Value),
    /// Anything else, sent as it is.
    Bytes {
        /// Its media type.
        media_type: &'static str,
        /// Its content.
        bytes: Vec<u8>,
    },
}

impl Reply {
    /// A reply with a JSON body.
    pub(crate) fn json(status: StatusCode, value: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Json(value),
        }
    }

    /// The usual success.
    pub(crate) fn ok(value: Value) -> Self {
        Self::json(StatusCode::OK, value)
    }

    /// A refusal in MX's shape: a message, and MX's own code where one is known.
    pub(crate) fn problem(status: u16, code: Option<u32>, message: &str) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut error = json!({ "message": message });
        if let Some(code) = code {
            error["code"] = code.into();
        }
        Self::json(status, json!({ "error": error }))
    }

    /// A reply without a body.
    pub(crate) fn nothing(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Nothing,
        }
    }
}
