//! A request that matched an operation ([`Call`]), and the [`Reply`] to it. The router makes calls, the handlers reply.

use std::collections::BTreeMap;
use std::io::Write;
use std::num::IntErrorKind;

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

use crate::api::Api;
use crate::fault::Lag;
use mx_nexus::operations::Operation;

/// The decoded path parameters, by the document's names.
pub(crate) type PathParameters = BTreeMap<&'static str, String>;

/// A request that matched an operation.
pub(crate) struct Call {
    pub api: Api,
    pub operation: &'static Operation,
    pub path: PathParameters,
    /// The decoded query.
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    /// The JSON body, once it has been checked; null when there is none.
    pub body: Value,
    /// Whether lists are cut into pages.
    pub has_pages: bool,
    /// How long readings lag behind its changes of members.
    pub lag: Option<Lag>,
}

impl Call {
    /// A path parameter; empty when the operation has none of that name.
    pub(crate) fn path(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The first value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query_values(name).next()
    }

    /// All values of a query parameter.
    pub(crate) fn query_values(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.query.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The number and the size of the requested page: 1 and 25 when absent or out of range. Without pages the first has everything.
    pub(crate) fn page(&self) -> (usize, usize) {
        if !self.has_pages {
            return (1, usize::MAX);
        }
        let number = |name| usize::try_from(whole_number(self.query(name)?)?).ok();
        let page = number("page").filter(|page| *page > 0);
        let size = number("records_per_page").filter(|size| (10..=1000).contains(size));
        (page.unwrap_or(1), size.unwrap_or(25))
    }

    /// A header, when it is readable text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The largest integer that every reader of JSON takes as the same number (RFC 7493).
pub(crate) const LARGEST_INTEGER: i64 = (1 << 53) - 1;

/// Reads a whole number of any length; one out of range is the nearest in range.
pub(crate) fn whole_number(text: &str) -> Option<i64> {
    let number: i64 = match text.parse() {
        Ok(number) => number,
        Err(error) => match error.kind() {
            IntErrorKind::PosOverflow => i64::MAX,
            IntErrorKind::NegOverflow => i64::MIN,
            _ => return None,
        },
    };
    Some(number.clamp(-LARGEST_INTEGER, LARGEST_INTEGER))
}

/// The reply to a call. It may have a token in it, so only tests can print it.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Reply {
    pub status: StatusCode,
    /// Headers besides those of the body.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Body,
}

/// The body of a reply.
#[cfg_attr(test, derive(Debug))]
pub(crate) enum Body {
    Empty,
    /// JSON, in the media type of the operation's API.
    Json(Value),
    /// The same, serialised.
    Serialised(Vec<u8>),
    Bytes {
        media_type: &'static str,
        bytes: Vec<u8>,
    },
}

impl Body {
    /// The JSON, to change or to read.
    pub(crate) fn json_mut(&mut self) -> Option<&mut Value> {
        if let Self::Serialised(bytes) = self {
            *self = Self::Json(serde_json::from_slice(bytes).unwrap_or_default());
        }
        match self {
            Self::Json(value) => Some(value),
            _ => None,
        }
    }
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

    /// 200 with a JSON body.
    pub(crate) fn ok(value: Value) -> Self {
        Self::json(StatusCode::OK, value)
    }

    /// 200 with an object of JSON that has this field.
    pub(crate) fn serialised(name: &str, value: &impl Serialize) -> Self {
        let start = Self {
            body: Body::Serialised(b"{}".to_vec()),
            ..Self::empty(StatusCode::OK)
        };
        start.with(name, value)
    }

    /// The same with another field, of a reply by [`Reply::serialised`].
    pub(crate) fn with(mut self, name: &str, value: &impl Serialize) -> Self {
        if let Body::Serialised(bytes) = &mut self.body {
            bytes.pop();
            let comma = if bytes.len() > 1 { "," } else { "" };
            // Writing to memory does not fail, and values of the state always serialise.
            let _ = write!(bytes, "{comma}\"{name}\":");
            let _ = serde_json::to_writer(&mut *bytes, value);
            bytes.push(b'}');
        }
        self
    }

    /// A refusal in MX's shape: a message, and MX's code where one is known.
    pub(crate) fn problem(status: u16, code: Option<u32>, message: &str) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut error = json!({ "message": message });
        if let Some(code) = code {
            error["code"] = code.into();
        }
        Self::json(status, json!({ "error": error }))
    }

    /// A reply without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Empty,
        }
    }
}
