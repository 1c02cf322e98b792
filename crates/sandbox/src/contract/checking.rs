//! Whether a request keeps to the document: media types, parameters, body. Refusals name the place and never repeat a value.

use http::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::path::decode;
use super::schema::Schema;
use super::{Contract, Documented, follow};
use crate::call::{Call, Reply, whole_number};
use mx_nexus::operations::{ParameterKind, Place};

/// MX's code for a required parameter that is missing.
const PARAMETER_MISSING: u32 = 4001;

/// What the document says of a request.
pub(super) struct Checks {
    body: Option<Body>,
}

struct Body {
    media_type: String,
    required: bool,
    schema: Schema,
}

impl Checks {
    pub(super) fn read(document: &Value, entry: &Value) -> Self {
        let body = entry.get("requestBody").and_then(|body| {
            let body = follow(document, body);
            let (media_type, content) = body["content"].as_object()?.iter().next()?;
            Some(Body {
                media_type: media_type.clone(),
                required: body["required"] == true,
                schema: Schema::new(content["schema"].clone()),
            })
        });
        Self { body }
    }

    #[cfg(test)]
    pub(super) fn schema(&self) -> Option<&Schema> {
        self.body.as_ref().map(|body| &body.schema)
    }
}

/// The refusal of a path that the document does not have.
pub(crate) fn no_such_path() -> Reply {
    Reply::problem(404, None, "There is nothing at this path.")
}

/// The refusal of a method that a path does not have.
pub(crate) fn other_methods(methods: &[&str]) -> Reply {
    let allowed = methods.join(", ");
    let message = format!("This path takes {allowed} only.");
    let mut reply = Reply::problem(405, None, &message);
    if let Ok(value) = HeaderValue::from_str(&allowed) {
        reply.headers.push((ALLOW, value));
    }
    reply
}

/// The decoded pairs of a raw query.
pub(crate) fn query_pairs(query: &str) -> Result<Vec<(String, String)>, Reply> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = |text: &str| decode(&text.replace('+', " "));
            decoded(name)
                .zip(decoded(value))
                .ok_or_else(|| Reply::problem(400, None, "The query is not percent-encoded UTF-8."))
        })
        .collect()
}

impl Documented {
    /// Whether the answer is asked for in a type that there is (406), and the body sent in the type of the document (415).
    ///
    /// The documents name one type for each, so anything goes means nothing: `*/*` and a missing header are refused too.
    pub(crate) fn check_media_types(
        &self,
        headers: &HeaderMap,
        has_body: bool,
    ) -> Result<(), Reply> {
        let accept = self.operation.accept;
        let mut offered = vec![accept];
        offered.extend(self.answers.media_type());
        let asked = |wanted: &str| offered.iter().any(|one| one.eq_ignore_ascii_case(wanted));
        if !essences(headers, &ACCEPT).any(asked) {
            let message = format!("Ask for the media type of this call: Accept: {accept}");
            return Err(Reply::problem(406, None, &message));
        }
        if let Some(body) = &self.checks.body
            && has_body
        {
            let mut sent = essences(headers, &CONTENT_TYPE);
            if !sent.any(|sent| sent.eq_ignore_ascii_case(&body.media_type)) {
                let wanted = &body.media_type;
                let message = format!("Send the body as what it is: Content-Type: {wanted}");
                return Err(Reply::problem(415, None, &message));
            }
        }
        Ok(())
    }

    /// Checks parameters and body, and gives the body as JSON; null when there is none, or when none belongs there.
    pub(crate) fn check(
        &self,
        contract: &Contract,
        call: &Call,
        body: &[u8],
    ) -> Result<Value, Reply> {
        self.check_parameters(call)?;
        let Some(expected) = &self.checks.body else {
            return Ok(Value::Null);
        };
        if body.is_empty() {
            return match expected.required {
                true => Err(Reply::problem(
                    400,
                    Some(PARAMETER_MISSING),
                    "This call needs a body.",
                )),
                false => Ok(Value::Null),
            };
        }
        let value: Value = serde_json::from_slice(body).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let message = format!("The body is not JSON: see line {line}, column {column}.");
            Reply::problem(400, None, &message)
        })?;
        match expected.schema.mismatch(contract.document(), &value) {
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
                Place::Query => {
                    let named = call.query.iter().filter(|(key, _)| key == name);
                    named.map(|(_, value)| value.as_str()).collect()
                }
                _ => call.header(name).into_iter().collect(),
            };
            if parameter.required && values.is_empty() {
                let message = format!("The parameter {name} is missing.");
                return Err(Reply::problem(400, Some(PARAMETER_MISSING), &message));
            }
            let wanted = match parameter.kind {
                ParameterKind::Integer => "a whole number",
                ParameterKind::Boolean => "true or false",
                _ => continue,
            };
            let fits = |value: &&str| match parameter.kind {
                ParameterKind::Integer => whole_number(value).is_some(),
                _ => matches!(*value, "true" | "false"),
            };
            if !values.iter().all(fits) {
                let message = format!("The parameter {name} has to be {wanted}.");
                return Err(Reply::problem(400, None, &message));
            }
        }
        Ok(())
    }
}

/// The media types of a header, without their parameters.
fn essences<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts
        .flat_map(|text| text.split(','))
        .map(|one| one.split(';').next().unwrap_or_default().trim())
}

#[cfg(test)]
mod tests;
