//! Checks a request against the document: media types, parameters, body. Refusals name the place and never repeat a value.

use http::header::{ACCEPT, ALLOW, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::schema::Schema;
use super::{Contract, Documented, follow};
use crate::call::{Call, Reply, whole_number};
use mx_nexus::operations::{ParameterKind, Place};

/// MX's code for a required parameter that is missing.
const PARAMETER_MISSING: u32 = 4001;

/// The request body of an operation.
pub(super) struct RequestBody {
    media_type: String,
    is_required: bool,
    pub(super) schema: Schema,
}

impl RequestBody {
    pub(super) fn read(document: &Value, entry: &Value) -> Option<Self> {
        let body = follow(document, entry.get("requestBody")?);
        let (media_type, content) = body["content"].as_object()?.iter().next()?;
        Some(Self {
            media_type: media_type.clone(),
            is_required: body["required"] == true,
            schema: Schema::new(content["schema"].clone()),
        })
    }
}

/// The refusal of a path that the document does not have.
pub(crate) fn no_such_path() -> Reply {
    Reply::problem(404, None, "The API has no such path.")
}

/// The refusal of a method that a path does not have.
pub(crate) fn method_not_allowed(methods: &[&str]) -> Reply {
    let allowed = methods.join(", ");
    let message = format!("This path takes {allowed} only.");
    let mut reply = Reply::problem(405, None, &message);
    if let Ok(value) = HeaderValue::from_str(&allowed) {
        reply.headers.push((ALLOW, value));
    }
    reply
}

impl Documented {
    /// Refuses a request whose `Accept` (406) or `Content-Type` (415) is not the document's.
    ///
    /// The documents have one type for each, so `*/*` and a missing header are refused too.
    pub(crate) fn check_media_types(
        &self,
        headers: &HeaderMap,
        has_body: bool,
    ) -> Result<(), Reply> {
        let accept = self.operation.accept;
        let has = |header, wanted: &str| {
            media_types(headers, &header).any(|sent| sent.eq_ignore_ascii_case(wanted))
        };
        let is_encoded = headers
            .get(CONTENT_ENCODING)
            .is_some_and(|sent| !sent.as_bytes().eq_ignore_ascii_case(b"identity"));
        if has_body && is_encoded {
            let message = "Send the body without a Content-Encoding.";
            return Err(Reply::problem(415, None, message));
        }
        let other = self.response.media_type();
        if !has(ACCEPT, accept) && !other.is_some_and(|other| has(ACCEPT, other)) {
            let message = format!("Ask for the media type of this call: Accept: {accept}");
            return Err(Reply::problem(406, None, &message));
        }
        match &self.request {
            Some(body) if has_body && !has(CONTENT_TYPE, &body.media_type) => {
                let wanted = &body.media_type;
                let message = format!("Send the media type of the body: Content-Type: {wanted}");
                Err(Reply::problem(415, None, &message))
            }
            _ => Ok(()),
        }
    }

    /// Checks parameters and body, and returns the body as JSON; null when there is none, or the operation takes none.
    pub(crate) fn check(
        &self,
        contract: &Contract,
        call: &Call,
        body: &[u8],
    ) -> Result<Value, Reply> {
        self.check_parameters(call)?;
        let Some(expected) = &self.request else {
            return Ok(Value::Null);
        };
        if body.is_empty() {
            return match expected.is_required {
                true => {
                    let message = "This call needs a body.";
                    Err(Reply::problem(400, Some(PARAMETER_MISSING), message))
                }
                false => Ok(Value::Null),
            };
        }
        let value: Value = serde_json::from_slice(body).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let message = format!("The body is not JSON: see line {line}, column {column}.");
            Reply::problem(400, None, &message)
        })?;
        match expected.schema.mismatch(contract.schemas.as_ref(), &value) {
            Some(mismatch) => {
                let message = format!("The body does not fit the document, {mismatch}.");
                Err(Reply::problem(400, None, &message))
            }
            None => Ok(value),
        }
    }

    fn check_parameters(&self, call: &Call) -> Result<(), Reply> {
        for parameter in self.operation.parameters {
            let name = parameter.name;
            let values: Vec<&str> = match parameter.place {
                Place::Path => call
                    .path
                    .get(name)
                    .map(String::as_str)
                    .into_iter()
                    .collect(),
                Place::Query => call.query_values(name).collect(),
                _ => call.header(name).into_iter().collect(),
            };
            if parameter.required && values.is_empty() {
                let message = format!("The parameter {name} is missing.");
                return Err(Reply::problem(400, Some(PARAMETER_MISSING), &message));
            }
            let (wanted, fits): (_, fn(&str) -> bool) = match parameter.kind {
                ParameterKind::Integer => ("a whole number", |value| whole_number(value).is_some()),
                ParameterKind::Boolean => {
                    ("true or false", |value| matches!(value, "true" | "false"))
                }
                _ => continue,
            };
            if !values.into_iter().all(fits) {
                let message = format!("The parameter {name} has to be {wanted}.");
                return Err(Reply::problem(400, None, &message));
            }
        }
        Ok(())
    }
}

/// The media types of a header, without their parameters.
fn media_types<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts
        .flat_map(|text| text.split(','))
        .map(|one| one.split(';').next().unwrap_or_default().trim())
}

#[cfg(test)]
mod tests;
