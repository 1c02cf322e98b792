//! Compares the operations: which there are, how they are reached, what they send and what they return.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::change::{Side, Spot};
use super::comparison::{Comparison, became, went};
use super::model::{Body, Model, Operation, flag, route};
use super::rules::Rule;
use crate::normalise::media_types::is_json;

/// Keys that are compared here one by one, or whose meaning is in the operations table.
const HANDLED: [&str; 9] = [
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "deprecated",
    "tags",
    "x-starts-work",
    "x-reads-only",
];

impl<'a> Comparison<'a> {
    /// Compares all operations.
    pub(super) fn operations(&mut self) {
        let old = std::mem::take(&mut self.old.operations);
        let new = std::mem::take(&mut self.new.operations);
        let of = |operation: &Operation<'_>| {
            Spot::new(Side::Request, operation.id, &[operation.id.to_owned()])
        };
        let line = |operation: &Operation<'_>| {
            format!("{} {}", operation.method.to_uppercase(), operation.path)
        };
        for operation in &old {
            let id = self.renames.of_operation(operation.id);
            match new.iter().find(|other| other.id == id) {
                Some(other) => self.operation(&of(other), operation, other),
                None => self.note(&of(operation), Rule::OperationRemoved, line(operation)),
            }
        }
        for operation in &new {
            let mut before = old.iter().map(|other| self.renames.of_operation(other.id));
            if before.all(|id| id != operation.id) {
                self.note(&of(operation), Rule::OperationAdded, line(operation));
            }
        }
        let methods = [
            "get", "put", "post", "delete", "options", "head", "patch", "trace",
        ];
        let (old, new) = (
            &self.old.view.document["paths"],
            &self.new.view.document["paths"],
        );
        for (path, item) in old.as_object().into_iter().flatten() {
            if let Some(other) = new.get(path) {
                self.rest(&Spot::new(Side::Request, path, &[]), item, other, &methods);
            }
        }
    }

    fn operation(&mut self, spot: &Spot, old: &Operation<'a>, new: &Operation<'a>) {
        let ids = [old.id, new.id];
        self.differs(spot, Rule::OperationRenamed, "operationId", ids);
        // The names in a path are reported with the parameters.
        if route(old.path) != route(new.path) {
            let paths = [old.path, new.path];
            self.differs(spot, Rule::OperationPathChanged, "path", paths);
        }
        let methods = [old, new].map(|operation| operation.method.to_uppercase());
        self.differs(spot, Rule::OperationMethodChanged, "method", methods);
        let [before, after] = [old, new].map(|operation| Value::Object(operation.value.clone()));
        let deprecated = [&before, &after].map(|operation| flag(operation, "deprecated"));
        self.differs(spot, Rule::DeprecationChanged, "deprecated", deprecated);
        self.key(spot, Rule::OperationTagChanged, "tags", [&before, &after]);
        if before.get("security") != after.get("security") {
            let rule = if is_open_to_all(&after) && !is_open_to_all(&before) {
                Rule::OperationSecurityWithdrawn
            } else {
                Rule::OperationSecurityChanged
            };
            self.key(spot, rule, "security", [&before, &after]);
        }
        self.rest(spot, &before, &after, &HANDLED);
        self.row(spot, old, new);
        let paging = [Rule::ListStartsPaging, Rule::ListStopsPaging];
        self.flag(spot, "pages can be counted", [old.pages, new.pages], paging);
        self.parameters(old, new);
        self.request(old, new);
        self.responses(old, new);
    }

    /// Compares what the operations table says beyond the document.
    fn row(&mut self, spot: &Spot, old: &Operation<'a>, new: &Operation<'a>) {
        let (Some(before), Some(after)) = (old.row, new.row) else {
            return;
        };
        let known = self.changes.len();
        let rules = [Rule::OperationStartsWork, Rule::OperationStartsNoWork];
        let starts_work = [before.starts_work, after.starts_work];
        self.flag(spot, "starts work", starts_work, rules);
        let rules = [Rule::OperationReplayable, Rule::OperationNotReplayable];
        let replayable = [before.replayable, after.replayable];
        self.flag(spot, "replayable", replayable, rules);
        let marks = |operation: &Operation<'_>| {
            ["x-starts-work", "x-reads-only"]
                .map(|mark| operation.value.get(mark) == Some(&true.into()))
        };
        if marks(old) != marks(new) && self.changes.len() == known {
            let what = "a mark without an effect changed";
            self.note(spot, Rule::DocumentationChanged, what);
        }
        // What changed for all is noted once, with the document.
        let is_default = |credential: &str, model: &Model<'_>| {
            let access = model.view.access.as_ref();
            access.is_some_and(|access| access.credential_header == credential)
        };
        let is_for_all =
            is_default(&before.credential, &self.old) && is_default(&after.credential, &self.new);
        if before.credential != after.credential && !is_for_all {
            let what = became("credential", &before.credential, &after.credential);
            self.note(spot, Rule::OperationCredentialChanged, what);
        }
    }

    fn request(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let place = format!("{}.body", new.id);
        let spot = Spot::new(Side::Request, place, &[new.id.to_owned()]);
        match (old.request, new.request) {
            (None, None) => {}
            (Some(_), None) => self.note(&spot, Rule::RequestBodyRemoved, "it was removed"),
            (None, Some(body)) => {
                let rule = if needs_values(&self.new, body) {
                    Rule::RequestBodyAddedRequired
                } else {
                    Rule::RequestBodyAddedOptional
                };
                self.note(&spot, rule, "it was added");
            }
            (Some(before), Some(after)) => {
                let required = [before, after].map(|body| flag(body, "required"));
                self.differs(
                    &spot,
                    Rule::RequestBodyPresenceChanged,
                    "required",
                    required,
                );
                self.rest(&spot, before, after, &["required", "content"]);
                if let (Some(before), Some(after)) = (Body::of(before), Body::of(after)) {
                    self.body(&spot, &before, &after);
                }
            }
        }
    }

    fn body(&mut self, spot: &Spot, before: &Body<'a>, after: &Body<'a>) {
        let json = [before, after].map(|body| is_json(body.media_type));
        let rule = match (spot.side, json) {
            (Side::Response, [true, false]) => Some(Rule::ResponseBecameBytes),
            (Side::Response, [false, true]) => Some(Rule::ResponseBecameJson),
            (_, [true, false]) => Some(Rule::RequestBecameBytes),
            (_, [false, true]) => Some(Rule::RequestBecameJson),
            _ if before.media_type == after.media_type => None,
            (Side::Response, [true, true]) => Some(Rule::ResponseMediaTypeChanged),
            (Side::Response, _) => Some(Rule::ResponseBytesTypeChanged),
            _ => Some(Rule::RequestMediaTypeChanged),
        };
        if let Some(rule) = rule {
            let media_types = [before.media_type, after.media_type];
            self.differs(spot, rule, "media type", media_types);
        }
        self.rest(spot, before.media, after.media, &["schema"]);
        let [old, new] = [&before.media["schema"], &after.media["schema"]];
        match json {
            [true, true] => {
                self.value(spot, [None, None], [old, new]);
                if self.old.is_nullable(old) != self.new.is_nullable(new) {
                    let what = "nullable of the whole body changed";
                    self.note(spot, Rule::UnknownKeywordChanged, what);
                }
            }
            [false, false] if old != new => {
                let what = "the schema of the bytes changed";
                self.note(spot, Rule::DocumentationChanged, what);
            }
            _ => {}
        }
    }

    fn responses(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let ids = [new.id.to_owned()];
        let statuses: BTreeSet<&&str> = old.responses.keys().chain(new.responses.keys()).collect();
        for status in statuses {
            let spot = Spot::new(Side::Response, format!("{}.{status}", new.id), &ids);
            let is_success = status.starts_with('2');
            let (before, after) = (old.responses.get(*status), new.responses.get(*status));
            let (Some(before), Some(after)) = (before, after) else {
                let rule = if is_success {
                    Rule::SuccessStatusChanged
                } else {
                    Rule::ErrorResponseChanged
                };
                self.note(&spot, rule, went("status", before.copied(), after.copied()));
                continue;
            };
            self.rest(&spot, before, after, &["content", "headers", "links"]);
            let is_read = is_success && (old.method != "delete" || new.method != "delete");
            let ignored = ["headers", "links", "content"];
            for key in &ignored[..if is_read { 2 } else { 3 }] {
                self.key(&spot, Rule::IgnoredAnswerChanged, key, [before, after]);
            }
        }
        let spot = Spot::new(Side::Response, format!("{}.answer", new.id), &ids);
        match (old.success(), new.success()) {
            (None, None) => {}
            (None, Some(_)) => self.note(&spot, Rule::ResponseBodyAdded, "it was added"),
            (Some(_), None) => self.note(&spot, Rule::ResponseBodyRemoved, "it was removed"),
            (Some(before), Some(after)) => self.body(&spot, &before, &after),
        }
    }
}

/// Whether an operation takes calls without credentials: an empty list of ways, or an empty way in it.
fn is_open_to_all(operation: &Value) -> bool {
    let ways = operation["security"].as_array();
    ways.is_some_and(|ways| ways.is_empty() || ways.contains(&Value::Object(Map::new())))
}

/// Whether a caller has to put anything into the body; the generated client ignores what `required` says of it.
fn needs_values(model: &Model<'_>, body: &Value) -> bool {
    let Some(body) = Body::of(body) else {
        return false;
    };
    let schema = model.resolve(&body.media["schema"]).schema;
    let names = schema["required"].as_array();
    names.is_some_and(|names| !names.is_empty()) || !is_json(body.media_type)
}
