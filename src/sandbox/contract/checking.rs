//! Whether a request keeps to the document: media types, parameters, body. Refusals name the place and never repeat a value.

use http::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::path::decode;
use super::schema::Schema;
use super::{Contract, Documented, follow};
use crate::operations::{ParameterKind, Place};
use crate::sandbox::call::{Call, Reply};

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
                Place::Header => call.header(name).into_iter().collect(),
            };
            if parameter.required && values.is_empty() {
                let message = format!("The parameter {name} is missing.");
                return Err(Reply::problem(400, Some(PARAMETER_MISSING), &message));
            }
            let wanted = match parameter.kind {
                ParameterKind::Integer => "a whole number",
                ParameterKind::Boolean => "true or false",
                ParameterKind::Text | ParameterKind::TextList => continue,
            };
            let fits = |value: &&str| match parameter.kind {
                ParameterKind::Integer => value.parse::<i64>().is_ok(),
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
mod tests {
    use std::collections::BTreeMap;

    use http::HeaderMap;
    use serde_json::json;

    use super::*;
    use crate::sandbox::call::{self, Face};
    use crate::sandbox::contract::{Match, of};

    const VENDOR: &str = "application/vnd.mx.nexus.v1+json";

    fn documented(method: &str, path: &str) -> (&'static Documented, BTreeMap<String, String>) {
        match of(Face::Nexus).find(method, path) {
            Match::Operation(documented, parameters) => (documented, parameters),
            _ => panic!("{method} {path} is not in the document"),
        }
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    fn check(method: &str, target: &str, body: &str) -> Result<Value, (u16, String)> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (documented, path) = documented(method, path);
        let call = Call {
            face: Face::Nexus,
            operation: documented.operation,
            path,
            query: query_pairs(query).map_err(told)?,
            headers: headers(&[("mx-skip-webhook", "true")]),
            body: Value::Null,
        };
        documented
            .check(of(Face::Nexus), &call, body.as_bytes())
            .map_err(told)
    }

    fn told(reply: Reply) -> (u16, String) {
        let call::Body::Json(body) = reply.body else {
            panic!("a refusal says why");
        };
        (reply.status.as_u16(), body["error"].to_string())
    }

    #[test]
    fn the_media_types_of_the_document_are_taken_and_no_others() {
        let (post, _) = documented("POST", "/members");
        let status = |pairs: &[(&'static str, &'static str)], has_body| {
            let checked = post.check_media_types(&headers(pairs), has_body);
            checked.err().map(|reply| reply.status.as_u16())
        };
        let with_charset = "Application/vnd.mx.nexus.v1+JSON; charset=utf-8";
        assert_eq!(
            status(&[("accept", VENDOR), ("content-type", VENDOR)], true),
            None
        );
        assert_eq!(
            status(
                &[("accept", with_charset), ("content-type", with_charset)],
                true
            ),
            None
        );
        assert_eq!(
            status(
                &[(
                    "accept",
                    "text/html, application/vnd.mx.nexus.v1+json;q=0.9"
                )],
                false
            ),
            None
        );
        assert_eq!(
            status(
                &[("accept", VENDOR), ("content-type", "application/json")],
                true
            ),
            Some(415)
        );
        assert_eq!(status(&[("accept", VENDOR)], true), Some(415));
        for accept in [
            "*/*",
            "application/json",
            "application/vnd.moneydesktop.v1+json",
            "",
        ] {
            assert_eq!(
                status(&[("accept", accept), ("content-type", VENDOR)], true),
                Some(406),
                "{accept}"
            );
        }
        assert_eq!(status(&[], false), Some(406));
    }

    #[test]
    fn an_older_type_may_be_asked_for_where_the_document_declares_it() {
        let older = headers(&[("accept", "application/vnd.mx.api.v1+json")]);
        assert!(
            documented("GET", "/tags")
                .0
                .check_media_types(&older, false)
                .is_ok()
        );
        assert!(
            documented("GET", "/members")
                .0
                .check_media_types(&older, false)
                .is_err()
        );
        let csv = headers(&[("accept", "text/csv")]);
        assert!(
            documented("GET", "/institutions")
                .0
                .check_media_types(&csv, false)
                .is_ok()
        );
    }

    #[test]
    fn parameters_of_the_wrong_type_are_named() {
        assert_eq!(
            check("GET", "/members?page=2&unknown=x", ""),
            Ok(Value::Null)
        );
        let (status, text) = check("GET", "/members?page=hunter2", "").unwrap_err();
        assert_eq!(status, 400);
        assert!(text.contains("page") && !text.contains("hunter2"), "{text}");
        let (status, text) = check("GET", "/spending_plans/SPL-1/iterations/one", "").unwrap_err();
        assert!(status == 400 && text.contains("iteration_number"), "{text}");
        assert_eq!(check("GET", "/members?page=%FF", "").unwrap_err().0, 400);
    }

    #[test]
    fn a_body_has_to_be_there_be_json_and_fit() {
        let (status, text) = check("POST", "/members", "").unwrap_err();
        assert!(status == 400 && text.contains("4001"), "{text}");
        let (status, text) = check("POST", "/members", "{\"member\": hunter2").unwrap_err();
        assert!(
            status == 400 && text.contains("line 1") && !text.contains("hunter2"),
            "{text}"
        );
        let deep = "[".repeat(100_000);
        assert_eq!(check("POST", "/members", &deep).unwrap_err().0, 400);
        let wrong = r#"{"member": {"institution_guid": "INS-1", "is_oauth": "hunter2"}}"#;
        let (status, text) = check("POST", "/members", wrong).unwrap_err();
        assert_eq!(status, 400);
        assert!(
            text.contains("/member/is_oauth") && !text.contains("hunter2"),
            "{text}"
        );
        assert_eq!(
            check("POST", "/members/MBR-1/identify", ""),
            Ok(Value::Null)
        );
        assert_eq!(check("GET", "/members", "ignored"), Ok(Value::Null));
    }

    #[test]
    fn the_body_that_was_checked_is_given_back() {
        let body = json!({"include_transactions": true});
        assert_eq!(
            check("POST", "/members/MBR-1/identify", &body.to_string()),
            Ok(body)
        );
    }
}
