//! What a fault does to an answer: every part that is set replaces that part of the true answer. The router applies it.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use http::header::{LOCATION, RETRY_AFTER};
use http::{HeaderValue, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{FaultKind, fields};
use crate::call::{Body, Reply};

/// Statuses without a body in HTTP.
pub(super) const BODILESS: [u16; 2] = [204, 304];

/// What replaces parts of the true answer; [`Fault`](super::Fault) documents the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<FaultBody>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) set: BTreeMap<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) remove: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) null_fields: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retry_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retry_after_date: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) connection: Option<Ending>,
}

/// The body of an answer that a fault replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultBody {
    /// An error in MX's shape.
    Error,
    /// An HTML page, as from a gateway.
    Html,
    /// Malformed JSON.
    NotJson,
    /// No body.
    Empty,
    /// `null`.
    Null,
    /// `{}`.
    Object,
}

/// How the connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    /// By RST, without an answer.
    Reset,
    /// By FIN, without an answer.
    Closed,
    /// In the middle of the answer.
    Truncated,
}

impl Answer {
    pub(super) fn ending(connection: Ending) -> Self {
        Self {
            connection: Some(connection),
            ..Self::default()
        }
    }

    /// Whether it is the true answer.
    pub(super) fn is_true(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn alters_fields(&self) -> bool {
        self.null_fields || !self.set.is_empty() || !self.remove.is_empty()
    }

    /// What it does, in one word; none when it is the true answer.
    pub(super) fn kind(&self) -> Option<FaultKind> {
        Some(match self.connection {
            Some(Ending::Reset) => FaultKind::Reset,
            Some(Ending::Closed) => FaultKind::Closed,
            Some(Ending::Truncated) => FaultKind::Truncated,
            None if self.status.is_some() => FaultKind::Status,
            None if self.body.is_some() => FaultKind::Body,
            None if self.alters_fields() => FaultKind::Fields,
            None => return None,
        })
    }

    /// The answer to a request at this address, from the true one; none when the request was not processed. The media type is that of
    /// a status.
    pub(crate) fn applied(
        &self,
        reply: Option<Reply>,
        address: &Uri,
        media_type: impl Fn(StatusCode) -> &'static str,
    ) -> Reply {
        let mut reply = self.with_status(reply, address);
        if let Some(body) = self.body {
            reply.body = body.of(reply.status, media_type);
        }
        if self.alters_fields()
            && let Some(value) = reply.body.json_mut()
        {
            self.alter(value);
        }
        let wait = |seconds| SystemTime::now().checked_add(Duration::from_secs(seconds));
        let date = self.retry_after_date.and_then(wait);
        let date = date.map(|date| httpdate::fmt_http_date(date + Duration::from_secs(1)));
        let date = date.and_then(|date| HeaderValue::from_str(&date).ok());
        let wait = self.retry_after.map(HeaderValue::from).or(date);
        reply.headers.extend(wait.map(|wait| (RETRY_AFTER, wait)));
        reply
    }

    fn with_status(&self, reply: Option<Reply>, address: &Uri) -> Reply {
        let Some(number) = self.status else {
            return reply.unwrap_or_else(|| Reply::empty(StatusCode::NO_CONTENT));
        };
        let status = StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut empty = Reply::empty(status);
        match (number, reply) {
            (number, _) if BODILESS.contains(&number) => empty,
            (200..300, Some(reply)) => Reply { status, ..reply },
            (300..400, _) => {
                let location = HeaderValue::from_str(&address.to_string()).ok();
                empty.headers.extend(location.map(|at| (LOCATION, at)));
                empty
            }
            (400.., _) => Reply {
                body: error(status),
                ..empty
            },
            _ => empty,
        }
    }

    fn alter(&self, value: &mut Value) {
        if self.null_fields {
            fields::clear(value);
        }
        for (path, new) in &self.set {
            fields::set(value, path, new);
        }
        for path in &self.remove {
            fields::remove(value, path);
        }
    }
}

impl FaultBody {
    fn of(self, status: StatusCode, media_type: impl Fn(StatusCode) -> &'static str) -> Body {
        let text = |media_type, text: &str| Body::Bytes {
            media_type,
            bytes: text.as_bytes().to_vec(),
        };
        match self {
            Self::Error => error(status),
            Self::Html => {
                let page = "<html><body><h1>A fault was asked for</h1></body></html>";
                text("text/html", page)
            }
            Self::NotJson => text(media_type(status), "{\"error\": "),
            Self::Empty => Body::Empty,
            Self::Null => Body::Json(Value::Null),
            Self::Object => Body::Json(json!({})),
        }
    }
}

fn error(status: StatusCode) -> Body {
    Reply::problem(status.as_u16(), None, "A fault was asked for.").body
}
