//! Compares what an operation sends and answers: whether there is a body, in which media type, and of what.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Rule;
use super::comparison::{Comparison, Side, flag, went};
use super::values::Spot;
use crate::document::{OperationEntry, follow};
use crate::normalise::media_types::{is_json, media_type};

/// A body as the client has it.
struct Body<'a> {
    media_type: &'a str,
    media: &'a Value,
}

impl<'a> Body<'a> {
    fn of(holder: &'a Value) -> Option<Self> {
        let media_type = media_type(holder)?;
        let media = &holder["content"][media_type];
        Some(Self { media_type, media })
    }
}

impl Comparison<'_> {
    /// Compares the bodies of two requests.
    pub(super) fn request(&mut self, old: &OperationEntry<'_>, new: &OperationEntry<'_>) {
        let ids = [new.id.to_owned()];
        let place = format!("{}.body", new.id);
        let (old_document, new_document) = (&self.old.document, &self.new.document);
        let before = old
            .value
            .get("requestBody")
            .map(|body| follow(old_document, body));
        let after = new
            .value
            .get("requestBody")
            .map(|body| follow(new_document, body));
        match (before, after) {
            (None, None) => {}
            (Some(before), None) => {
                let rule = if needs_values(old_document, before) {
                    Rule::RequestBodyRemovedRequired
                } else {
                    Rule::RequestBodyRemovedOptional
                };
                self.note(rule, place, "there is no body any more", &ids);
            }
            (None, Some(after)) => {
                let rule = if needs_values(new_document, after) {
                    Rule::RequestBodyAddedRequired
                } else {
                    Rule::RequestBodyAddedOptional
                };
                self.note(rule, place, "there is a body", &ids);
            }
            (Some(before), Some(after)) => {
                match (flag(before, "required"), flag(after, "required")) {
                    (false, true) => {
                        self.note(
                            Rule::RequestBodyBecameRequired,
                            &place,
                            "it is required",
                            &ids,
                        );
                    }
                    (true, false) => {
                        self.note(
                            Rule::RequestBodyBecameOptional,
                            &place,
                            "it may be left out",
                            &ids,
                        );
                    }
                    _ => {}
                }
                self.rest(&place, before, after, &["required", "content"], &ids);
                if let (Some(before), Some(after)) = (Body::of(before), Body::of(after)) {
                    let spot = Spot {
                        place: &place,
                        side: Side::Request,
                        operations: &ids,
                        owners: None,
                        takes_default: false,
                    };
                    self.body(spot, &before, &after);
                }
            }
        }
    }

    fn body(&mut self, spot: Spot<'_>, before: &Body<'_>, after: &Body<'_>) {
        let is_request = spot.side == Side::Request;
        let what = format!("{} became {}", before.media_type, after.media_type);
        let json = [before, after].map(|body| is_json(body.media_type));
        let rule = match (is_request, json) {
            (true, [true, false]) => Some(Rule::RequestBecameBytes),
            (true, [false, true]) => Some(Rule::RequestBecameJson),
            (false, [true, false]) => Some(Rule::ResponseBecameBytes),
            (false, [false, true]) => Some(Rule::ResponseBecameJson),
            _ if before.media_type == after.media_type => None,
            (true, _) => Some(Rule::RequestMediaTypeChanged),
            (false, [true, true]) => Some(Rule::ResponseMediaTypeChanged),
            (false, _) => Some(Rule::ResponseBytesTypeChanged),
        };
        if let Some(rule) = rule {
            self.note(rule, spot.place, what, spot.operations);
        }
        self.rest(
            spot.place,
            before.media,
            after.media,
            &["schema"],
            spot.operations,
        );
        let schemas = [before, after].map(|body| &body.media["schema"]);
        match json {
            [true, true] => {
                self.value(spot, schemas[0], schemas[1]);
                if flag(schemas[0], "nullable") != flag(schemas[1], "nullable") {
                    let what = "whether the whole body may be null";
                    self.note(
                        Rule::UnknownKeywordChanged,
                        spot.place,
                        what,
                        spot.operations,
                    );
                }
            }
            [false, false] if schemas[0] != schemas[1] => {
                let what = "what the bytes are is described otherwise";
                self.note(
                    Rule::DocumentationChanged,
                    spot.place,
                    what,
                    spot.operations,
                );
            }
            _ => {}
        }
    }

    /// Compares all answers of two operations.
    pub(super) fn answers(&mut self, old: &OperationEntry<'_>, new: &OperationEntry<'_>) {
        let ids = [new.id.to_owned()];
        let empty = Map::new();
        let (old_document, new_document) = (&self.old.document, &self.new.document);
        let [before, after] = [old, new].map(|operation| {
            let responses = operation.value.get("responses");
            responses.and_then(Value::as_object).unwrap_or(&empty)
        });
        let statuses: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for status in statuses {
            let place = format!("{}.{status}", new.id);
            let success = status.starts_with('2');
            match (before.get(status), after.get(status)) {
                (Some(_), None) => {
                    let rule = if success {
                        Rule::SuccessStatusRemoved
                    } else {
                        Rule::ErrorResponseRemoved
                    };
                    self.note(rule, place, "it is gone", &ids);
                }
                (None, Some(_)) => {
                    let rule = if success {
                        Rule::SuccessStatusAdded
                    } else {
                        Rule::ErrorResponseAdded
                    };
                    self.note(rule, place, "it is new", &ids);
                }
                (Some(before), Some(after)) => {
                    let before = follow(old_document, before);
                    let after = follow(new_document, after);
                    self.rest(
                        &place,
                        before,
                        after,
                        &["content", "headers", "links"],
                        &ids,
                    );
                    let mut ignored = vec!["headers", "links"];
                    if !success || (old.method == "delete" && new.method == "delete") {
                        ignored.push("content");
                    }
                    for key in ignored {
                        if before.get(key) != after.get(key) {
                            let what = format!("{key} {}", went(before.get(key), after.get(key)));
                            self.note(Rule::IgnoredAnswerChanged, &place, what, &ids);
                        }
                    }
                }
                (None, None) => {}
            }
        }
        let place = format!("{}.answer", new.id);
        match (answer(old_document, old), answer(new_document, new)) {
            (None, Some(_)) => self.note(Rule::ResponseBodyAdded, place, "there is a body", &ids),
            (Some(_), None) => {
                self.note(
                    Rule::ResponseBodyRemoved,
                    place,
                    "there is no body any more",
                    &ids,
                );
            }
            (Some(before), Some(after)) => {
                let spot = Spot {
                    place: &place,
                    side: Side::Response,
                    operations: &ids,
                    owners: None,
                    takes_default: false,
                };
                self.body(spot, &before, &after);
            }
            (None, None) => {}
        }
    }
}

/// The body of a success, which a delete has none of.
fn answer<'a>(document: &'a Value, operation: &OperationEntry<'a>) -> Option<Body<'a>> {
    if operation.method == "delete" {
        return None;
    }
    let responses = operation.value.get("responses")?.as_object()?;
    let mut successes = responses
        .iter()
        .filter(|(status, _)| status.starts_with('2'));
    successes.find_map(|(_, response)| Body::of(follow(document, response)))
}

/// Whether a caller has to put anything into the body; the generated client passes over what `required` says of it.
fn needs_values(document: &Value, body: &Value) -> bool {
    let Some(body) = Body::of(body) else {
        return false;
    };
    let schema = follow(document, &body.media["schema"]);
    let has_required = schema["required"]
        .as_array()
        .is_some_and(|names| !names.is_empty());
    has_required || !is_json(body.media_type)
}
